// The resize that is in every exported model, with the same whole numbers, so that the picture is
// the same to the last bit: an antialiased triangle, weights in steps of 2^-16.

const ONE = 2 ** 16;

// Pixels of the input for one pixel of the result, down and across: [numerator, denominator].
function computeScales(rows, columns, [height, width], fit) {
  if (fit === "squash") {
    return [
      [rows, height],
      [columns, width],
    ];
  }
  const down = rows * width;
  const across = columns * height;
  const isByRows = fit === "crop" ? down <= across : down >= across;
  const scale = isByRows ? [rows, height] : [columns, width];
  return [scale, scale];
}

// For every pixel of the result: the first input pixel with a weight, and the weights from there.
function computeWeights(length, out, [numerator, denominator]) {
  const support = 2 * Math.max(numerator, denominator);
  return Array.from({ length: out }, (_, place) => {
    const middle = (2 * place + 1 - out) * numerator + length * denominator;
    if (middle <= 0 || middle >= 2 * length * denominator) return { first: 0, weights: [] };
    const reach = (edge) => (edge / denominator - 1) / 2;
    const first = Math.max(0, Math.floor(reach(middle - support)));
    const last = Math.min(length - 1, Math.ceil(reach(middle + support)));
    const heights = [];
    for (let pixel = first; pixel <= last; pixel++) {
      heights.push(Math.max(0, support - Math.abs((2 * pixel + 1) * denominator - middle)));
    }
    const total = Math.max(1, heights.reduce((sum, value) => sum + value, 0));
    let sum = 0;
    let before = 0;
    const weights = heights.map((value) => {
      sum += value;
      // Rounding the running sum, not each weight, keeps the sum exact.
      const now = Math.floor((sum * ONE + Math.floor(total / 2)) / total);
      const weight = (now - before) / ONE;
      before = now;
      return weight;
    });
    return { first, weights };
  });
}

export function resize(pixels, rows, columns, size, fit) {
  const [height, width] = size;
  if (rows === height && columns === width) return pixels;
  const [down, across] = computeScales(rows, columns, size, fit);
  const narrowed = new Float64Array(rows * width * 3);
  computeWeights(columns, width, across).forEach(({ first, weights }, x) => {
    for (let row = 0; row < rows; row++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0.5;
        let from = (row * columns + first) * 3 + channel;
        for (const weight of weights) {
          sum += weight * pixels[from];
          from += 3;
        }
        narrowed[(row * width + x) * 3 + channel] = Math.floor(sum);
      }
    }
  });
  const result = new Uint8Array(height * width * 3);
  computeWeights(rows, height, down).forEach(({ first, weights }, y) => {
    for (let place = 0; place < width * 3; place++) {
      let sum = 0.5;
      let from = first * width * 3 + place;
      for (const weight of weights) {
        sum += weight * narrowed[from];
        from += width * 3;
      }
      result[y * width * 3 + place] = Math.max(0, Math.min(255, Math.floor(sum)));
    }
  });
  return result;
}
