// Two canvases of pixels: one to draw on, one to read the loss from.

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const BRUSH = 1.1;

// The pixel [row, column] below a pointer.
function pixelAt(canvas, event) {
  const box = canvas.getBoundingClientRect(), border = 1;
  const share = (place, from, size) => Math.min(0.999, Math.max(0, (place - from - border) / (size - 2 * border)));
  return [
    Math.floor(share(event.clientY, box.top, box.height) * canvas.height),
    Math.floor(share(event.clientX, box.left, box.width) * canvas.width),
  ];
}

function makePad(canvas, explorer, erases) {
  let last = null;

  // Ink along the way from one pixel to another, a brush wide, in all channels.
  function stroke([fromRow, fromColumn], [toRow, toColumn]) {
    const { height, width, channels } = explorer.images, x = Float32Array.from(explorer.state.x), ink = erases() ? 0 : 1;
    const steps = Math.max(1, Math.abs(toRow - fromRow), Math.abs(toColumn - fromColumn));
    for (let step = 0; step <= steps; step++) {
      const r = fromRow + ((toRow - fromRow) * step) / steps, c = fromColumn + ((toColumn - fromColumn) * step) / steps;
      for (let i = 0; i < height * width; i++)
        if (Math.hypot(Math.floor(i / width) - r, (i % width) - c) <= BRUSH)
          for (let channel = 0; channel < channels; channel++) x[channel * height * width + i] = ink;
    }
    explorer.update({ x, image: null });
  }

  function toggle([r, c]) {
    const { height, width, channels } = explorer.images, x = Float32Array.from(explorer.state.x), i = r * width + c;
    const ink = x[i] > 0.5 ? 0 : 1;
    for (let channel = 0; channel < channels; channel++) x[channel * height * width + i] = ink;
    explorer.update({ x, image: null });
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = pixelAt(canvas, event);
    stroke(last, last);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!event.buttons || !last) return;
    const here = pixelAt(canvas, event);
    stroke(last, here);
    last = here;
  });
  canvas.addEventListener("pointerup", () => (last = null));
  canvas.addEventListener("keydown", (event) => {
    if (event.key === " ") toggle(explorer.pen);
    else if (event.key === "Delete") explorer.update({ x: new Float32Array(explorer.images.size), image: null });
    else if (!movePen(explorer, event.key)) return;
    event.preventDefault();
  });
}

// The loss map says of a pixel what it costs: below the pointer, or where the pen is.
function makeLossMap(canvas, explorer) {
  canvas.addEventListener("pointermove", (event) => explorer.point(pixelAt(canvas, event)));
  canvas.addEventListener("pointerdown", (event) => explorer.point(pixelAt(canvas, event)));
  canvas.addEventListener("keydown", (event) => movePen(explorer, event.key) && event.preventDefault());
}

function movePen(explorer, key) {
  if (!ARROWS[key]) return false;
  const { height, width } = explorer.images, [down, right] = ARROWS[key], [r, c] = explorer.pen;
  explorer.point([Math.min(height - 1, Math.max(0, r + down)), Math.min(width - 1, Math.max(0, c + right))]);
  return true;
}
