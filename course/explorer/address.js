// What is shown, as the part of the address behind #, and back. Whatever else stands there is left aside: nothing of it
// is put into the page but numbers within bounds and names that are known.

const BOUND = 8;

function bounded(text, least, most) {
  const value = text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : null;
}

function whole(text, least, most) {
  const value = bounded(text, least, most);
  return value === null ? null : Math.round(value);
}

function addressOf(state) {
  const parts = { m: state.model.name, z: Array.from(state.z, two).join(","), view: state.view, t: state.task };
  if (state.model.latents > 2) parts.axes = state.axes.join(",");
  if (state.image !== null) parts.i = state.image;
  else if (state.model.likelihood === "bernoulli") parts.x = lettersOf(state.x);
  if (state.seed) parts.s = state.seed;
  if (state.k !== START.k) parts.k = state.k;
  return "#" + Object.entries(parts).map(([key, value]) => `${key}=${value}`).join("&");
}

// The changes of state that an address asks for.
function stateOf(hash, { models, images }) {
  const said = new Map(hash.slice(0, 20000).replace(/^#/, "").split("&").map((part) => part.split("=", 2)));
  const read = (key, reader) => (said.get(key) === undefined ? undefined : reader(said.get(key)) ?? undefined);
  const model = models.find(({ name }) => name === said.get("m"));
  const latents = (model ?? models[0]).latents;
  const changes = {
    model,
    z: read("z", (text) => readVector(text, latents)),
    view: ["codes", "ellipses", "ratio"].find((view) => view === said.get("view")),
    task: read("t", (text) => whole(text, 1, TASKS.length)),
    axes: read("axes", (text) => readAxes(text, latents)),
    seed: read("s", (text) => whole(text, 0, 1e6)),
    k: read("k", (text) => whole(text, 1, 500)),
    ...readImage(read, images),
  };
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

function readVector(text, length) {
  const values = text.split(",").map((part) => bounded(part, -BOUND, BOUND));
  return values.length === length && !values.includes(null) ? Float32Array.from(values) : null;
}

function readAxes(text, latents) {
  const axes = text.split(",").map((part) => whole(part, 0, latents - 1));
  return axes.length === 2 && !axes.includes(null) && axes[0] !== axes[1] ? axes : null;
}

function readImage(read, images) {
  const image = read("i", (text) => whole(text, 0, images.count - 1));
  if (image !== undefined) return { image, x: imageAt(images, image) };
  const x = read("x", (text) => pixelsOf(text, images.size));
  return x ? { image: null, x } : {};
}

function imageAt(images, number) {
  return Float32Array.from(row(images.x, number, images.size));
}
