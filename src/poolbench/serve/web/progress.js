// A study that is still running: how far it has come, as the server tells.

import { onLanguage, say } from "./words.js";

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
  const { state, done, total, mayEndEarly, variants } = last;
  const key = state === "training" && mayEndEarly ? "progress-training-most" : `progress-${state}`;
  find("progress-text").textContent = say(key, { done, total });
  const bar = find("progress-bar");
  bar.max = Math.max(total, 1);
  if (state === "training" || state === "finished") bar.value = done;
  else bar.removeAttribute("value");
  find("progress-variants").replaceChildren(...variants.map(makeRow));
}

function makeRow({ variant, done, total }) {
  const row = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = variant;
  const count = document.createElement("span");
  count.textContent = `${done} / ${total}`;
  row.append(name, count);
  return row;
}
