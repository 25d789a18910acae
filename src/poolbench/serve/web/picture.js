// A picture as the network sees it: {height, width, pixels}, RGB, one byte each, row after row.

export function shift(picture, down, right, mode) {
  const { height, width } = picture;
  const pixels = new Uint8Array(picture.pixels.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let y = row - down;
      let x = column - right;
      if (mode === "circular") {
        y = ((y % height) + height) % height;
        x = ((x % width) + width) % width;
      } else if (y < 0 || x < 0 || y >= height || x >= width) {
        continue;
      }
      const from = (y * width + x) * 3;
      pixels.set(picture.pixels.subarray(from, from + 3), (row * width + column) * 3);
    }
  }
  return { height, width, pixels };
}

// The same look for the same place: around the circle, or at most out of sight.
export function limit(pixels, side, mode) {
  if (mode === "border") return Math.max(1 - side, Math.min(side - 1, pixels));
  const inside = ((pixels % side) + side) % side;
  return inside > side / 2 ? inside - side : inside;
}

export function paint(picture, canvas) {
  const { height, width, pixels } = picture;
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  for (let place = 0; place < height * width; place++) {
    image.data.set(pixels.subarray(place * 3, place * 3 + 3), place * 4);
    image.data[place * 4 + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}
