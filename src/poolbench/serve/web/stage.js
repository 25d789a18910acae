// The picture that a person moves: by arrow keys, by dragging, or by the buttons.

import { paint } from "./picture.js";

const FAR = 4;
const STEPS = { up: [-1, 0], down: [1, 0], left: [0, -1], right: [0, 1] };
const KEYS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

// `onMove(down, right)` gets steps in pixels of the picture, `onBack()` brings it back.
export function makeStage(element, pad, { onMove, onBack }) {
  const canvas = element.querySelector("canvas");

  element.addEventListener("keydown", (event) => {
    const step = STEPS[KEYS[event.key]];
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (step) onMove(...step.map((pixels) => pixels * (event.shiftKey ? FAR : 1)));
    else if (event.key === "Home" || event.key === "Escape") onBack();
    else return;
    event.preventDefault();
  });

  for (const button of pad.querySelectorAll("[data-move]")) {
    const step = STEPS[button.dataset.move];
    button.addEventListener("click", () => (step ? onMove(...step) : onBack()));
  }

  let held = null;
  element.addEventListener("pointerdown", (event) => {
    held = { y: event.clientY, x: event.clientX };
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (!held) return;
    const size = canvas.getBoundingClientRect().width / canvas.width;
    const down = Math.trunc((event.clientY - held.y) / size);
    const right = Math.trunc((event.clientX - held.x) / size);
    if (!down && !right) return;
    held = { y: held.y + down * size, x: held.x + right * size };
    onMove(down, right);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    element.addEventListener(end, () => (held = null));
  }

  return { show: (picture) => paint(picture, canvas) };
}
