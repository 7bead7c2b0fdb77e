"""A GAN: two networks, two losses, and who learns from which."""

from dataclasses import replace

import pytest
import torch

from common.data import load
from common.errors import InvalidArgument
from common.streams import Stream
from common.training.log import read_log
from paper.gan.experiment import BUDGETS, Protocol, generate, reproduce, train
from paper.gan.model import Networks, lessons
from paper.gan.modes import modes
from paper.gan.pictures import draw
from paper.judge.classifier import Training
from paper.kit.draws import grey
from paper.kit.place import Place
from paper.kit.run import read
from paper.parts.adversary import teach

TINY = Protocol(data="digits", N_z=3, channels=2, M=10, samples=80, generated=140, classifier_steps=3)


def lively(n: int = 5) -> tuple[Networks, torch.Tensor, torch.Tensor]:
    """Return networks away from their initial values, images, and noise."""
    torch.manual_seed(0)
    networks = Networks(2, 3, seed=0)
    for parameter in networks.parameters():
        parameter.data.add_(0.1 * torch.randn_like(parameter))
    return networks.double(), torch.rand(n, 1, 28, 28).double(), torch.randn(n, 3).double()


def gradient_of(loss: torch.Tensor, network: torch.nn.Module) -> torch.Tensor:
    found = torch.autograd.grad(loss, list(network.parameters()), retain_graph=True)
    return torch.cat([one.flatten() for one in found])


def taught(network: torch.nn.Module) -> torch.Tensor:
    return torch.cat([parameter.grad.flatten() for parameter in network.parameters()])


def test_each_network_has_the_gradient_of_its_own_loss_alone():
    networks, x, z = lively()
    teach(lessons(networks, x, z).lessons)
    p = networks.D(torch.cat([x, networks.G(z)])).sigmoid()
    held = networks.D(torch.cat([x, networks.G(z).detach()])).sigmoid()  # D sees what G made as data
    told = -held[:5].log().mean() - (1 - held[5:]).log().mean()
    torch.testing.assert_close(taught(networks.D), gradient_of(told, networks.D))
    torch.testing.assert_close(taught(networks.G), gradient_of(-p[5:].log().mean(), networks.G))


def test_the_gradient_of_an_image_is_that_of_the_formula():
    networks, x, z = lively()
    made = networks.G(z).detach().requires_grad_()
    fake = networks.D(torch.cat([x, made]))[5:]
    by_formula = ((fake.sigmoid() - 1) / 5).detach()  # of -log D, by the logit; that of log(1 - D) is -D / 5
    (expected,) = torch.autograd.grad(fake, made, by_formula, retain_graph=True)
    (found,) = torch.autograd.grad(-fake.sigmoid().log().mean(), made)
    torch.testing.assert_close(found, expected)
    z.requires_grad_()
    _, deceiving = lessons(networks, x, z).lessons
    (through,) = torch.autograd.grad(deceiving.loss, z, retain_graph=True)
    torch.testing.assert_close(through, torch.autograd.grad(networks.G(z), z, expected)[0])


def test_a_discriminator_that_answers_0_to_all_has_a_logged_loss_of_1():
    networks, x, z = lively()
    for parameter in networks.D.layers[-1].parameters():
        parameter.data.zero_()
    numbers = lessons(networks, x, z).numbers
    assert numbers["d_loss"].item() == pytest.approx(1)
    assert numbers["d_real"].item() == numbers["d_fake"].item() == 0


def farthest(before: torch.nn.Module, after: torch.nn.Module) -> float:
    """Return by how much the parameter has moved that has moved most."""
    pairs = zip(before.parameters(), after.parameters(), strict=True)
    return max(float((one - other).detach().abs().max()) for one, other in pairs)


def test_a_step_moves_each_network_by_its_own_step_size(tmp_path):
    protocol = replace(TINY, samples=10, step_size=1e-2, d_share=0.3)
    networks, before = Networks(2, 3, protocol.seed), Networks(2, 3, protocol.seed)
    train(networks, load("digits").train.images[:], protocol, Place(protocol, tmp_path))
    # the first step of Adam is step_size sign(gradient)
    assert farthest(before.G, networks.G) == pytest.approx(1e-2, rel=1e-2)
    assert farthest(before.D, networks.D) == pytest.approx(3e-3, rel=1e-2)
    assert set(read(tmp_path / "networks.safetensors")[0]["states"]) == {"networks", "watch", "G", "D"}


def test_images_have_their_size_and_are_the_same_alone_and_among_others():
    networks = Networks(2, 3, 0)
    train(networks, load("digits").train.images[:], TINY, Place(TINY))
    together = generate(networks, 510, 0)
    assert together.shape == (510, 1, 28, 28)
    assert 0 < together.min() < together.max() < 1
    torch.testing.assert_close(generate(networks, 1, 0), together[:1])
    assert not torch.equal(generate(networks, 1, 0, Stream.PICTURE), together[:1])


def test_training_makes_samples_more_like_the_data():
    protocol = replace(TINY, channels=4, samples=800, step_size=1e-2)
    images = load("digits").train.images[:]
    networks = Networks(4, 3, 0)
    mean = grey(images).mean(0)

    def apart() -> float:
        return float((generate(networks, 200, 0).mean(0) - mean).square().mean().sqrt())

    before = apart()
    train(networks, images, protocol, Place(protocol))
    assert apart() < before / 2


def test_classes_of_real_images_are_shared_out_and_one_image_again_and_again_is_of_one_class(tmp_path):
    dataset, classifier = load("digits"), Training("digits", 20, 0)
    real, place = grey(dataset.test.images[:140]), Place(classifier, tmp_path)
    rarest, commonest, of_test, _ = (one.ours for one in modes(real, dataset, classifier, place))
    assert rarest == of_test
    assert rarest < 10 < commonest < 60
    collapsed = list(modes(real[:1].expand(140, -1, -1, -1), dataset, classifier, place))
    assert [one.ours for one in collapsed[:2]] == [0, 100]


def test_a_run_logs_what_monitoring_needs(tmp_path):
    train(Networks(2, 3, 0), load("digits").train.images[:], TINY, Place(TINY, tmp_path))
    *_, last = read_log(tmp_path / "networks.jsonl")
    assert last.keys() == {"step", "loss", "d_loss", "d_real", "d_fake", "gradient_norm"}


def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice):
    through, resumed, _ = run_twice(reproduce, TINY, 6, "networks")
    assert resumed.curve == through.curve
    for one, other in zip(through.model.state_dict().values(), resumed.model.state_dict().values(), strict=True):
        assert torch.equal(one, other)
    timeless = [[one for one in result.quantities if "seconds" not in one.name] for result in (through, resumed)]
    assert timeless[0] == timeless[1]


def test_a_run_reports_costs_and_quality_and_no_likelihood_and_draws():
    result = reproduce(TINY, Place(TINY))
    names = [one.name for one in result.quantities]
    assert names[:3] == ["processor seconds of training", "parameters", "processor seconds of 1,000 samples"]
    assert {"Frechet distance to test images, samples", "recall, samples", "rarest class, samples, %"} < set(names)
    assert not any("log p" in name or "bits" in name for name in names)
    assert len(result.curve["d_loss"]) == len(result.curve["samples"])
    assert list(draw(result)) == ["digits_samples"]


def test_only_the_first_training_images_are_used():
    few = replace(TINY, training_images=20)
    curve, _ = train(Networks(2, 3, 0), load("digits").train.images[:20], few, Place(few))
    assert reproduce(few, Place(few)).curve == curve


@pytest.mark.parametrize(("fields", "name"), [({"samples": 10}, "samples"), ({"beta1": 1.0}, "beta1")])
def test_protocols_that_cannot_run_are_refused(fields, name):
    with pytest.raises(InvalidArgument, match=name):
        Protocol(**fields)


def test_every_budget_measures_the_same_number_of_samples():
    for change in BUDGETS.values():
        assert replace(Protocol(), **change).generated == 1000
