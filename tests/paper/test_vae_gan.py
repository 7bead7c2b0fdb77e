"""VAE/GAN: three networks, three losses, and who learns from what."""

from dataclasses import replace
from math import log

import pytest
import torch
from torch.nn import functional as F

from common.data import load
from common.errors import InvalidArgument
from common.training.log import read_log
from paper.kit.place import Place
from paper.kit.run import read
from paper.parts.adversary import teach
from paper.vae_gan.experiment import BUDGETS, Protocol, generate, reconstruct, reproduce, train
from paper.vae_gan.lessons import feature_term, gan, vae, vae_gan
from paper.vae_gan.model import Networks
from paper.vae_gan.pictures import draw

TINY = Protocol(
    data="digits",
    N_z=3,
    channels=2,
    M=10,
    samples=80,
    test_images=140,
    generated=140,
    classifier_steps=3,
)
MODELS = ("vae", "gan", "vae_gan")
NAMES = ("Enc", "Dec", "Dis")


def lively(n: int = 5) -> tuple[Networks, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return networks away from their initial values, images, noise, and points of the prior."""
    torch.manual_seed(0)
    networks = Networks(2, 3, seed=0)
    for parameter in networks.parameters():
        parameter.data.add_(0.1 * torch.randn_like(parameter))
    return networks, torch.rand(n, 1, 28, 28), torch.randn(n, 3), torch.randn(n, 3)


def gradients(networks: Networks) -> dict[str, torch.Tensor | None]:
    """Return the gradient that each network has, as one row of numbers, or None where it has none."""
    found = {}
    for name in NAMES:
        parameters = list(networks.get_submodule(name).parameters())
        own = [parameter.grad.flatten() for parameter in parameters if parameter.grad is not None]
        assert len(own) in (0, len(parameters))
        found[name] = torch.cat(own) if own else None
    return found


def gradient_of(loss: torch.Tensor, network: torch.nn.Module) -> torch.Tensor:
    found = torch.autograd.grad(loss, list(network.parameters()), retain_graph=True)
    return torch.cat([one.flatten() for one in found])


# Who learns from what.


def test_each_network_of_a_vae_gan_has_the_gradient_of_algorithm_1():
    networks, x, eps, z_p = lively()
    teach(vae_gan(networks, x, eps, z_p, gamma=0.3).lessons)
    z, kls = networks.Enc(x, eps)
    # Dis sees what Dec made as data; Enc and Dec see Dis as a constant.
    made = networks.Dec(torch.cat([z, z_p]))
    features, logits = networks.Dis(torch.cat([x, made]))
    similarity = (features[:5].detach() - features[5:10]).square().sum() / (2 * 5)
    deceived = -logits[5:].sigmoid().log().mean()
    shown = networks.Dis(torch.cat([x, made.detach()])).logits.sigmoid()
    d_loss = (-shown[:5].log().mean() - (1 - shown[5:]).log().mean()) / (2 * log(2))
    expected = {
        "Enc": gradient_of(kls.sum() / 5 + similarity, networks.Enc),
        "Dec": gradient_of(0.3 * similarity + deceived, networks.Dec),
        "Dis": gradient_of(d_loss, networks.Dis),
    }
    for name, found in gradients(networks).items():
        torch.testing.assert_close(found, expected[name], rtol=1e-3, atol=1e-5, msg=lambda said, n=name: f"{n}: {said}")


def test_the_verdict_of_the_discriminator_reaches_the_decoder_and_not_the_encoder():
    found = []
    for factor in (1, -7):
        networks, x, eps, z_p = lively()
        networks.Dis.last.weight.data.mul_(factor)  # another verdict from the same features
        teach(vae_gan(networks, x, eps, z_p, gamma=0.3).lessons)
        found.append(gradients(networks))
    torch.testing.assert_close(found[0]["Enc"], found[1]["Enc"], rtol=1e-4, atol=1e-6)
    assert (found[0]["Dec"] - found[1]["Dec"]).norm() > 0.1 * found[0]["Dec"].norm()


@pytest.mark.parametrize("gamma", [0.0, 0.5])
def test_the_discriminator_learns_the_same_whatever_the_similarity_weighs(gamma):
    networks, x, eps, z_p = lively()
    teach(vae_gan(networks, x, eps, z_p, gamma=1e3).lessons)
    heavy = gradients(networks)["Dis"]
    teach(vae_gan(networks, x, eps, z_p, gamma=gamma).lessons)
    torch.testing.assert_close(gradients(networks)["Dis"], heavy)


def test_features_of_the_image_are_a_target_that_is_held_fixed():
    of_x, of_x_tilde = torch.randn(2, 4, 7, requires_grad=True)
    target, moved = of_x.detach().requires_grad_(), of_x_tilde.detach().requires_grad_()
    feature_term(target, moved).backward()
    assert target.grad is None
    torch.testing.assert_close(moved.grad, (moved - target).detach() / 4)


def test_a_vae_teaches_no_discriminator_and_a_gan_no_encoder():
    networks, x, eps, z_p = lively()
    teach(vae(networks, x, eps, sigma2=0.1).lessons)
    assert {name for name, one in gradients(networks).items() if one is None} == {"Dis"}
    networks.zero_grad()
    teach(gan(networks, x, z_p).lessons)
    assert {name for name, one in gradients(networks).items() if one is None} == {"Enc"}
    fake = networks.Dis(torch.cat([x, networks.Dec(z_p)])).logits[5:]
    expected = gradient_of(F.softplus(-fake).mean(), networks.Dec)
    torch.testing.assert_close(gradients(networks)["Dec"], expected, rtol=1e-3, atol=1e-6)


def test_a_vae_lowers_its_negative_bound_of_a_gaussian_around_each_pixel():
    networks, x, eps, _ = lively()
    (lesson,) = vae(networks, x, eps, sigma2=0.1).lessons
    z, kls = networks.Enc(x, eps)
    p = torch.distributions.Normal(networks.Dec(z), 0.1**0.5)
    constant = 784 / 2 * log(2 * torch.pi * 0.1)
    torch.testing.assert_close(lesson.loss, -p.log_prob(x).sum() / 5 - constant + kls.sum() / 5)


def farthest(before: torch.nn.Module, after: torch.nn.Module) -> float:
    """Return by how much the parameter has moved that has moved most."""
    pairs = zip(before.parameters(), after.parameters(), strict=True)
    return max(float((one - other).detach().abs().max()) for one, other in pairs)


@pytest.mark.parametrize("model", MODELS)
def test_a_step_moves_each_network_that_learns_by_its_own_step_size(model, tmp_path):
    protocol = replace(TINY, model=model, samples=10, step_size=1e-2, d_share=0.3)
    networks = Networks(2, 3, protocol.seed)
    before = Networks(2, 3, protocol.seed)
    train(networks, load("digits").train.images[:], protocol, Place(protocol, tmp_path))
    moved = {name: farthest(*(one.get_submodule(name) for one in (before, networks))) for name in NAMES}
    learns = {"vae": "Enc Dec", "gan": "Dec Dis", "vae_gan": "Enc Dec Dis"}[model].split()
    sizes = {"Enc": 1e-2, "Dec": 1e-2, "Dis": 3e-3}  # the first step of Adam is step_size sign(gradient)
    assert moved == pytest.approx({name: sizes[name] if name in learns else 0 for name in NAMES}, rel=1e-2)
    assert set(read(tmp_path / "networks.safetensors")[0]["states"]) == {"networks", "watch", *NAMES}


# Networks.


def test_codes_are_those_of_a_gaussian_with_its_kl_and_images_keep_their_size():
    networks, x, eps, _ = lively()
    networks.eval()
    mu, logvar = networks.Enc.layers(x).chunk(2, 1)
    q = torch.distributions.Normal(mu, (logvar / 2).exp())
    z, kls = networks.Enc(x, eps)
    torch.testing.assert_close(z, q.loc + q.scale * eps)
    torch.testing.assert_close(kls, torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0)))
    x_tilde = networks.Dec(z)
    assert x_tilde.shape == x.shape
    assert 0 < x_tilde.min() < x_tilde.max() < 1
    features, logits = networks.Dis(x)
    assert features.shape == (5, 4 * 7 * 7)
    assert logits.shape == (5,)


def test_an_image_is_reconstructed_the_same_alone_and_among_others():
    networks, *_ = lively()
    images = load("digits").test.images[:9]
    reconstruct(networks.train(), images, 0)
    together = reconstruct(networks.eval(), images, 0)
    torch.testing.assert_close(reconstruct(networks, images[:1], 0), together[:1])
    assert generate(networks, 7, 0).shape == (7, 1, 28, 28)


# Runs.


def test_training_makes_reconstructions_better():
    protocol = replace(TINY, model="vae", samples=600, step_size=2e-2)
    curve, _ = train(Networks(2, 3, 0), load("digits").train.images[:], protocol, Place(protocol))
    assert curve["reconstruction"][-1] < 0.6 * curve["reconstruction"][0]


def test_the_discriminator_learns_to_tell_data_from_what_the_decoder_makes():
    networks, x, _, z_p = lively(20)
    optimizer = torch.optim.Adam(networks.Dis.parameters(), 1e-2)
    for _ in range(20):
        teach(gan(networks, x, z_p).lessons[:1])
        optimizer.step()
    real, fake = networks.Dis(torch.cat([x, networks.Dec(z_p)])).logits.chunk(2)
    assert real.mean() > 1 > -1 > fake.mean()
    assert gan(networks, x, z_p).numbers["d_loss"] < 0.2


@pytest.mark.parametrize("model", MODELS)
def test_a_run_logs_what_its_networks_say(model, tmp_path):
    protocol = replace(TINY, model=model, samples=20)
    train(Networks(2, 3, 0), load("digits").train.images[:], protocol, Place(protocol, tmp_path))
    *_, last = read_log(tmp_path / "networks.jsonl")
    bound, game = {"kl", "kl_per_latent"}, {"d_loss", "d_real", "d_fake", "deception"}
    own = {"vae": {"reconstruction"} | bound, "gan": game, "vae_gan": {"similarity"} | bound | game}[model]
    assert last.keys() == {"step", "loss", "gradient_norm", *own}


def test_a_run_that_is_stopped_goes_on_bit_for_bit_and_counts_its_earlier_seconds(run_twice):
    through, resumed, _ = run_twice(reproduce, TINY, 6, "networks")
    (seconds, *measured), (_, *expected) = resumed.quantities, through.quantities
    assert measured == expected
    assert resumed.curve == through.curve
    for one, other in zip(through.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(one, other)
    assert seconds.name == "processor seconds of training"


@pytest.mark.parametrize("model", MODELS)
def test_a_run_reports_and_draws(model):
    result = reproduce(replace(TINY, model=model), Place(TINY))
    found = [quantity.name.removeprefix("Frechet distance to test images, ") for quantity in result.quantities]
    of_reconstructions = [] if model == "gan" else ["PSNR of reconstructions, test, dB"]
    rows = ["samples"] if model == "gan" else ["samples", "reconstructions"]
    assert found == ["processor seconds of training", *of_reconstructions, *rows, "training images"]
    figures = draw(result)
    assert set(figures) == {f"digits_{model}"}
    (axes,) = figures[f"digits_{model}"].axes
    rows = ["x", "x_p", "x_p again"] if model == "gan" else ["x", "x_tilde", "x_p", "x_p again"]
    assert [label.get_text() for label in axes.get_yticklabels()] == rows


def test_a_budget_gives_each_model_steps_by_what_they_cost():
    for change in BUDGETS.values():
        samples = {model: change({"model": model})["samples"] for model in MODELS}
        assert samples["vae"] > samples["gan"] > samples["vae_gan"]
        assert change({}) == change({"model": "vae_gan"})


@pytest.mark.parametrize(("fields", "name"), [({"samples": 10}, "samples"), ({"beta1": 1.0}, "beta1")])
def test_protocols_that_cannot_run_are_refused(fields, name):
    with pytest.raises(InvalidArgument, match=name):
        Protocol(**fields)
