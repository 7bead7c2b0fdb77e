// The VAE of the course, forwards: numpy_impl/mlp.py, conv.py, distributions.py and vae.py again, for one image at a
// time. A model is what the page was told of it: architecture, imageShape, latents, likelihood, and params by name.

const LOG_2PI = Math.log(2 * Math.PI);

// y = W x + b, with W of shape (outputs, inputs)
function linear({ params }, name, x) {
  const W = params[name + ".weight"], b = params[name + ".bias"];
  const y = new Float32Array(b.length);
  for (let o = 0, w = 0; o < y.length; o++) {
    let total = b[o];
    for (let i = 0; i < x.length; i++, w++) total += W[w] * x[i];
    y[o] = total;
  }
  return y;
}

function relu(y) {
  for (let i = 0; i < y.length; i++) if (y[i] < 0) y[i] = 0;
  return y;
}

// Kernel 3, stride 2, padding 1: output (oy, ox) sees inputs (2 oy + ky - 1, 2 ox + kx - 1)
function conv2d({ params }, name, x, height, width) {
  const W = params[name + ".weight"], b = params[name + ".bias"];
  const inputs = x.length / (height * width), rows = height / 2, columns = width / 2;
  const y = new Float32Array(b.length * rows * columns);
  for (let o = 0; o < b.length; o++) {
    const out = y.subarray(o * rows * columns, (o + 1) * rows * columns).fill(b[o]);
    for (let i = 0; i < inputs; i++)
      for (let k = 0; k < 9; k++) {
        const w = W[(o * inputs + i) * 9 + k], up = Math.floor(k / 3) - 1, left = (k % 3) - 1;
        for (let oy = up < 0 ? 1 : 0; oy < rows; oy++) {
          const line = (i * height + 2 * oy + up) * width + left;
          for (let ox = left < 0 ? 1 : 0; ox < columns; ox++) out[oy * columns + ox] += w * x[line + 2 * ox];
        }
      }
  }
  return y;
}

// Its pullback as a layer: input (iy, ix) adds to outputs (2 iy + ky - 1, 2 ix + kx - 1); W is (inputs, outputs, 3, 3)
function convTranspose2d({ params }, name, x, rows, columns) {
  const W = params[name + ".weight"], b = params[name + ".bias"];
  const inputs = x.length / (rows * columns), height = 2 * rows, width = 2 * columns;
  const y = new Float32Array(b.length * height * width);
  for (let o = 0; o < b.length; o++) {
    const out = y.subarray(o * height * width, (o + 1) * height * width).fill(b[o]);
    for (let i = 0; i < inputs; i++)
      for (let k = 0; k < 9; k++) {
        const w = W[(i * b.length + o) * 9 + k], up = Math.floor(k / 3) - 1, left = (k % 3) - 1;
        for (let iy = up < 0 ? 1 : 0; iy < rows; iy++) {
          const line = (2 * iy + up) * width + left, from = (i * rows + iy) * columns;
          for (let ix = left < 0 ? 1 : 0; ix < columns; ix++) out[line + 2 * ix] += w * x[from + ix];
        }
      }
  }
  return y;
}

// mu and logvar = log sigma^2 of q(z | x)
function encode(model, x) {
  const [, height, width] = model.imageShape;
  if (model.architecture === "conv") {
    x = relu(conv2d(model, "encoder.conv1", x, height, width));
    x = relu(conv2d(model, "encoder.conv2", x, height / 2, width / 2));
  }
  const h = relu(linear(model, "encoder.hidden", x));
  const logvar = linear(model, "encoder.logvar", h).map((value) => Math.min(20, Math.max(-20, value)));
  return { mu: linear(model, "encoder.mu", h), logvar };
}

// the logits of p(x | z), whose sigmoid is E[x | z]
function decode(model, z) {
  const [, height, width] = model.imageShape;
  const h = relu(linear(model, "decoder.hidden", z));
  if (model.architecture === "mlp") return linear(model, "decoder.logits", h);
  const features = relu(linear(model, "decoder.features", h));
  const r = relu(convTranspose2d(model, "decoder.deconv1", features, height / 4, width / 4));
  return convTranspose2d(model, "decoder.logits", r, height / 2, width / 2);
}

function sigmoid(l) {
  return 1 / (1 + Math.exp(-l));
}

// z = mu + sigma eps [Kingma & Welling 2013, section 2.4]
function reparameterize({ mu, logvar }, eps) {
  return mu.map((m, j) => m + Math.exp(0.5 * logvar[j]) * eps[j]);
}

// KL(N(mu, sigma^2) || N(0, 1)) of every latent, in nats [Kingma & Welling 2013, appendix B]
function gaussianKl({ mu, logvar }) {
  return mu.map((m, j) => 0.5 * (m * m + Math.exp(logvar[j]) - 1 - logvar[j]));
}

// log N(x; mean, exp(logvar)) of one number
function gaussianLogLikelihood(x, mean, logvar) {
  return -0.5 * (LOG_2PI + logvar + (x - mean) ** 2 * Math.exp(-logvar));
}

// log p(x | l) = x l - log(1 + exp(l)) of one pixel, where exp cannot overflow [appendix C.1, eq. 11]
function bernoulliLogLikelihood(x, l) {
  return x * l - Math.max(l, 0) - Math.log1p(Math.exp(-Math.abs(l)));
}

// log sigma^2 of the pixels of a Gaussian: common/likelihood.py
function noiseLogvar({ params }) {
  const least = -Math.log(12 * 256 ** 2), above = 2 * Math.log(0.1) - least + 10 * params["likelihood.noise"][0];
  return least + Math.max(above, 0) + Math.log1p(Math.exp(-Math.abs(above)));
}

// log p(x | z) of every pixel, in nats
function logLikelihood(model, x, logits) {
  if (model.likelihood === "bernoulli") return logits.map((l, i) => bernoulliLogLikelihood(x[i], l));
  const logvar = noiseLogvar(model);
  return logits.map((l, i) => gaussianLogLikelihood(x[i], sigmoid(l), logvar));
}

// ELBO = E_q[log p(x | z)] - KL(q(z | x) || p(z)), with one sampled z [eq. 10]
function elbo(model, x, eps) {
  const q = encode(model, x);
  const z = reparameterize(q, eps);
  const logits = decode(model, z);
  const nats = logLikelihood(model, x, logits).map((value) => -value);
  const kl = gaussianKl(q);
  return { ...q, z, logits, nats, kl, elbo: -sum(nats) - sum(kl), reconstruction: sum(nats), rate: sum(kl) };
}

// log w = log p(x | z) + log p(z) - log q(z | x), of one sample [Burda et al. 2015, eq. 8]
function logWeight(model, x, { mu, logvar }, eps) {
  const z = reparameterize({ mu, logvar }, eps);
  let value = sum(logLikelihood(model, x, decode(model, z)));
  for (let j = 0; j < z.length; j++)
    value += gaussianLogLikelihood(z[j], 0, 0) - gaussianLogLikelihood(z[j], mu[j], logvar[j]);
  return value;
}

// log (1/k) sum_i w_i: between the ELBO and log p(x) in expectation [Burda et al. 2015, eq. 8]
function importanceWeightedBound(logWeights) {
  const largest = Math.max(...logWeights);
  return largest + Math.log(mean(logWeights.map((value) => Math.exp(value - largest))));
}
