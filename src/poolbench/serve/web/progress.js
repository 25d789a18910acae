// A study that is still running: how far it has come, and how its variants stand, as it tells.

import { formatDuration, formatNumber, onLanguage, say } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 96;
const HEIGHT = 24;
const find = (id) => document.getElementById(id);
let last = null;

export function watch(progress) {
  find("loading").hidden = true;
  find("progress").hidden = false;
  last = progress;
  show();
  onLanguage(show);
  const events = new EventSource("progress");
  events.addEventListener("message", (event) => {
    last = JSON.parse(event.data);
    show();
    if (last.state === "finished") {
      events.close();
      location.reload();
    }
  });
}

function show() {
  const { state, done, total, mayEndEarly, live } = last;
  const key = state === "training" && mayEndEarly ? "progress-training-most" : `progress-${state}`;
  find("progress-text").textContent = say(key, { done, total });
  find("progress-step").textContent = live ? describe(live) : "";
  const bar = find("progress-bar");
  bar.max = Math.max(total, 1);
  if (state === "training" || state === "finished") bar.value = done;
  else bar.removeAttribute("value");
  const metric = live?.metric ?? "accuracy";
  find("progress-metric").textContent = say(`progress-${metric}`);
  find("progress-variants").replaceChildren(...list().map(makeRow));
}

function describe({ step, done, total, repeats, seconds_left: left }) {
  const words = step === "train" && repeats !== null ? say("watch.train-to", { repeats }) : say(`watch.${step}`);
  const parts = [words];
  if (total) parts.push(`${done} / ${total}`);
  if (left !== null) parts.push(say("progress-left", { left: formatDuration(left) }));
  return parts.join(" · ");
}

// Variants as their study tells of them; those it does not speak of yet, as they lie on disk.
function list() {
  const told = new Map((last.live?.variants ?? []).map((row) => [row.variant, row]));
  return last.variants.map((row) => told.get(row.variant) ?? { ...row, label: row.variant, curve: [] });
}

function makeRow({ label, done, total, accuracy = null, low, high, curve, seconds_left: left = null }) {
  const row = document.createElement("tr");
  const name = document.createElement("th");
  name.scope = "row";
  name.textContent = label;
  const cells = [
    `${done} / ${total}`,
    accuracy === null ? "–" : formatNumber(accuracy, 4),
    accuracy === null ? "–" : `${formatNumber(low, 4)}–${formatNumber(high, 4)}`,
    drawCurve(curve),
    left === null ? "" : formatDuration(left),
  ];
  row.append(name, ...cells.map(makeCell));
  return row;
}

function makeCell(content) {
  const cell = document.createElement("td");
  cell.append(content);
  return cell;
}

function drawCurve(curve) {
  if (curve.length < 2) return "";
  const [low, high] = [Math.min(...curve), Math.max(...curve)];
  const step = (WIDTH - 2) / (curve.length - 1);
  const place = (value) => HEIGHT - 1 - ((value - low) / (high - low || 1)) * (HEIGHT - 2);
  const line = document.createElementNS(SVG, "polyline");
  line.setAttribute("points", curve.map((value, k) => `${1 + k * step},${place(value)}`).join(" "));
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  drawing.setAttribute("width", WIDTH);
  drawing.setAttribute("height", HEIGHT);
  drawing.setAttribute("aria-hidden", "true");
  drawing.append(line);
  return drawing;
}
