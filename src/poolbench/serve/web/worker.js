// The models, beside the page, so that it stays alive while they compute.

import * as ort from "./ort/ort.wasm.bundle.min.js";

// More threads need headers that a plain web server does not send.
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = {
  wasm: new URL("./ort/ort-wasm-simd-threaded.wasm", import.meta.url).href,
};

let sessions = [];
let shape = [];

async function open(files, height, width) {
  shape = [height, width, 3];
  for (const file of files) sessions.push(await ort.InferenceSession.create(file));
}

async function predictOne(session, pixels) {
  const count = pixels.length / shape.reduce((product, side) => product * side);
  const input = new ort.Tensor("float32", Float32Array.from(pixels), [count, ...shape]);
  const { probabilities } = await session.run({ input });
  const [, classes] = probabilities.dims;
  return Array.from({ length: count }, (_, number) =>
    Array.from(probabilities.data.subarray(number * classes, (number + 1) * classes)),
  );
}

async function answer({ open: files, height, width, pixels, model }) {
  if (files) return open(files, height, width);
  const asked = model === null ? sessions : [sessions[model]];
  const found = [];
  for (const session of asked) found.push(await predictOne(session, pixels));
  return found;
}

// One question at a time: a session does not run twice at once.
let last = Promise.resolve();
self.addEventListener("message", ({ data }) => {
  last = last.then(async () => {
    try {
      self.postMessage({ number: data.number, found: await answer(data) });
    } catch (error) {
      self.postMessage({ number: data.number, error: String(error.message ?? error) });
    }
  });
});
