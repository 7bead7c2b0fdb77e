import pytest
import torch

from paper.cvae import condition, condition_channels, one_hot

SHAPES = [(7, 1, 3, 5), (2, 3, 5, 4), (1, 2, 7, 3)]


def _labels(batch, classes, seed=1):
    return torch.randint(classes, (batch,), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("batch", "classes"), [(7, 5), (1, 11), (13, 2)])
def test_a_one_hot_row_is_1_at_its_label_alone(batch, classes):
    labels = _labels(batch, classes)
    rows = one_hot(labels, classes)
    assert rows.shape == (batch, classes)
    assert rows.dtype == torch.get_default_dtype()
    assert torch.equal(rows.argmax(1), labels)
    assert torch.equal(rows.sum(1), torch.ones(batch))
    assert torch.equal(rows.max(1).values, torch.ones(batch))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [*SHAPES, (5, 11)])
def test_conditioning_puts_the_label_behind_the_flattened_image(shape, dtype):
    x, labels = torch.randn(shape, dtype=dtype), _labels(shape[0], 6)
    rows = condition(x, labels, 6)
    assert rows.dtype == dtype
    assert torch.equal(rows[:, :-6], x.flatten(1))
    assert torch.equal(rows[:, -6:], one_hot(labels, 6).to(dtype))


@pytest.mark.parametrize("shape", SHAPES)
def test_conditioning_channels_appends_constant_planes(shape):
    x, labels = torch.randn(shape, dtype=torch.float64), _labels(shape[0], 4)
    images = condition_channels(x, labels, 4)
    assert images.shape == (shape[0], shape[1] + 4, *shape[2:])
    assert torch.equal(images[:, : shape[1]], x)
    for row in range(shape[2]):
        for column in range(shape[3]):
            assert torch.equal(images[:, shape[1] :, row, column], one_hot(labels, 4).double())


@pytest.mark.parametrize("function", [condition, condition_channels])
def test_the_gradient_flows_back_unchanged(function):
    x = torch.randn(3, 2, 5, 7, dtype=torch.float64, requires_grad=True)
    value = function(x, _labels(3, 4), 4)
    weight = torch.randn_like(value)
    (gradient,) = torch.autograd.grad((value * weight).sum(), x)
    expected = weight[:, :2] if function is condition_channels else weight[:, :-4].reshape(x.shape)
    assert torch.equal(gradient, expected)


@pytest.mark.parametrize("function", [condition, condition_channels])
def test_a_label_outside_of_the_classes_is_refused(function):
    with pytest.raises(RuntimeError, match="num_classes"):
        function(torch.randn(2, 1, 3, 4), torch.tensor([0, 5]), 5)
