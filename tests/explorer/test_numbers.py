"""What the page computes is what level 1 and `vae evaluate` compute."""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

import course.explorer.reading as reading
from common.architecture import MLP, Conv
from common.metrics import importance_weighted_bound
from common.streams import Stream, normal
from common.training.plan import TrainingPlan
from course.cli import app
from course.explorer.density import log_ratio
from course.running.trained import open_checkpoint
from numpy_impl import vae
from numpy_impl.distributions import gaussian_kl
from numpy_impl.likelihood import log_likelihood

pytestmark = pytest.mark.browser

NETWORKS = {
    "mlp": MLP(hidden=7, latents=3),
    "conv": Conv(channels=(2, 3), hidden=7, latents=2),
    "mlp of grey pixels": MLP(hidden=7, latents=2, likelihood="gaussian"),
    "conv of grey pixels": Conv(channels=(2, 3), hidden=7, latents=3, likelihood="gaussian"),
}
CLOSE = 1e-5
NATS = 1e-3

MEASURED = """([image, draws]) => {
  const { model } = explorer.state, x = imageAt(explorer.images, image), eps = row(model.eps, image, model.latents);
  const one = elbo(model, x, eps), weights = draws.map((draw) => logWeight(model, x, one, draw));
  const numbers = Object.fromEntries(Object.entries(one).map(([name, value]) => [name, Array.from([value]).flatMap(
    (part) => (part.length ? Array.from(part) : part))]));
  const bound = importanceWeightedBound(weights), ratio = logRatio(model, one.z);
  return { ...numbers, x: Array.from(x), weights, bound, ratio };
}"""

MEANS = """() => {
  const { model } = explorer.state, numbers = Array.from({ length: explorer.images.count }, (_, n) => n);
  const all = numbers.map((n) => elbo(model, imageAt(explorer.images, n), row(model.eps, n, model.latents)));
  const of = (name) => mean(all.map((one) => one[name]));
  return { negative_elbo: -of("elbo"), reconstruction: of("reconstruction"), kl: of("rate") };
}"""

FIRST = "elbo(explorer.state.model, imageAt(explorer.images, 0), row(explorer.state.model.eps, 0, 2)).elbo"


def _assert_close(received, expected, tolerance=CLOSE):
    expected = np.asarray(expected, np.float64).ravel()
    error = np.abs(np.asarray(received, np.float64).ravel() - expected)
    assert (error <= tolerance * np.maximum(1, np.abs(expected))).all(), error.max()


@pytest.mark.parametrize("network", NETWORKS)
def test_every_number_of_an_image_is_that_of_level_1(network, page_of, visit):
    path = page_of(TrainingPlan(architecture=NETWORKS[network], seed=3), scale=2.0)
    draws = normal(5, Stream.PICTURE, 0, (4, NETWORKS[network].latents))
    page = visit(path)
    for image in (0, 5):
        received = page.evaluate(MEASURED, [image, draws.tolist()])
        trained = open_checkpoint(path.parent, "numpy")
        params = {name: value.astype(np.float64) for name, value in trained.model.params.items()}
        x = np.array(received["x"], float).reshape(1, 1, 28, 28)
        eps = normal(3, Stream.EVALUATION_NOISE, 0, (297, draws.shape[1]))[image : image + 1]
        mu, logvar = vae.encode(params, x)
        z = vae.reparameterize(mu, logvar, eps)
        logits = vae.decode(params, z, x.shape[1:])
        whole = vae.elbo(params, x, eps)
        weights = vae.log_weights(params, x, draws[:, None])
        expected = {
            "mu": mu,
            "logvar": logvar,
            "z": z,
            "logits": logits,
            "nats": -log_likelihood(params, x, logits)[0],
            "kl": gaussian_kl(mu, logvar)[0],
            "elbo": whole.elbo,
            "reconstruction": whole.reconstruction,
            "rate": whole.kl,
            "weights": weights,
            "bound": importance_weighted_bound(weights),
        }
        for name, value in expected.items():
            _assert_close(received[name], value)
        codes = [reading.posterior(trained.model, trained.dataset.train.images, trained.seed)]
        _assert_close(received["ratio"], log_ratio(z, *codes[0]), tolerance=NATS)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_images_of_the_page_cost_what_vae_evaluate_says(network, page_of, visit):
    path = page_of(TrainingPlan(architecture=NETWORKS[network], seed=4))
    page = visit(path)
    command = page.inner_text("#command").split()[1:]
    result = CliRunner().invoke(app, [*command, "--samples", "1", "--json"])
    assert result.exit_code == 0, result.output
    expected = json.loads(result.stdout)
    received = page.evaluate(MEANS)
    assert page.evaluate("explorer.images.count") == expected["images"]
    for name, value in received.items():
        assert abs(value - expected[name]) < NATS * max(1, abs(expected[name]) / 1000), name


def test_a_shipped_model_costs_what_its_page_says(shipped, visit):
    page = visit(shipped, "#m=twenty_latents")
    said = page.evaluate("explorer.state.model.evaluation")
    assert abs(page.evaluate(MEANS)["negative_elbo"] - said["negativeElbo"]) < NATS


def test_a_large_run_is_rounded_and_says_by_how_much_that_moves_the_bound(page_of, visit, monkeypatch):
    monkeypatch.setattr(reading, "PARAMETER_BYTES", 1000)
    path = page_of(TrainingPlan(architecture=replace(NETWORKS["mlp"], latents=2)), scale=2.0)
    page = visit(path)
    said, moved = page.inner_text("#notice"), page.evaluate("explorer.state.model.rounding")
    assert "rounded to 20 bits" in said
    trained = open_checkpoint(path.parent, "numpy")
    x = np.array(page.evaluate("Array.from(imageAt(explorer.images, 0))"), float).reshape(1, 1, 28, 28)
    eps = normal(0, Stream.EVALUATION_NOISE, 0, (1, 2))
    exact = vae.elbo({name: value.astype(float) for name, value in trained.model.params.items()}, x, eps).elbo
    assert abs(page.evaluate(FIRST) - exact) <= moved + 2 * CLOSE * abs(exact)
    assert moved < NATS
    names = "Object.entries(explorer.state.model.params).map(([name, values]) => [name, Array.from(values)])"
    for name, values in page.evaluate(names):
        expected = trained.model.params[name].ravel()
        assert np.abs(np.array(values) - expected).max() <= np.abs(expected).max() / 2**19, name
