// Where pictures come from: a file that is dropped, pasted or chosen, or the held-out ones.

import { paint } from "./picture.js";
import { onLanguage, say } from "./words.js";

export function listenForFiles(drop, input, onFile) {
  input.addEventListener("change", () => {
    if (input.files.length) onFile(input.files[0]);
    // So that the same file can be chosen again.
    input.value = "";
  });
  document.addEventListener("paste", (event) => {
    const file = [...event.clipboardData.files][0];
    if (file) onFile(file);
  });
  let depth = 0;
  document.addEventListener("dragenter", () => drop.classList.toggle("over", ++depth > 0));
  document.addEventListener("dragleave", () => drop.classList.toggle("over", --depth > 0));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    drop.classList.remove("over");
    const file = event.dataTransfer.files[0];
    if (file) onFile(file);
  });
}

export function listPictures(run, pictures) {
  const size = run.height * run.width * 3;
  return run.labels.map((label, number) => ({
    height: run.height,
    width: run.width,
    pixels: pictures.subarray(number * size, (number + 1) * size),
    label,
  }));
}

export function makeGallery(place, pictures, nameClasses, onPicture) {
  const buttons = pictures.map((picture) => {
    const button = document.createElement("button");
    const canvas = document.createElement("canvas");
    button.type = "button";
    paint(picture, canvas);
    button.append(canvas);
    button.addEventListener("click", () => onPicture(picture));
    return button;
  });
  const name = () =>
    buttons.forEach((button, number) => {
      button.title = nameClasses()[pictures[number].label];
      const values = { number: number + 1, name: button.title };
      button.setAttribute("aria-label", say("gallery-picture", values));
    });
  name();
  onLanguage(name);
  place.replaceChildren(...buttons);
  const rove = makeOneStop(place, buttons);
  // Which one is being looked at, if it is one of them.
  return (picture) =>
    buttons.forEach((button, number) => {
      const isChosen = pictures[number] === picture;
      button.setAttribute("aria-pressed", String(isChosen));
      if (isChosen) rove(button);
    });
}

const WAYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

// One stop of the Tab key for all buttons: arrows, Home and End go from one to the other.
function makeOneStop(place, buttons) {
  const rove = (next) => {
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
  };
  rove(buttons[0]);
  place.addEventListener("focusin", (event) => rove(event.target));
  place.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const from = buttons.indexOf(document.activeElement);
    const way = WAYS[event.key];
    let next = null;
    if (event.key === "Home") next = buttons[0];
    else if (event.key === "End") next = buttons.at(-1);
    else if (way && from >= 0) next = findNext(buttons, from, way);
    else return;
    event.preventDefault();
    next?.focus();
  });
  return rove;
}

// The nearest button in a direction, wherever the layout has put it; sideways, at the end of a
// line, the next of all.
function findNext(buttons, from, [across, down]) {
  const centre = (button) => {
    const box = button.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };
  const [x, y] = centre(buttons[from]);
  let best = null;
  let least = Infinity;
  for (const button of buttons) {
    const [dx, dy] = centre(button).map((value, axis) => value - [x, y][axis]);
    const ahead = dx * across + dy * down;
    const aside = Math.abs(dx * down) + Math.abs(dy * across);
    if (ahead > 1 && aside < ahead && ahead + 3 * aside < least) {
      best = button;
      least = ahead + 3 * aside;
    }
  }
  return best ?? (across ? buttons[from + across] : null);
}
