// Predicts in the browser: ONNX Runtime compiled to WebAssembly, in a worker of its own.

import { findLargest } from "./classes.js";
import { paint } from "./picture.js";
import { resize } from "./resize.js";
import { say } from "./words.js";

// What poolbench itself refuses to decode, and what most browsers cannot draw.
const MOST_PIXELS = 80e6;

// As many rows as the report takes.
const MOST_KEPT = 100;
const kept = [];
let file = null;

let worker;
let count = 0;
const waiting = new Map();

function ask(message) {
  const number = count++;
  worker.postMessage({ number, ...message });
  return new Promise((resolve, reject) => waiting.set(number, { resolve, reject }));
}

function hear({ data: { number, found, error } }) {
  const { resolve, reject } = waiting.get(number);
  waiting.delete(number);
  if (error) reject(new Error(say("model-failed", { error })));
  else resolve(found);
}

async function load(place) {
  const answer = await fetch(place);
  if (!answer.ok) throw new Error(say("no-file", { place, status: answer.status }));
  return answer;
}

export async function open() {
  worker = new Worker("worker.js", { type: "module" });
  worker.addEventListener("message", hear);
  const run = await (await load("run.json")).json();
  const pictures = new Uint8Array(await (await load("pictures.bin")).arrayBuffer());
  const { height, width } = run;
  await ask({ open: run.models.map((model) => model.file), height, width });
  return { run, pictures };
}

// `fit`: how it is brought to the size of the network.
export async function prepare(blob, run, fit) {
  const { height, width, pixels } = await decode(blob);
  return resize(pixels, height, width, [run.height, run.width], fit);
}

// Probabilities [models][pictures][classes]; of all models unless one is wanted.
export function predict(pixels, model = null) {
  return ask({ pixels, model });
}

// Keeps a picture as it is shown, in this page; gives back how many there are, and their file.
export async function keep({ picture, down, right, mode }, truth, run) {
  if (kept.length === MOST_KEPT) throw new Error(say("keep-full", { most: MOST_KEPT }));
  const found = await predict(picture.pixels);
  const answers = run.models.map((model, number) => {
    const [shares] = found[number];
    const label = findLargest(shares);
    const probability = Math.min(1, shares[label]);
    return { model: model.variant, is_final: model.isFinal, label, probability };
  });
  const canvas = document.createElement("canvas");
  paint(picture, canvas);
  const [, content] = canvas.toDataURL("image/png").split(",");
  kept.push({ picture: content, down, right, mode, truth, answers });
  const record = { schema_version: run.schemaVersion, classes: run.classes, rows: kept };
  if (file) URL.revokeObjectURL(file);
  file = URL.createObjectURL(new Blob([JSON.stringify(record)], { type: "application/json" }));
  return { count: kept.length, url: file };
}

// Upright, on white, without the colours of a profile: as poolbench decodes a file.
async function decode(blob) {
  let image;
  try {
    image = await createImageBitmap(blob, {
      imageOrientation: "from-image",
      colorSpaceConversion: "none",
    });
  } catch {
    throw new Error(say("not-decoded"));
  }
  const { height, width } = image;
  if (height * width > MOST_PIXELS) throw new Error(say("too-many-pixels"));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0);
  image.close();
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Uint8Array(height * width * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    pixels[to] = data[from];
    pixels[to + 1] = data[from + 1];
    pixels[to + 2] = data[from + 2];
  }
  return { height, width, pixels };
}
