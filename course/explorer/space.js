// Latent space: random draws, densities, walks, and what the codes of all images say. course/explorer/density.py and
// common/latent_space.py have the same in Python.

// Uniform numbers on [0, 1), the same for the same seed (mulberry32).
function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Standard normal numbers, from pairs of uniform ones [Box & Muller 1958].
function normal(seed) {
  const next = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

function noise(length, seed) {
  return Float32Array.from({ length }, normal(seed));
}

function norm(z) {
  return Math.hypot(...z);
}

// log p(z) of the prior N(0, I)
function logPrior(z) {
  return sum(z.map((value) => gaussianLogLikelihood(value, 0, 0)));
}

// log q(z) - log p(z), with q(z) = (1/N) sum_n q(z | x_n), the aggregate posterior
function logRatio(model, z) {
  const { mu, logvar, count } = model.codes, d = z.length;
  const terms = new Float64Array(count);
  for (let n = 0; n < count; n++)
    for (let j = 0; j < d; j++) terms[n] += gaussianLogLikelihood(z[j], mu[n * d + j], logvar[n * d + j]);
  return importanceWeightedBound(terms) - logPrior(z);
}

const HOLE = -Math.log(10);

// z_w = (1 - w) a + w b
function straight(a, b, w) {
  return a.map((value, j) => (1 - w) * value + w * b[j]);
}

// [sin((1 - w) t) a + sin(w t) b] / sin t, with t the angle between a and b [Shoemake 1985]
function spherical(a, b, w) {
  const inner = sum(a.map((value, j) => value * b[j])) / (norm(a) * norm(b));
  const t = Math.acos(Math.min(1, Math.max(-1, inner)));
  if (!(Math.sin(t) > 1e-6)) return straight(a, b, w);
  return a.map((value, j) => (Math.sin((1 - w) * t) * value + Math.sin(w * t) * b[j]) / Math.sin(t));
}

// The training image whose code, the mean of q(z | x), is nearest to z.
function nearest(model, z) {
  const { mu, labels, count } = model.codes, d = z.length;
  let best = 0, least = Infinity;
  for (let n = 0; n < count; n++) {
    let square = 0;
    for (let j = 0; j < d; j++) square += (z[j] - mu[n * d + j]) ** 2;
    if (square < least) [best, least] = [n, square];
  }
  return { label: labels ? labels[best] : null, distance: Math.sqrt(least) };
}

// The mean code of every label, {label: [z_0, z_1, ...]}, and the mean sigma of every latent, by label.
function clusters(model) {
  const { mu, logvar, labels, count } = model.codes, d = model.latents, found = {};
  if (!labels) return found;
  for (let n = 0; n < count; n++) {
    const one = (found[labels[n]] ??= { count: 0, center: Array(d).fill(0), longest: 0, shortest: 0 });
    one.count++;
    const sigmas = Array.from(row(logvar, n, d), (value) => Math.exp(0.5 * value));
    for (let j = 0; j < d; j++) one.center[j] += mu[n * d + j];
    one.longest += Math.max(...sigmas);
    one.shortest += Math.min(...sigmas);
  }
  for (const one of Object.values(found)) {
    one.center = one.center.map((value) => value / one.count);
    one.longest /= one.count;
    one.shortest /= one.count;
  }
  return found;
}

// The mean KL of every latent over the training images, in nats.
function meanKl(model) {
  const { mu, logvar, count } = model.codes, total = new Float64Array(model.latents);
  for (let n = 0; n < count; n++)
    gaussianKl({ mu: row(mu, n, total.length), logvar: row(logvar, n, total.length) }).forEach((kl, j) => (total[j] += kl / count));
  return total;
}
