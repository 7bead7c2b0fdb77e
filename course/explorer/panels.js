// The panels beside the plane. Each draws what it is given; `view` is the state with all that was computed from it.

const byId = (id) => document.getElementById(id);

function show(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

function drawDecoded({ model, logits, sampling, seed }) {
  const draw = uniform(seed + 1), normalDraw = normal(seed + 1);
  const sigma = model.likelihood === "gaussian" ? Math.exp(0.5 * noiseLogvar(model)) : 0;
  const pixels = logits.map((l) => {
    const p = sigmoid(l);
    if (!sampling) return p;
    return model.likelihood === "gaussian" ? p + sigma * normalDraw() : draw() < p ? 1 : 0;
  });
  drawImage(byId("decoded"), pixels, model.imageShape);
}

function planeText({ model, z, axes }) {
  const near = nearest(model, z), code = near.label === null ? "an image" : `a ${near.label}`;
  return (
    `${model.latents > 2 ? `(z[${axes[0]}], z[${axes[1]}])` : "z"} = ${vector(model.latents > 2 ? axes.map((axis) => z[axis]) : z)}; ` +
    `|z| = ${two(norm(z))}, the distance from the middle of the prior.\n` +
    `log q(z) - log p(z) = ${two(logRatio(model, z))} nats. The nearest code is that of ${code}, ${two(near.distance)} away.`
  );
}

const LEGENDS = {
  codes: "Every figure is the mean of q(z | x) of a training image, drawn as its label. Dashed circles hold 39, 86 and 99 % of the prior.",
  ellipses: "An ellipse is one standard deviation of q(z | x); every tenth or so is drawn. The thick one is that of your image, small crosses are samples of it.",
};

function planeLegend({ model, view }) {
  const many = model.latents > 2 ? `, as the codes of ${model.codes.count} images cannot fill ${model.latents} dimensions` : "";
  const share = `${percent(model.holes)} of samples from the prior fall into a hole, where q(z) is below p(z) / 10${many}`;
  if (view !== "ratio") return `${LEGENDS[view]} ${share}.`;
  if (!model.logRatio) return `This layer is for models with two latents: a plane is only a cut through ${model.latents}. ${share}.`;
  return `Blue: more codes than the prior expects. Red: fewer. Hatched: a hole. ${share}.`;
}

// The table of latents: made once for a model, then only its numbers change.
function makeLatents(explorer) {
  const body = byId("latents");
  let rows = [];

  function build(model) {
    body.replaceChildren();
    rows = Array.from({ length: model.latents }, (_, j) => {
      const [line, name, ...cells] = ["tr", "th", "td", "td", "td", "td"].map((tag) => document.createElement(tag));
      name.scope = "row";
      name.textContent = `z[${j}]`;
      const slider = input("range", `z[${j}], slider`), number = input("number", `z[${j}], number`);
      const bars = [bar(), bar(true)];
      for (const one of [slider, number]) one.addEventListener("input", () => set(j, one.value));
      cells[0].append(slider);
      cells[1].append(number);
      cells.slice(2).forEach((cell, n) => cell.append(bars[n].text, bars[n].block));
      line.append(name, ...cells);
      body.append(line);
      return { slider, number, bars };
    });
  }

  function input(type, label) {
    const made = document.createElement("input");
    Object.assign(made, { type, min: -explorer.reach, max: explorer.reach, step: 0.01 });
    made.setAttribute("aria-label", label);
    return made;
  }

  function bar(still) {
    const block = document.createElement("div");
    block.className = still ? "bar still" : "bar";
    return { text: document.createElement("span"), block };
  }

  function set(j, text) {
    const value = bounded(text, -explorer.reach, explorer.reach);
    if (value === null) return;
    const z = Float32Array.from(explorer.state.z);
    z[j] = value;
    explorer.update({ z, moved: j });
  }

  function place({ z }) {
    rows.forEach(({ slider, number }, j) => {
      if (Number(slider.value) !== z[j]) slider.value = z[j];
      if (document.activeElement !== number) number.value = two(z[j]);
    });
  }

  function drawKl({ model, measured }) {
    const most = Math.max(1, ...measured.kl, ...model.meanKl);
    rows.forEach(({ bars }, j) =>
      [measured.kl[j], model.meanKl[j]].forEach((kl, n) => {
        bars[n].text.textContent = two(kl);
        bars[n].block.style.width = `${(5 * kl) / most}rem`;
      }),
    );
    const { activeUnits } = model.evaluation;
    const active = activeUnits === null ? "" : ` ${activeUnits} of ${model.latents} latents are active on the test images.`;
    show("active", `KL of this image: ${two(measured.rate)} nats, the sum of its column.${active}`);
  }

  return { build, place, drawKl };
}

function drawImagePanel({ model, x, image, images, measured, seed }) {
  drawImage(byId("pad"), x, model.imageShape);
  drawImage(byId("reconstruction"), measured.logits.map(sigmoid), model.imageShape);
  drawLoss(measured, model.imageShape);
  const label = image === null || !images.labels ? "" : `, a ${images.labels[image]}`;
  const what = image === null ? "Your drawing" : `Test image ${image}${label}`;
  const noise = image !== null && seed === 0 ? " z is the sample that vae evaluate draws for it." : "";
  show(
    "image-text",
    `${what}: -log p(x | z) ${two(measured.reconstruction)} + KL ${two(measured.rate)} = ${two(-measured.elbo)} nats, the negative ELBO.${noise}`,
  );
}

// The map sums to the reconstruction: nats of all channels of a pixel, from 0 to 3 and more.
function drawLoss({ nats }, [channels, height, width]) {
  const pixels = height * width, total = new Float32Array(pixels);
  for (let channel = 0; channel < channels; channel++) for (let i = 0; i < pixels; i++) total[i] += nats[channel * pixels + i];
  drawImage(byId("loss"), total, [1, height, width], lossShade(3));
}

function pixelText({ model, x, measured, pen: [r, c] }) {
  const [channels, height, width] = model.imageShape, i = r * width + c;
  const parts = Array.from({ length: channels }, (_, channel) => {
    const at = channel * height * width + i;
    return `x = ${two(x[at]).replace(".00", "")}, logit ${two(measured.logits[at])}, ${two(measured.nats[at])} nats`;
  });
  return `Row ${r}, column ${c}: ${parts.join("; ")}.`;
}

const STEPS_OF_WALK = 9, REACH_OF_TRAVERSAL = 3;

// The latent that was moved last, from -3 to 3, all others at rest.
function drawTraversal({ model, z, moved }) {
  const codes = Array.from({ length: STEPS_OF_WALK }, (_, n) => {
    const code = Float32Array.from(z);
    code[moved] = REACH_OF_TRAVERSAL * ((2 * n) / (STEPS_OF_WALK - 1) - 1);
    return code;
  });
  drawRow(byId("traversal"), codes.map((code) => decode(model, code).map(sigmoid)), model.imageShape);
  show("traversal-text", `z[${moved}] from -${REACH_OF_TRAVERSAL} to ${REACH_OF_TRAVERSAL}, the others at rest. Move another latent to see what it does.`);
}

function walksOf({ a, b }) {
  const weights = Array.from({ length: STEPS_OF_WALK }, (_, n) => n / (STEPS_OF_WALK - 1));
  return { weights, straight: weights.map((w) => straight(a, b, w)), spherical: weights.map((w) => spherical(a, b, w)) };
}

function drawWalk({ model, a, b }) {
  const { weights, ...walks } = walksOf({ a, b });
  for (const [name, codes] of Object.entries(walks))
    drawRow(byId(name), codes.map((z) => decode(model, z).map(sigmoid)), model.imageShape);
  const lengths = { straight: walks.straight.map(norm), spherical: walks.spherical.map(norm) };
  const top = 1.15 * Math.max(...lengths.straight, ...lengths.spherical, Math.sqrt(model.latents));
  const canvas = sharp(byId("lengths")), { x, y } = frame(canvas, [0, 1], [0, top], "way from A to B", "|z|");
  line(canvas.pen, [0, 1].map((w) => [x(w), y(Math.sqrt(model.latents))]), colour("--line"));
  for (const [name, style, dashes] of [["straight", "--hole", [6, 4]], ["spherical", "--accent", []]])
    line(canvas.pen, weights.map((w, n) => [x(w), y(lengths[name][n])]), colour(style), dashes);
  const middle = (STEPS_OF_WALK - 1) / 2;
  show(
    "walk-text",
    `|A| = ${two(norm(a))}, |B| = ${two(norm(b))}. Half way: straight (dashed) ${two(lengths.straight[middle])}, ` +
      `spherical ${two(lengths.spherical[middle])}. Grey: sqrt(${model.latents}) = ${two(Math.sqrt(model.latents))}, near which samples of the prior lie.`,
  );
}

// The decoded z of every model with as many latents, and where each lies on the curve of rate and distortion.
function drawBetas({ model, z }, models) {
  const family = models.filter(({ latents, beta }) => latents === model.latents && beta !== null);
  byId("betas").hidden = family.length < 2;
  if (family.length < 2) return;
  const strip = byId("beta-images");
  if (strip.children.length !== family.length) strip.replaceChildren(...family.map(betaPicture));
  family.forEach((one, n) => {
    drawImage(strip.children[n].firstChild, decode(prepared(one), z).map(sigmoid), one.imageShape);
    strip.children[n].className = one === model ? "chosen" : "";
  });
  drawCurve(family, model);
  const rows = family.map((one) => {
    const { kl, reconstruction, negativeElbo, activeUnits } = one.evaluation;
    const line = document.createElement("tr");
    line.className = one === model ? "chosen" : "";
    line.append(...[one.beta, two(kl), two(reconstruction), two(negativeElbo), activeUnits].map(cell));
    return line;
  });
  byId("beta-rows").replaceChildren(...rows);
  show("beta-caption", `Nats per image, means over ${model.evaluation.images} test images with sampled z`);
}

function cell(value) {
  const made = document.createElement("td");
  made.textContent = value;
  return made;
}

function betaPicture({ beta }) {
  const figure = document.createElement("figure"), caption = document.createElement("figcaption"), picture = smallPicture();
  caption.textContent = `beta ${beta}`;
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", `This z, decoded by the model of beta ${beta}`);
  figure.append(picture, caption);
  return figure;
}

function drawCurve(family, model) {
  const points = family.map(({ evaluation }) => [evaluation.kl, evaluation.reconstruction]);
  const [rates, distortions] = [0, 1].map((axis) => points.map((point) => point[axis]));
  const down = (value) => 10 * Math.floor(value / 10), up = (value) => 10 * Math.ceil(value / 10);
  const canvas = sharp(byId("curve")), { pen } = canvas;
  const { x, y } = frame(
    canvas,
    [0, up(Math.max(...rates))],
    [down(Math.min(...distortions)), up(Math.max(...distortions))],
    "rate: KL, nats",
    "distortion, nats",
  );
  line(pen, points.map(([rate, distortion]) => [x(rate), y(distortion)]), colour("--soft"));
  pen.textAlign = "left";
  family.forEach((one, n) => {
    pen.fillStyle = colour(one === model ? "--accent" : "--ink");
    pen.beginPath();
    pen.arc(x(points[n][0]), y(points[n][1]), one === model ? 7 : 4, 0, 2 * Math.PI);
    pen.fill();
    pen.fillText(one.beta, x(points[n][0]) + 9, y(points[n][1]) - 5);
  });
}

// The functions of level 1 as they stand in the course, each with what it returns now.
function makeCode(sources) {
  const lines = Object.entries(sources).map(([name, text]) => {
    const [block, code, now] = ["div", "pre", "p"].map((tag) => document.createElement(tag));
    code.textContent = text;
    code.tabIndex = 0;
    now.className = "numbers";
    block.append(code, now);
    byId("code").append(block);
    return [name.split(":")[1], now];
  });
  return ({ measured, weights }) => {
    const { mu, logvar, z, nats, kl } = measured;
    const now = {
      elbo: `Elbo(elbo=${measured.elbo.toFixed(3)}, reconstruction=${measured.reconstruction.toFixed(3)}, kl=${measured.rate.toFixed(3)})`,
      reparameterize: `mu = ${vector(mu)}\nlogvar = ${vector(logvar)}\nz = ${vector(z)}`,
      gaussian_kl: `${vector(kl)}, which sum to ${two(sum(kl))} nats`,
      log_weights: weights.length ? `${vector(weights, 5)}, ${weights.length} of them` : "",
    };
    const pixels = `${nats.length} numbers, which sum to ${two(-sum(nats))} nats`;
    for (const [name, place] of lines) place.textContent = `Now: ${now[name] ?? pixels}`;
  };
}
