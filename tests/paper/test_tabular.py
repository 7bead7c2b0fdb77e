"""The fully connected VAE for tables."""

import numpy as np
import torch
from jaxtyping import Float

from common.metrics import importance_weighted_bound
from numpy_impl import distributions, linear_gaussian
from paper.kit.initial import draw_parameters
from paper.vae.tabular import Decoder, Encoder, TabularVAE

ROWS, COLUMNS, LATENTS, SAMPLES = 7, 5, 3, 400


def tensor(rng: np.random.Generator, *shape: int) -> Float[torch.Tensor, "..."]:
    return torch.from_numpy(rng.standard_normal(shape))


def shaken(vae: TabularVAE, seed: int) -> TabularVAE:
    """Move all parameters away from their initial values, the biases and the noise too."""
    draw_parameters(vae.double(), seed)
    rng = np.random.default_rng(seed)
    for parameter in vae.parameters():
        parameter.data += 0.3 * tensor(rng, *parameter.shape)
    return vae


def test_the_elbo_is_made_of_the_likelihood_and_the_kl_of_level_1():
    vae, rng = shaken(TabularVAE(COLUMNS, (11, 13), LATENTS), 1), np.random.default_rng(2)
    x, eps = tensor(rng, ROWS, COLUMNS), tensor(rng, ROWS, LATENTS)
    mu, logvar = (value.detach().numpy() for value in vae.encode(x))
    z = torch.from_numpy(distributions.reparameterize(mu, logvar, eps.numpy())[0])
    mean, noise = vae.decoder(z).detach().numpy(), vae.noise_logvar.detach().numpy()
    log_likelihood = distributions.gaussian_log_likelihood(x.numpy(), mean, noise)[0].sum(axis=1).mean()
    kl = distributions.gaussian_kl(mu, logvar)[0].sum(axis=1).mean()
    found = [float(part.detach()) for part in vae.elbo(x, eps)]
    np.testing.assert_allclose(found, [log_likelihood - kl, -log_likelihood, kl], rtol=1e-12)


def test_without_hidden_layers_and_with_equal_noise_it_is_the_linear_gaussian_model():
    """With the posterior for an encoder every weight is p(x), so any number of samples gives log p(x)."""
    rng, scale, latents = np.random.default_rng(3), 0.7, 1
    model = linear_gaussian.LinearGaussian(rng.standard_normal((COLUMNS, latents)), rng.standard_normal(COLUMNS), scale)
    x = rng.standard_normal((ROWS, COLUMNS))
    covariance = linear_gaussian.posterior(model, x)[1]
    gain = covariance @ model.weight.T / scale**2
    vae = TabularVAE(COLUMNS, (), latents).double()
    for parameter, value in (
        (vae.encoder.mu.weight, gain),
        (vae.encoder.mu.bias, -gain @ model.bias),
        (vae.encoder.logvar.weight, np.zeros((latents, COLUMNS))),
        (vae.encoder.logvar.bias, np.log(np.diag(covariance))),
        (vae.decoder.out.weight, model.weight),
        (vae.decoder.out.bias, model.bias),
        (vae.noise_logvar, np.full(COLUMNS, 2 * np.log(scale))),
    ):
        parameter.data.copy_(torch.from_numpy(value))
    log_w = vae.log_weights(torch.from_numpy(x), tensor(rng, 3, ROWS, latents)).detach().numpy()
    np.testing.assert_allclose(log_w, np.tile(linear_gaussian.log_evidence(model, x), (3, 1)), rtol=1e-10)


def test_more_samples_tighten_the_bound_whose_mean_at_one_sample_is_the_elbo():
    vae, rng = shaken(TabularVAE(COLUMNS, (11,), LATENTS), 4), np.random.default_rng(5)
    x, eps = tensor(rng, ROWS, COLUMNS), tensor(rng, SAMPLES, ROWS, LATENTS)
    log_w = vae.log_weights(x, eps).detach().numpy()
    elbo = np.mean([float(vae.elbo(x, one).elbo.detach()) for one in eps])
    error = log_w.mean(axis=1).std() / np.sqrt(SAMPLES)
    assert abs(log_w.mean() - elbo) < 6 * error  # two estimates of one number, from the same z
    assert importance_weighted_bound(log_w).mean() > log_w.mean()


def test_gradients_reach_every_parameter_and_are_those_of_finite_differences():
    vae, rng = shaken(TabularVAE(COLUMNS, (11, 13), LATENTS), 6), np.random.default_rng(7)
    x, eps = tensor(rng, ROWS, COLUMNS), tensor(rng, ROWS, LATENTS)
    vae.elbo(x, eps).elbo.backward()
    for name, parameter in vae.named_parameters():
        assert parameter.grad is not None
        direction, before = tensor(rng, *parameter.shape), parameter.data.clone()
        values = []
        for step in (1e-5, -1e-5):
            parameter.data = before + step * direction
            values.append(float(vae.elbo(x, eps).elbo.detach()))
        parameter.data = before
        expected = float((parameter.grad * direction).sum())
        assert abs((values[0] - values[1]) / 2e-5 - expected) < 1e-6 * max(1, abs(expected)), name


def test_samples_have_the_noise_of_their_columns():
    vae = shaken(TabularVAE(COLUMNS, (11,), LATENTS), 8)
    eps, noise = tensor(np.random.default_rng(9), ROWS, LATENTS), torch.zeros(ROWS, COLUMNS).double()
    mean = vae.sample(eps, noise)
    assert torch.equal(mean, vae.decoder(eps))
    assert torch.allclose(vae.sample(eps, noise + 2) - mean, 2 * torch.exp(vae.noise_logvar / 2).expand(ROWS, -1))


def test_the_noise_of_a_column_that_never_changes_has_a_floor():
    vae = TabularVAE(1, (), 1).double()
    for parameter in vae.parameters():
        parameter.data.zero_()
    x, eps = torch.zeros(3, 1).double(), torch.zeros(3, 1).double()
    found = []
    for logvar in (-19.0, -20.0, -21.0, -1e3):
        vae.noise_logvar.data.fill_(logvar)
        vae.zero_grad()
        elbo = vae.elbo(x, eps).elbo
        elbo.backward()
        found.append((round(float(elbo.detach() + np.log(2 * np.pi) / 2), 9), float(vae.noise_logvar.grad)))
    assert found == [(9.5, -0.5), (10.0, -0.5), (10.0, 0.0), (10.0, 0.0)]


def test_encoder_and_decoder_mirror_each_other():
    encoder, decoder = Encoder(5, (11, 13), 3), Decoder(3, (11, 13), 5)
    shapes = [tuple(p.shape) for p in encoder.hidden.parameters() if p.ndim == 2]
    mirrored = [tuple(p.shape) for p in decoder.parameters() if p.ndim == 2]
    assert shapes == [(11, 5), (13, 11)]
    assert mirrored == [(13, 3), (11, 13), (5, 11)]
