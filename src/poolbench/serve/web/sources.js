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

export function makeGallery(place, pictures, classes, onPicture) {
  const buttons = pictures.map((picture) => {
    const button = document.createElement("button");
    const canvas = document.createElement("canvas");
    button.type = "button";
    button.title = classes[picture.label];
    paint(picture, canvas);
    button.append(canvas);
    button.addEventListener("click", () => onPicture(picture));
    return button;
  });
  const name = () =>
    buttons.forEach((button, number) => {
      const values = { number: number + 1, name: classes[pictures[number].label] };
      button.setAttribute("aria-label", say("gallery-picture", values));
    });
  name();
  onLanguage(name);
  place.replaceChildren(...buttons);
  // Which one is being looked at, if it is one of them.
  return (picture) =>
    buttons.forEach((button, number) =>
      button.setAttribute("aria-pressed", String(pictures[number] === picture)),
    );
}
