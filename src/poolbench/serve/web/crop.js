// A photograph, and the part of it that the network sees: a square that is dragged, never squashed.

import { resize } from "./resize.js";

// A larger photograph is shrunk to this side: the square keeps more pixels than a network takes.
const MOST_SIDE = 2048;
// Shapes that differ by less are the same.
const SAME_SHAPE = 0.01;
// Smallest square, as a part of the largest; steps of the keys, as parts of the square.
const SMALLEST = 0.1;
const STEP = 0.05;
const GROWTH = 1.1;
const KEYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

// Upright, on white, without the colours of a profile: as poolbench decodes a file. Null: the
// browser does not know the format.
export async function openPhoto(blob) {
  let image;
  try {
    image = await createImageBitmap(blob, {
      imageOrientation: "from-image",
      colorSpaceConversion: "none",
    });
  } catch {
    return null;
  }
  const scale = Math.min(1, MOST_SIDE / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return canvas;
}

// Whether all of it fits into the shape of the network without being squashed.
export function hasShape(photo, { height, width }) {
  return Math.abs((photo.width * height) / (photo.height * width) - 1) < SAME_SHAPE;
}

// The part of a photograph as the network sees it: RGB bytes.
export function cutOut(photo, frame, { height, width }) {
  const columns = Math.max(1, Math.round(frame.width));
  const rows = Math.max(1, Math.round(frame.height));
  const left = Math.min(Math.round(frame.left), photo.width - columns);
  const top = Math.min(Math.round(frame.top), photo.height - rows);
  const { data } = photo.getContext("2d").getImageData(left, top, columns, rows);
  const pixels = new Uint8Array(rows * columns * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    pixels.set(data.subarray(from, from + 3), to);
  }
  return resize(pixels, rows, columns, [height, width], "squash");
}

// `onFrame(frame, isMoved)` is called for every new frame; `isMoved`: by a person.
export function makeCropper(place, slider, run, onFrame) {
  const canvas = place.querySelector("canvas");
  const outline = place.querySelector(".frame");
  const ratio = run.width / run.height;
  let photo = null;
  let frame = null;
  let most = 0;

  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
  const show = () => {
    const percent = (part, whole) => `${(100 * part) / whole}%`;
    outline.style.insetInlineStart = percent(frame.left, photo.width);
    outline.style.insetBlockStart = percent(frame.top, photo.height);
    outline.style.inlineSize = percent(frame.width, photo.width);
    outline.style.blockSize = percent(frame.height, photo.height);
    slider.value = Math.round((100 * frame.height) / most);
  };
  const put = (left, top, height) => {
    const tall = clamp(height, Math.max(1, SMALLEST * most), most);
    const wide = tall * ratio;
    frame = {
      left: clamp(left, 0, photo.width - wide),
      top: clamp(top, 0, photo.height - tall),
      width: wide,
      height: tall,
    };
    show();
  };
  const centre = () => put((photo.width - most * ratio) / 2, (photo.height - most) / 2, most);
  const grow = (height) => {
    const tall = clamp(height, SMALLEST * most, most);
    const more = tall - frame.height;
    put(frame.left - (more * ratio) / 2, frame.top - more / 2, tall);
  };
  const tell = () => onFrame(frame, true);

  place.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !photo) return;
    const step = KEYS[event.key];
    const far = STEP * frame.height;
    if (step) put(frame.left + step[0] * far, frame.top + step[1] * far, frame.height);
    else if (event.key === "+" || event.key === "=") grow(frame.height * GROWTH);
    else if (event.key === "-") grow(frame.height / GROWTH);
    else if (event.key === "Home" || event.key === "Escape") centre();
    else return;
    event.preventDefault();
    tell();
  });
  slider.addEventListener("input", () => {
    grow((most * slider.value) / 100);
    tell();
  });

  // Inside the square it is moved, at its corner it grows; elsewhere a new one is begun.
  let held = null;
  const locate = (event) => {
    const box = canvas.getBoundingClientRect();
    const scale = photo.width / box.width;
    return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
  };
  place.addEventListener("pointerdown", (event) => {
    if (!photo || event.button) return;
    const { x, y } = locate(event);
    const isInside =
      x >= frame.left && x <= frame.left + frame.width && y >= frame.top && y <= frame.top + frame.height;
    if (event.target.classList.contains("corner")) held = { x: frame.left, y: frame.top };
    else if (isInside) held = { dx: x - frame.left, dy: y - frame.top };
    else held = { x, y };
    place.setPointerCapture(event.pointerId);
  });
  place.addEventListener("pointermove", (event) => {
    if (!held) return;
    const { x, y } = locate(event);
    if ("dx" in held) {
      put(x - held.dx, y - held.dy, frame.height);
    } else {
      const [wide, tall] = [x - held.x, y - held.y];
      const height = clamp(Math.max(Math.abs(wide) / ratio, Math.abs(tall)), SMALLEST * most, most);
      put(wide < 0 ? held.x - height * ratio : held.x, tall < 0 ? held.y - height : held.y, height);
    }
    tell();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    place.addEventListener(end, () => (held = null));
  }

  // Begins with the largest square, in the middle.
  const open = (found) => {
    photo = found;
    canvas.width = photo.width;
    canvas.height = photo.height;
    canvas.getContext("2d").drawImage(photo, 0, 0);
    most = Math.min(photo.height, photo.width / ratio);
    centre();
    return frame;
  };
  return { open };
}
