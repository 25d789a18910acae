// A sheet to draw on, with a pointer or with the keys.

const KEYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const STEP = 8;

// `onDrawn(blob)` gets the sheet as a PNG after every stroke.
export function makeSheet(paper, { color, width, background, wipe }, onDrawn) {
  const canvas = paper.querySelector("canvas");
  const context = canvas.getContext("2d");
  let pen = null;
  // Where the keys are, and whether they draw.
  let keys = { x: canvas.width / 2, y: canvas.height / 2, isDown: false };

  const clear = () => {
    context.fillStyle = background.value;
    context.fillRect(0, 0, canvas.width, canvas.height);
  };
  const line = (from, to) => {
    context.strokeStyle = color.value;
    context.lineWidth = width.value;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
  };
  const finish = () => canvas.toBlob(onDrawn, "image/png");
  const locate = (event) => {
    const box = canvas.getBoundingClientRect();
    const scale = canvas.width / box.width;
    return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
  };

  paper.addEventListener("pointerdown", (event) => {
    pen = locate(event);
    paper.setPointerCapture(event.pointerId);
    line(pen, pen);
  });
  paper.addEventListener("pointermove", (event) => {
    if (!pen) return;
    const next = locate(event);
    line(pen, next);
    pen = next;
  });
  for (const end of ["pointerup", "pointercancel"]) {
    paper.addEventListener(end, () => {
      if (pen) finish();
      pen = null;
    });
  }
  paper.addEventListener("keydown", (event) => {
    const step = KEYS[event.key];
    if (event.key === " ") keys.isDown = !keys.isDown;
    else if (!step) return;
    event.preventDefault();
    const clip = (value) => Math.max(0, Math.min(canvas.width, value));
    const [right, down] = step ?? [0, 0];
    const next = { ...keys, x: clip(keys.x + right * STEP), y: clip(keys.y + down * STEP) };
    if (keys.isDown) {
      line(keys, next);
      finish();
    }
    keys = next;
  });
  const restart = () => {
    clear();
    finish();
  };
  wipe.addEventListener("click", restart);
  background.addEventListener("change", restart);
  clear();
}
