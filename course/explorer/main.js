// The state of the page, and what follows from a change of it. On every change at most once a frame: z and its image.
// What takes longer (samples, walks, the bound, the address) waits until nothing has changed for a moment.

const START = { view: "codes", task: 1, seed: 0, k: 50, sampling: false };
const PAUSE = 150, SPOKEN_AFTER = 300, ADDRESS_EVERY = 250, SLOW = 10, KEPT_MEASURES = 500;

// A model with its arrays unpacked, when it is first used.
function prepared(model) {
  if (model.ready) return model;
  model.ready = true;
  for (const name of Object.keys(model.params)) model.params[name] = unpack(model.params[name]);
  model.eps = unpack(model.eps);
  model.codes.count = model.codes.mu.shape[0];
  for (const name of ["mu", "logvar"]) model.codes[name] = unpack(model.codes[name]);
  if (model.logRatio) model.logRatio = unpack(model.logRatio);
  model.meanKl = meanKl(model);
  return model;
}

function opened({ models, images, reach, sources }) {
  const [count, channels, height, width] = images.x.shape;
  Object.assign(images, { count, channels, height, width, size: channels * height * width, x: unpack(images.x) });
  for (const model of models) model.reach = reach;
  const plain = prepared(models.find(({ name }) => name === BETA_1) ?? models[0]);
  return { models, images, reach, sources, plain, pen: [0, 0] };
}

const explorer = opened(JSON.parse(byId("document").textContent));
explorer.state = startOf(explorer.plain);
explorer.update = update;
explorer.point = (pixel) => {
  explorer.pen = pixel;
  show("pixel-text", pixelText({ ...view(), pen: pixel }));
};

function startOf(model) {
  const busiest = Array.from(model.meanKl.keys()).sort((a, b) => model.meanKl[b] - model.meanKl[a]);
  const axes = model.latents > 2 ? busiest.slice(0, 2).sort((a, b) => a - b) : [0, model.latents > 1 ? 1 : 0];
  const image = 0, x = imageAt(explorer.images, image), { mu } = encode(model, x);
  return { ...START, model, axes, moved: busiest[0], image, x, z: mu, a: mu, b: new Float32Array(model.latents) };
}

// ---- a change of state ----

let frameAsked = false, timers = {};

function update(changes) {
  const { state } = explorer, before = state.model;
  Object.assign(state, changes);
  if (state.model !== before) fit(state, changes);
  explorer.changed = { ...explorer.changed, ...changes };
  if (!frameAsked) {
    frameAsked = true;
    if (explorer.slow) setTimeout(redraw, 100);
    else requestAnimationFrame(redraw);
  }
  later("panels", redrawLater, PAUSE);
}

// Another model may have other latents: what was chosen in them is chosen anew.
function fit(state, { z, a, b, axes }) {
  prepared(state.model);
  if (state.model.latents === state.z.length && state.model.latents === state.a.length) return;
  const fresh = startOf(state.model), { mu } = encode(state.model, state.x);
  const fits = (one) => one && one.length === state.model.latents;
  Object.assign(state, {
    z: fits(z) ? z : mu,
    a: fits(a) ? a : mu,
    b: fits(b) ? b : fresh.b,
    axes: axes ?? fresh.axes,
    moved: fresh.moved,
  });
}

function later(name, work, pause) {
  clearTimeout(timers[name]);
  timers[name] = setTimeout(work, pause);
}

// ---- what follows from the state ----

let measuredOf = [], measured = null, sampled = [];

function noiseFor({ model, image, seed }) {
  const first = image !== null && seed === 0 ? row(model.eps, image, model.latents) : noise(model.latents, 5 * seed + 100);
  return [first, ...[1, 2, 3, 4].map((n) => noise(model.latents, 5 * seed + 100 + n))];
}

// The state, with the numbers of its image; these are computed anew when model, image or noise have changed.
function view() {
  const { state } = explorer, key = [state.model, state.x, state.image, state.seed];
  if (key.some((part, n) => part !== measuredOf[n])) {
    measuredOf = key;
    const [eps, ...others] = noiseFor(state);
    measured = elbo(state.model, state.x, eps);
    sampled = [measured.z, ...others.map((one) => reparameterize(measured, one))];
    explorer.weights = [];
    explorer.imageIsNew = true;
  }
  return { ...state, images: explorer.images, measured, q: measured, sampled, weights: explorer.weights };
}

function redraw() {
  frameAsked = false;
  const start = performance.now(), now = view();
  if (explorer.shownModel !== now.model) showModel(now);
  drawPlane(now);
  drawDecoded({ ...now, logits: decode(now.model, now.z) });
  latents.place(now);
  if (explorer.imageIsNew) {
    explorer.imageIsNew = false;
    drawImagePanel(now);
    latents.drawKl(now);
    code(now);
  }
  performance.measure("redraw", { start, end: performance.now() });
  if (performance.getEntriesByName("redraw").length > KEPT_MEASURES) performance.clearMeasures("redraw");
}

function redrawLater() {
  const now = view();
  show("plane-text", planeText(now));
  show("plane-legend", planeLegend(now));
  later("spoken", () => show("spoken", planeText(view())), SPOKEN_AFTER);
  drawRow(byId("samples"), now.sampled.map((z) => decode(now.model, z).map(sigmoid)), now.model.imageShape);
  drawTraversal(now);
  drawWalk(now);
  drawBetas(now, explorer.models);
  showInputs(now);
  estimateBound(now);
  if (byId("task-compare").open) showAnswer();
  writeAddress();
}

// k samples take a while: they are drawn in slices, until the image changes.
async function estimateBound({ model, x, seed, k }) {
  const mine = (explorer.bound = {}), weights = [], draw = normal(1000 + seed), q = encode(model, x);
  for (let start = performance.now(); weights.length < k; ) {
    weights.push(logWeight(model, x, q, Float32Array.from({ length: model.latents }, draw)));
    if (performance.now() - start < 8) continue;
    await new Promise((resume) => setTimeout(resume));
    if (explorer.bound !== mine) return;
    start = performance.now();
  }
  explorer.weights = weights;
  const bound = importanceWeightedBound(weights), elboOfThese = mean(weights);
  show("bound", `With k = ${k} samples: log p(x) >= ${two(bound)} nats in expectation. The ELBO, from the same samples: ${two(elboOfThese)}. The bound is tighter by ${two(bound - elboOfThese)}.`);
  code(view());
}

// ---- inputs ----

function showModel({ model }) {
  explorer.shownModel = model;
  latents.build(model);
  explorer.imageIsNew = true;
  const { level, step, data } = model.trained, { images, negativeElbo } = model.evaluation;
  const beta = model.beta === null ? "" : `, beta ${model.beta}`;
  show(
    "about",
    `A VAE of ${data} (${model.architecture}, ${model.latents} latents${beta}), trained at level ${level} in ${step} steps. ` +
      `Its negative ELBO is ${two(negativeElbo)} nats, the mean over ${images} test images.`,
  );
  show("command", model.command);
  byId("model").value = model.name;
  fillAxes(model);
  timeDecoder(model);
}

function timeDecoder(model) {
  const times = Array.from({ length: 7 }, (_, n) => {
    const start = performance.now();
    decode(model, noise(model.latents, n));
    return performance.now() - start;
  });
  const least = Math.min(...times), notices = []; // the first ones are not yet compiled
  explorer.slow = least > SLOW;
  if (explorer.slow) notices.push(`To decode an image takes ${least.toFixed(0)} ms here, more than the ${SLOW} ms that fit into a frame: pictures follow the pointer a little late.`);
  if (model.rounding !== null) notices.push(`The parameters are rounded to 20 bits, so that this file stays small: that moves the ELBO of an image by up to ${model.rounding.toPrecision(1)} nats.`);
  byId("notice").hidden = notices.length === 0;
  show("notice", notices.join(" "));
}

function fillAxes({ latents }) {
  for (const n of [0, 1]) {
    const options = Array.from({ length: latents }, (_, j) => new Option(`z[${j}]`, j));
    byId(`axis-${n}`).replaceChildren(...options);
    byId(`axis-${n}`).hidden = latents < 3;
  }
  byId("axes-label").hidden = latents < 3;
}

function showInputs({ axes, view, image, k, sampling }) {
  axes.forEach((axis, n) => (byId(`axis-${n}`).value = axis));
  byId("view").value = view;
  if (document.activeElement !== byId("image")) byId("image").value = image ?? "";
  if (document.activeElement !== byId("k")) byId("k").value = k;
  byId(sampling ? "show-sample" : "show-mean").checked = true;
}

function on(id, event, work) {
  byId(id).addEventListener(event, () => work(byId(id), explorer.state));
}

function choose(image) {
  update({ image, x: imageAt(explorer.images, image) });
}

function listen() {
  const { models, images } = explorer;
  byId("model").replaceChildren(...models.map(({ name, beta, latents }) => new Option(nameOf(name, beta, latents), name)));
  byId("image").max = images.count - 1;
  let draws = 10;
  on("model", "change", ({ value }) => update({ model: models.find(({ name }) => name === value) }));
  on("view", "change", ({ value }) => update({ view: value }));
  for (const n of [0, 1])
    on(`axis-${n}`, "change", ({ value }, { axes }) => {
      const other = axes[1 - n] === Number(value) ? axes[n] : axes[1 - n];
      update({ axes: n ? [other, Number(value)] : [Number(value), other] });
    });
  on("show-mean", "change", () => update({ sampling: false }));
  on("show-sample", "change", () => update({ sampling: true }));
  on("origin", "click", (_, { model }) => update({ z: new Float32Array(model.latents) }));
  on("prior", "click", (_, { model }) => update({ z: noise(model.latents, draws++).map((value) => clampTo(value, explorer.reach)) }));
  on("to-code", "click", () => update({ z: view().q.mu.map((value) => clampTo(value, explorer.reach)) }));
  on("image", "change", ({ value }) => whole(value, 0, images.count - 1) !== null && choose(whole(value, 0, images.count - 1)));
  on("image-next", "click", (_, { image }) => choose(((image ?? -1) + 1) % images.count));
  on("clear", "click", () => update({ x: new Float32Array(images.size), image: null }));
  on("resample", "click", (_, { seed }) => update({ seed: seed + 1 }));
  on("k", "change", ({ value }) => whole(value, 1, 500) !== null && update({ k: whole(value, 1, 500) }));
  on("walk-a", "click", (_, { z }) => update({ a: Float32Array.from(z) }));
  on("walk-b", "click", (_, { z }) => update({ b: Float32Array.from(z) }));
  on("walk-prior", "click", (_, { model }) => {
    const { a, b } = walkFromPrior(model, draws++);
    update({ a, b });
  });
  on("copy", "click", copyLink);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => update({}));
}

function nameOf(name, beta, latents) {
  return name === "run" ? "your run" : latents === 2 ? `beta ${beta}, 2 latents` : `${latents} latents, beta ${beta}`;
}

// ---- the address ----

let written = 0;

function writeAddress(replace = true) {
  if (replace && performance.now() - written < ADDRESS_EVERY) return later("address", writeAddress, ADDRESS_EVERY);
  written = performance.now();
  history[replace ? "replaceState" : "pushState"](null, "", addressOf(explorer.state));
}

function readAddress() {
  update(stateOf(location.hash, explorer));
  showTask();
}

async function copyLink() {
  writeAddress();
  const link = location.href.split("#")[0] + addressOf(explorer.state);
  Object.assign(byId("link"), { hidden: false, value: link });
  try {
    await navigator.clipboard.writeText(link);
    show("copied", "Copied.");
  } catch {
    byId("link").select();
    show("copied", "Copy it from here.");
  }
}

// ---- tasks ----

const guesses = TASKS.map(() => "");

function showTask() {
  const number = explorer.state.task, task = TASKS[number - 1], possible = task.needs(explorer);
  show("task-title", `Task ${number} of ${TASKS.length}: ${task.title}`);
  show("task-question", task.question);
  show("task-how", possible ? task.how : "This task asks for the models that come with the course: vae explore, without a run, opens them.");
  byId("task-act").hidden = byId("task-compare").hidden = !possible;
  byId("task-compare").open = false;
  show("task-answer", "");
  byId("task-guess").value = guesses[number - 1];
  byId("task-back").disabled = number === 1;
  byId("task-next").disabled = number === TASKS.length;
  Array.from(byId("task-numbers").children).forEach((button, n) =>
    n + 1 === number ? button.setAttribute("aria-current", "step") : button.removeAttribute("aria-current"),
  );
}

function goTo(task) {
  update({ task });
  writeAddress(false);
  showTask();
}

function showAnswer() {
  const task = TASKS[explorer.state.task - 1];
  if (task.needs(explorer)) show("task-answer", task.answer(explorer));
}

function listenToTasks() {
  byId("task-numbers").replaceChildren(
    ...TASKS.map((task, n) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", textContent: n + 1, title: task.title });
      button.addEventListener("click", () => goTo(n + 1));
      return button;
    }),
  );
  on("task-back", "click", (_, { task }) => goTo(task - 1));
  on("task-next", "click", (_, { task }) => goTo(task + 1));
  on("task-act", "click", (_, { task }) => update(TASKS[task - 1].set(explorer)));
  on("task-guess", "input", ({ value }, { task }) => (guesses[task - 1] = value));
  on("task-compare", "toggle", ({ open }) => open && showAnswer());
  window.addEventListener("popstate", readAddress);
  window.addEventListener("hashchange", readAddress);
}

// ---- start ----

const latents = makeLatents(explorer), code = makeCode(explorer.sources), drawPlane = makePlane(byId("plane"), explorer);
makePad(byId("pad"), explorer, () => byId("erase").checked);
makeLossMap(byId("loss"), explorer);
listen();
listenToTasks();
readAddress();
redraw();
performance.mark("ready");
