// The probability of the class that was predicted at rest, over all shifts of up to 8 pixels.

import { findLargest } from "./classes.js";
import { shift } from "./picture.js";
import { formatPercent, formatShift, say } from "./words.js";

export const REACH = 8;
const SIDE = 2 * REACH + 1;
const CELL = 20;
// Viridis: even steps for the eye, and for eyes that see fewer colours.
const COLORS = ["440154", "46327e", "365c8d", "277f8e", "1fa187", "4ac16d", "a0da39", "fde725"].map(
  (hex) => [0, 2, 4].map((start) => parseInt(hex.slice(start, start + 2), 16)),
);

function chooseColor(share) {
  const place = share * (COLORS.length - 1);
  const below = Math.min(Math.floor(place), COLORS.length - 2);
  const mix = COLORS[below].map((value, channel) =>
    Math.round(value + (COLORS[below + 1][channel] - value) * (place - below)),
  );
  return `rgb(${mix.join(" ")})`;
}

// `onChoose(down, right)` is called for a cell that was clicked.
export function makeMap(canvas, text, predict, onChoose) {
  canvas.width = canvas.height = SIDE * CELL;
  const context = canvas.getContext("2d");
  let cells = [];
  let label = 0;
  let name = () => "";
  let place = { down: 0, right: 0 };
  let turn = 0;

  const locate = ({ down, right }) => [(right + REACH) * CELL, (down + REACH) * CELL];
  const draw = () => {
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (const cell of cells) {
      const [x, y] = locate(cell);
      context.fillStyle = chooseColor(cell.share);
      context.fillRect(x, y, CELL, CELL);
      if (cell.best === label) continue;
      context.fillStyle = cell.share < 0.6 ? "white" : "black";
      context.fillRect(x + CELL / 2 - 2, y + CELL / 2 - 2, 4, 4);
    }
    if (Math.abs(place.down) > REACH || Math.abs(place.right) > REACH) return;
    const [x, y] = locate(place);
    for (const [width, color] of [[5, "black"], [2.5, "white"]]) {
      context.lineWidth = width;
      context.strokeStyle = color;
      context.strokeRect(x + 1, y + 1, CELL - 2, CELL - 2);
    }
  };
  const describe = () => {
    if (!cells.length) return;
    if (cells.length < SIDE * SIDE) {
      text.textContent = say("map-busy", { share: formatPercent(cells.length / SIDE / SIDE) });
      return;
    }
    const kept = cells.filter((cell) => cell.best === label).length;
    const least = cells.reduce((worst, cell) => (cell.share < worst.share ? cell : worst));
    text.textContent = say("map-text", {
      name: name(),
      kept,
      total: SIDE * SIDE,
      least: formatPercent(least.share),
      place: formatShift(least.down, least.right),
    });
  };
  canvas.addEventListener("click", (event) => {
    const box = canvas.getBoundingClientRect();
    const count = (pixels, side) => Math.floor((pixels / side) * SIDE) - REACH;
    onChoose(count(event.clientY - box.top, box.height), count(event.clientX - box.left, box.width));
  });

  // Row by row, so that a picture that is moved meanwhile has not to wait for all of them.
  const fill = async (picture, mode, model, nameClasses, atRest) => {
    const mine = ++turn;
    cells = [];
    label = findLargest(atRest);
    name = () => nameClasses()[label];
    draw();
    for (let down = -REACH; down <= REACH; down++) {
      const size = picture.pixels.length;
      const row = new Uint8Array(size * SIDE);
      for (let column = 0; column < SIDE; column++) {
        row.set(shift(picture, down, column - REACH, mode).pixels, column * size);
      }
      const [found] = await predict(row, model);
      if (mine !== turn) return;
      found.forEach((shares, column) =>
        cells.push({ down, right: column - REACH, share: shares[label], best: findLargest(shares) }),
      );
      draw();
      describe();
    }
  };
  const mark = (down, right) => {
    place = { down, right };
    draw();
  };
  return { fill, mark, describe };
}
