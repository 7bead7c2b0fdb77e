// The plane of two latents: the codes of training images, ellipses of q(z | x), circles of the prior, and where q(z) is
// below the prior. What stays is drawn once into a layer; z, the image's ellipse and its samples are drawn over it.

const ELLIPSES = 150;

function makePlane(canvas, explorer) {
  const layer = document.createElement("canvas");
  let layerOf = "";

  const place = (value) => ((value + explorer.reach) / (2 * explorer.reach)) * canvas.cssWidth;
  const at = (z0, z1) => [place(z0), canvas.cssHeight - place(z1)];
  const length = (value) => (value / (2 * explorer.reach)) * canvas.cssWidth;

  function draw({ model, z, axes, view, q, sampled }) {
    const { pen, width, height } = sharp(canvas);
    redrawLayer(model, axes, view, width, height);
    pen.drawImage(layer, 0, 0, width, height);
    const [a, b] = axes;
    pen.strokeStyle = pen.fillStyle = colour("--ink");
    pen.lineWidth = 2.5;
    ellipse(pen, q.mu[a], q.mu[b], q.logvar[a], q.logvar[b]);
    pen.lineWidth = 1.5;
    for (const one of sampled) cross(pen, ...at(one[a], one[b]), 4);
    pen.lineWidth = 3;
    pen.strokeStyle = colour("--accent");
    const [x, y] = at(z[a], z[b]);
    cross(pen, x, y, 11);
    pen.beginPath();
    pen.arc(x, y, 7, 0, 2 * Math.PI);
    pen.stroke();
  }

  function redrawLayer(model, axes, view, width, height) {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches, scale = canvas.width / width;
    const wanted = [model.name, axes, view, dark, scale].join();
    if (wanted === layerOf) return;
    layerOf = wanted;
    [layer.width, layer.height] = [canvas.width, canvas.height];
    const pen = layer.getContext("2d");
    pen.scale(scale, scale);
    if (view === "ratio" && model.logRatio) drawRatio(pen, model, width, height);
    drawPrior(pen, width, height);
    drawCodes(pen, model, axes, view);
  }

  // log q(z) - log p(z) from -4 to 4 nats; holes are hatched, so that colour does not say it alone.
  function drawRatio(pen, model, width, height) {
    const side = Math.sqrt(model.logRatio.length), cell = width / side;
    const hole = colour("--hole"), dense = colour("--dense");
    for (let r = 0; r < side; r++)
      for (let c = 0; c < side; c++) {
        const ratio = model.logRatio[r * side + c], x = c * cell, y = height - (r + 1) * cell;
        pen.globalAlpha = 0.75 * Math.min(1, Math.abs(ratio) / 4);
        pen.fillStyle = ratio < 0 ? hole : dense;
        pen.fillRect(x, y, cell + 0.5, cell + 0.5);
        if (ratio >= HOLE || (r + c) % 2) continue;
        pen.globalAlpha = 0.6;
        pen.strokeStyle = colour("--paper");
        pen.beginPath();
        pen.moveTo(x, y + cell);
        pen.lineTo(x + cell, y);
        pen.stroke();
      }
    pen.globalAlpha = 1;
  }

  // Circles of radius 1, 2, 3 hold 1 - exp(-r^2 / 2) of a Gaussian in the plane: 39, 86 and 99 %.
  function drawPrior(pen, width, height) {
    pen.strokeStyle = colour("--soft");
    pen.fillStyle = colour("--soft");
    pen.font = "11px system-ui, sans-serif";
    pen.textAlign = "left";
    pen.setLineDash([4, 4]);
    for (const radius of [1, 2, 3]) {
      pen.beginPath();
      pen.arc(width / 2, height / 2, length(radius), 0, 2 * Math.PI);
      pen.stroke();
      pen.fillText(`${Math.round(100 * (1 - Math.exp((-radius * radius) / 2)))} %`, width / 2 + 2, height / 2 - length(radius) - 3);
    }
    pen.setLineDash([]);
    for (let value = 1 - explorer.reach; value < explorer.reach; value++) {
      pen.fillText(value, place(value) - 4, height - 4);
      pen.fillText(value, 3, height - place(value) + 4);
    }
  }

  function drawCodes(pen, model, [a, b], view) {
    const { mu, logvar, labels, count } = model.codes, d = model.latents;
    pen.font = "9px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.globalAlpha = view === "codes" ? 0.9 : 0.45;
    for (let n = 0; n < count; n++) {
      const label = labels ? labels[n] : null, [x, y] = at(mu[n * d + a], mu[n * d + b]);
      pen.fillStyle = label === null ? colour("--accent") : PALETTE[label % PALETTE.length];
      if (label === null) pen.fillRect(x - 1, y - 1, 2, 2);
      else pen.fillText(label, x, y + 3);
    }
    pen.globalAlpha = 1;
    if (view === "ellipses") {
      const step = Math.max(1, Math.floor(count / ELLIPSES));
      for (let n = 0; n < count; n += step) {
        pen.strokeStyle = labels ? PALETTE[labels[n] % PALETTE.length] : colour("--accent");
        ellipse(pen, mu[n * d + a], mu[n * d + b], logvar[n * d + a], logvar[n * d + b]);
      }
    }
    drawNames(pen, model, [a, b]);
  }

  function drawNames(pen, model, [a, b]) {
    pen.font = "bold 17px system-ui, sans-serif";
    pen.lineWidth = 4;
    for (const [label, { center }] of Object.entries(clusters(model))) {
      const [x, y] = at(center[a], center[b]);
      pen.strokeStyle = colour("--paper");
      pen.fillStyle = colour("--ink");
      pen.strokeText(label, x, y + 6);
      pen.fillText(label, x, y + 6);
    }
    pen.lineWidth = 1;
  }

  // One standard deviation of q(z | x) on either axis.
  function ellipse(pen, mu0, mu1, logvar0, logvar1) {
    pen.beginPath();
    pen.ellipse(...at(mu0, mu1), length(Math.exp(0.5 * logvar0)), length(Math.exp(0.5 * logvar1)), 0, 0, 2 * Math.PI);
    pen.stroke();
  }

  function cross(pen, x, y, size) {
    pen.beginPath();
    pen.moveTo(x - size, y);
    pen.lineTo(x + size, y);
    pen.moveTo(x, y - size);
    pen.lineTo(x, y + size);
    pen.stroke();
  }

  function moved(change) {
    const { state } = explorer, z = Float32Array.from(state.z);
    state.axes.forEach((axis, n) => (z[axis] = clampTo(change(z[axis], n), explorer.reach)));
    explorer.update({ z });
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    follow(event);
  });
  canvas.addEventListener("pointermove", (event) => event.buttons && follow(event));

  function follow(event) {
    const box = canvas.getBoundingClientRect();
    const right = (event.clientX - box.left) / box.width, up = 1 - (event.clientY - box.top) / box.height;
    moved((_, n) => (2 * [right, up][n] - 1) * explorer.reach);
  }

  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

  canvas.addEventListener("keydown", (event) => {
    const size = event.shiftKey ? 0.5 : 0.05, { state } = explorer;
    if (STEPS[event.key]) moved((value, n) => value + size * STEPS[event.key][n]);
    else if (event.key === "Home") explorer.update({ z: new Float32Array(state.model.latents) });
    else if (event.key === "PageUp" || event.key === "PageDown") turnAxis(event.key === "PageUp" ? 1 : -1);
    else return;
    event.preventDefault();
  });

  // Another latent on the vertical axis.
  function turnAxis(step) {
    const { model, axes } = explorer.state, d = model.latents;
    let next = (axes[1] + step + d) % d;
    if (next === axes[0]) next = (next + step + d) % d;
    if (next !== axes[0]) explorer.update({ axes: [axes[0], next] });
  }

  return draw;
}

function clampTo(value, bound) {
  return Math.min(bound, Math.max(-bound, value));
}
