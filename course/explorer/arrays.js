// Arrays as course/explorer/reading.py packs them: {shape, type, data}, numbers in base64, little end first.

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

// The number that 16 bits stand for: a sign, five bits of exponent, ten of fraction (IEEE 754).
function half(bits) {
  const sign = bits >> 15 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const HALVES = Float32Array.from({ length: 65536 }, (_, bits) => half(bits));

// The whole number i of 20 bits: five bytes hold two.
function twenty(bytes, i) {
  const at = 5 * (i >> 1);
  return i % 2
    ? ((bytes[at + 2] & 15) << 16) | (bytes[at + 3] << 8) | bytes[at + 4]
    : (bytes[at] << 12) | (bytes[at + 1] << 4) | (bytes[at + 2] >> 4);
}

const HALF_RANGE = 2 ** 19 - 1;

function unpack({ shape, type, data, scale }) {
  const bytes = bytesOf(data), view = new DataView(bytes.buffer);
  const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
  const read = {
    f4: (i) => view.getFloat32(4 * i, true),
    f2: (i) => HALVES[view.getUint16(2 * i, true)],
    q20: (i) => (twenty(bytes, i) - HALF_RANGE) * (scale / HALF_RANGE),
    bit: (i) => (bytes[i >> 3] >> (7 - (i & 7))) & 1,
  }[type];
  for (let i = 0; i < values.length; i++) values[i] = read(i);
  return values;
}

// Row i of an array with rows of so many numbers.
function row(values, i, length) {
  return values.subarray(i * length, (i + 1) * length);
}

function sum(values) {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function mean(values) {
  return sum(values) / values.length;
}

// Pixels of 0 and 1 as text for the address, six in a letter (base64url), and back.
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function lettersOf(x) {
  let text = "";
  for (let i = 0; i < x.length; i += 6) {
    let six = 0;
    for (let j = i; j < i + 6; j++) six = 2 * six + (x[j] > 0.5 ? 1 : 0);
    text += LETTERS[six];
  }
  return text;
}

function pixelsOf(text, length) {
  if (text.length !== Math.ceil(length / 6) || !/^[\w-]*$/.test(text)) return null;
  return Float32Array.from({ length }, (_, i) => (LETTERS.indexOf(text[Math.floor(i / 6)]) >> (5 - (i % 6))) & 1);
}
