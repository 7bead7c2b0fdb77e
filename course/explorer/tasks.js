// Eight tasks. Each asks for a guess, sets the page up, and then says in a sentence what is measured: every number in it
// is computed here and now, from the models and images of the page.

const BETA_1 = "beta_1", COLLAPSED = "beta_16", TWENTY = "twenty_latents", SEVEN = 7, LITTLE = 0.1;
const DIGITS = ["digits", "mnist", "binarized_mnist"];

const TASKS = [
  {
    title: "Where do the 0s lie, and where the 1s?",
    question: "Think of the plane of a trained VAE. Must the codes of 0s and of 1s lie near each other or far apart, compared with other pairs of digits? Why?",
    how: "Look for both in the plane. Then drag z from one to the other and watch the decoder.",
    needs: ofDigits,
    set: ({ plain }) => ({ model: plain, view: "codes", z: new Float32Array(plain.latents) }),
    answer: answerApart,
  },
  {
    title: "Find a point that decodes to no digit",
    question: "The decoder was trained on codes of images. How much of the prior, do you think, holds next to none of them?",
    how: "The layer shows log q(z) - log p(z). Move z into the hatched part, inside the dashed circles.",
    needs: ({ plain }) => plain.latents === 2,
    set: ({ plain }) => ({ model: plain, view: "ratio", z: Float32Array.from(deepest(plain).z) }),
    answer: answerHole,
  },
  {
    title: "A 7 with a bar, and one without",
    question: "Give a 7 its bar. Does its code stay within the ellipse that it had, or leave it? Which latent moves more?",
    how: "You see a 7 from the test images. Draw a bar through its stem.",
    needs: ofDigits,
    set: ({ plain, images }) => ({ model: plain, view: "ellipses", image: images.labels.indexOf(SEVEN), x: imageAt(images, images.labels.indexOf(SEVEN)) }),
    answer: answerBar,
  },
  {
    title: "Which digit is the encoder least sure of?",
    question: "An ellipse shows sigma, how exactly q(z | x) knows the code. Whose ellipse is longer, that of a 1 or of an 8?",
    how: "Compare the ellipses near the 1s with those near the 8s, and step through test images.",
    needs: ofDigits,
    set: ({ plain }) => ({ model: plain, view: "ellipses" }),
    answer: answerEllipses,
  },
  {
    title: "Raise beta",
    question: "Beta is the price of a nat of KL. As it rises, which goes first: a whole latent, or a little of each? What does the image lose?",
    how: "Go through the models from beta 0.1 to 16 with the menu. The image stays the same.",
    needs: ({ models }) => family(models).length > 1,
    set: ({ models }) => ({ model: family(models)[0], view: "codes" }),
    answer: answerBeta,
  },
  {
    title: "Collapse",
    question: "At beta 16 z says next to nothing. What does the decoder draw, and why can it do no better?",
    how: "Move z wherever you like, and look at the decoded image.",
    needs: ({ models }) => models.some(({ name }) => name === COLLAPSED),
    set: ({ models }) => ({ model: models.find(({ name }) => name === COLLAPSED), view: "ellipses" }),
    answer: answerCollapse,
  },
  {
    title: "Straight or spherical",
    question: "Take two samples of a prior with twenty latents. How long are they, and how long is the point half way between them?",
    how: "Press A and B from the prior a few times, and compare both walks.",
    needs: ({ models }) => models.some(({ latents }) => latents > 5),
    set: ({ models }) => walkFromPrior(models.find(({ latents }) => latents > 5), 1),
    answer: answerWalk,
  },
  {
    title: "Draw what is no digit",
    question: "The ELBO has two terms. Which of them tells that an image is none of those that the model knows?",
    how: "A pattern stands in for your drawing. Clear it and draw a house, a face, a letter.",
    needs: () => true,
    set: ({ plain, images }) => ({ model: plain, x: checkers(images), image: null, view: "ellipses" }),
    answer: answerStranger,
  },
];

function ofDigits({ images, plain }) {
  return DIGITS.includes(images.data) && Boolean(images.labels && plain.codes.labels) && images.labels.includes(SEVEN);
}

// The models that differ in beta alone.
function family(models) {
  return models.filter(({ name }) => name.startsWith("beta_"));
}

function answerApart({ plain }) {
  const found = clusters(plain), labels = Object.keys(found), pairs = [];
  for (const [n, one] of labels.entries())
    for (const other of labels.slice(n + 1))
      pairs.push({ names: `${one} and ${other}`, distance: norm(found[one].center.map((value, j) => value - found[other].center[j])) });
  pairs.sort((one, other) => other.distance - one.distance);
  const rank = pairs.findIndex(({ names }) => names === "0 and 1"), sigma = mean(Object.values(found).map(({ longest }) => longest));
  return (
    `The centres of the 0s and the 1s are ${two(pairs[rank].distance)} apart, place ${rank + 1} among ${pairs.length} pairs of digits; ` +
    `the longest sigma of a code is ${two(sigma)} on average. Farthest apart are ${pairs[0].names} (${two(pairs[0].distance)}), nearest ${pairs.at(-1).names} ` +
    `(${two(pairs.at(-1).distance)}). Where two codes overlap, one decoded image must serve both: digits that share few pixels pay most for that, so they are kept apart.`
  );
}

// The place inside the circle of 86 % of the prior where q(z) is furthest below it.
function deepest({ logRatio: ratio, reach }) {
  const side = Math.sqrt(ratio.length), value = (n) => -reach + (2 * reach * n) / (side - 1);
  let found = { ratio: Infinity };
  for (let i = 0; i < ratio.length; i++) {
    const z = [value(i % side), value(Math.floor(i / side))];
    if (norm(z) < 2 && ratio[i] < found.ratio) found = { z, ratio: ratio[i] };
  }
  return found;
}

function answerHole({ plain, state }) {
  const { z, ratio } = deepest(plain);
  return (
    `${percent(plain.holes)} of samples from the prior fall into a hole, where q(z) is below a tenth of p(z). Within the circle of 86 % the deepest place is ` +
    `z = ${vector(z)}: log q(z) - log p(z) = ${two(ratio)} nats there. At your z it is ${two(logRatio(plain, state.z))} nats. ` +
    `Training hardly ever asks for the image of such a z, so nothing tells the decoder what to draw there.`
  );
}

// A bar two pixels thick through the middle of the ink.
function barred(x, { width, size }) {
  const inked = Array.from({ length: size }, (_, i) => i).filter((i) => x[i] > 0.5), rows = inked.map((i) => Math.floor(i / width));
  const columns = inked.map((i) => i % width), middle = Math.round((Math.min(...rows) + Math.max(...rows)) / 2), with_bar = Float32Array.from(x);
  for (const r of [middle, middle + 1]) for (let c = Math.min(...columns); c <= Math.max(...columns); c++) with_bar[r * width + c] = 1;
  return with_bar;
}

// By how many of its standard deviations the code of an image moves, latent by latent.
function moves(model, from, to) {
  const before = encode(model, from), after = encode(model, to);
  return before.mu.map((m, j) => (after.mu[j] - m) / Math.exp(0.5 * before.logvar[j]));
}

function answerBar({ plain, images, state }) {
  const x = imageAt(images, images.labels.indexOf(SEVEN)), shift = moves(plain, x, barred(x, images));
  const drawn = state.x.some((value, i) => value !== x[i]) ? ` With what you drew: ${vector(moves(plain, x, state.x))}.` : "";
  const most = shift.reduce((best, value, j) => (Math.abs(value) > Math.abs(shift[best]) ? j : best), 0);
  return (
    `A bar through the middle of this 7, drawn by the page, moves its code by ${vector(shift)} of its standard deviations: z[${most}] moves most.${drawn} ` +
    `The ellipse ends at a length of 1, and this move has a length of ${two(norm(shift))}: ` +
    `${norm(shift) > 1 ? "the bar says more than the noise of q(z | x) hides" : "the noise of q(z | x) hides the bar"}.`
  );
}

function answerEllipses({ plain }) {
  const found = clusters(plain), order = Object.keys(found).sort((a, b) => found[b].longest - found[a].longest);
  const axis = (label) => `${two(found[label].longest)} long and ${two(found[label].shortest)} short`;
  return (
    `Half axes of the ellipses, means over the training images: a 1 has ${axis("1")}, an 8 ${axis("8")}. The longest belong to the ${order[0]}s (${two(found[order[0]].longest)}), ` +
    `the shortest to the ${order.at(-1)}s (${two(found[order.at(-1)].longest)}). Sigma is large where z can move without making the image much worse, and small where a step turns it into another digit.`
  );
}

function answerBeta({ models }) {
  const all = family(models), kl = all.map((one) => Array.from(prepared(one).meanKl)), least = kl.map((values) => Math.min(...values));
  const dead = least.findIndex((value) => value < LITTLE), last = all.length - 1;
  const list = all.map((one, n) => `${one.beta}: ${vector(kl[n])}`).join("; ");
  const first = dead < 0 ? "No latent falls below a tenth of a nat." : `At beta ${all[dead].beta} a latent first falls below a tenth of a nat${Math.max(...kl[dead]) < LITTLE ? ", and the other with it" : ", the other is still in use"}.`;
  return (
    `KL of both latents in nats, by beta: ${list}. ${first} The distortion rises from ${two(all[0].evaluation.reconstruction)} to ${two(all[last].evaluation.reconstruction)} nats, ` +
    `the rate falls from ${two(all[0].evaluation.kl)} to ${two(all[last].evaluation.kl)}. To say which of ten digits an image is takes up to log 10 = ${two(Math.log(10))} nats: ` +
    `below that the image loses even its digit.`
  );
}

function answerCollapse({ models, images }) {
  const model = prepared(models.find(({ name }) => name === COLLAPSED)), { x, count, size } = images;
  const average = new Float32Array(size);
  for (let n = 0; n < count; n++) for (let i = 0; i < size; i++) average[i] += x[n * size + i] / count;
  const drawn = decode(model, new Float32Array(model.latents)).map(sigmoid), cost = (p) => -sum(average.map((m, i) => costOf(m, p[i])));
  const difference = mean(average.map((m, i) => Math.abs(m - drawn[i])));
  return (
    `At z = 0 it draws nearly the mean of all images: its pixels differ from those of the mean of the ${count} test images by ${difference.toFixed(3)} on average. ` +
    `One picture for all costs ${two(cost(drawn))} nats an image; the mean of the test images itself, the best that any one picture can do on them, costs ${two(cost(average))}. ` +
    `A decoder that is told nothing has to put the average into every pixel. The KL of this model is ${two(model.evaluation.kl)} nats.`
  );
}

// E[log p(x)] of a pixel that is 1 in a share m of the images, under the probability p
function costOf(m, p) {
  const q = Math.min(1 - 1e-6, Math.max(1e-6, p));
  return m * Math.log(q) + (1 - m) * Math.log(1 - q);
}

function walkFromPrior(model, seed) {
  return { model, a: noise(model.latents, 2 * seed), b: noise(model.latents, 2 * seed + 1), z: noise(model.latents, 2 * seed) };
}

function answerWalk({ models, state }) {
  const model = models.find(({ latents }) => latents > 5), d = model.latents, lengths = Array.from({ length: 1000 }, (_, n) => norm(noise(d, n)));
  const middle = Array.from({ length: 500 }, (_, n) => norm(straight(noise(d, 2 * n), noise(d, 2 * n + 1), 0.5)));
  const round = Array.from({ length: 500 }, (_, n) => norm(spherical(noise(d, 2 * n), noise(d, 2 * n + 1), 0.5)));
  const yours = state.model === model ? ` Half way between your A and B: straight ${two(norm(straight(state.a, state.b, 0.5)))}, spherical ${two(norm(spherical(state.a, state.b, 0.5)))}.` : "";
  return (
    `Of 1000 samples of the prior the mean length is ${two(mean(lengths))}, and the shortest ${two(Math.min(...lengths))}. Half way between two of them the straight walk is at ${two(mean(middle))} on average, ` +
    `the spherical one at ${two(mean(round))}.${yours} The straight walk leaves the shell near which samples lie, the spherical one stays. Whether its images are the better ones is another question: compare both rows.`
  );
}

function checkers({ width, height, size }) {
  return Float32Array.from({ length: size }, (_, i) => (Math.floor(Math.floor((i % (width * height)) / width) / 4) + Math.floor((i % width) / 4)) % 2);
}

function answerStranger({ plain, images, state }) {
  const all = Array.from({ length: Math.min(100, images.count) }, (_, n) => elbo(plain, imageAt(images, n), row(plain.eps, n, plain.latents)));
  const yours = elbo(plain, state.x, new Float32Array(plain.latents));
  const spread = (values) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
  const [costs, rates] = [all.map(({ reconstruction }) => reconstruction), all.map(({ rate }) => rate)];
  const away = (value, values) => (value - mean(values)) / spread(values), signed = (value) => `${value < 0 ? "-" : "+"}${short(Math.abs(value))}`;
  const [cost, rate] = [away(yours.reconstruction, costs), away(yours.rate, rates)];
  return (
    `The first ${all.length} test images cost ${two(mean(costs))} +- ${two(spread(costs))} nats of reconstruction and ${two(mean(rates))} +- ${two(spread(rates))} nats of KL (mean and standard deviation). ` +
    `Your image costs ${two(yours.reconstruction)} and ${two(yours.rate)}: ${signed(cost)} and ${signed(rate)} standard deviations from the mean. ` +
    `${Math.abs(cost) > Math.abs(rate) ? "The reconstruction tells" : "The KL tells"} more clearly.`
  );
}
