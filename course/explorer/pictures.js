// Drawing: images, the loss of every pixel, and two small charts, in the colours of the page's style.

// Ten colours that stay apart in colour-blind vision [Petroff 2021]; a code is drawn as its digit as well.
const PALETTE = ["#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd"];

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// An image of numbers in [0, 1], one or three channels after each other, ink as light as in the course's pictures.
function drawImage(canvas, values, [channels, height, width], shade = greyOf) {
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const image = new ImageData(width, height), pixels = width * height;
  for (let i = 0; i < pixels; i++) {
    const levels = channels === 3 ? [values[i], values[pixels + i], values[2 * pixels + i]].map((v) => 255 * v) : shade(values[i]);
    image.data.set([...levels, 255], 4 * i);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

function greyOf(value) {
  const level = 255 * value;
  return [level, level, level];
}

// One hue from white to dark: 0 to `most` nats.
function lossShade(most) {
  return (nats) => {
    const share = Math.min(1, Math.max(0, nats) / most);
    return [255 - 175 * share, 255 - 235 * share, 255 - 240 * share];
  };
}

function smallPicture() {
  const canvas = document.createElement("canvas");
  canvas.className = "picture";
  return canvas;
}

// As many small pictures in an element as there are images, made once and drawn over.
function drawRow(element, images, shape) {
  while (element.children.length < images.length) element.append(smallPicture());
  while (element.children.length > images.length) element.lastChild.remove();
  images.forEach((image, n) => drawImage(element.children[n], image, shape));
}

// A canvas as sharp as the screen; what follows is drawn in CSS pixels.
function sharp(canvas) {
  const scale = window.devicePixelRatio || 1;
  const width = (canvas.cssWidth ??= canvas.width), height = (canvas.cssHeight ??= canvas.height);
  if (canvas.width !== Math.round(width * scale)) [canvas.width, canvas.height] = [width * scale, height * scale].map(Math.round);
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
}

// A frame with two axes; returns the functions from numbers to places.
function frame({ pen, width, height }, [left, right], [bottom, top], xLabel, yLabel) {
  const box = { left: 46, right: width - 18, top: 12, bottom: height - 36 };
  const x = (value) => box.left + ((value - left) / (right - left)) * (box.right - box.left);
  const y = (value) => box.bottom - ((value - bottom) / (top - bottom)) * (box.bottom - box.top);
  pen.strokeStyle = colour("--line");
  pen.fillStyle = colour("--ink");
  pen.font = "12px system-ui, sans-serif";
  pen.strokeRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  pen.textAlign = "center";
  for (const share of [0, 0.5, 1]) pen.fillText(short(left + share * (right - left)), x(left + share * (right - left)), height - 21);
  pen.fillText(xLabel, (box.left + box.right) / 2, height - 6);
  pen.textAlign = "right";
  for (const share of [0, 0.5, 1]) pen.fillText(short(bottom + share * (top - bottom)), box.left - 4, y(bottom + share * (top - bottom)) + 4);
  pen.save();
  pen.translate(11, (box.top + box.bottom) / 2);
  pen.rotate(-Math.PI / 2);
  pen.textAlign = "center";
  pen.fillText(yLabel, 0, 0);
  pen.restore();
  return { x, y };
}

function line(pen, points, style, dashes = []) {
  pen.strokeStyle = style;
  pen.lineWidth = 2;
  pen.setLineDash(dashes);
  pen.beginPath();
  for (const [x, y] of points) pen.lineTo(x, y);
  pen.stroke();
  pen.setLineDash([]);
  pen.lineWidth = 1;
}

// Numbers for a reader: no more digits than they are worth.
function short(value) {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(1);
}

function two(value) {
  return value.toFixed(2).replace(/^-(0\.00)$/, "$1");
}

function vector(values, most = 6) {
  const shown = Array.from(values.slice(0, most), two).join(", ");
  return `(${shown}${values.length > most ? ", ..." : ""})`;
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}
