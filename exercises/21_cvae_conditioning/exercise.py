"""Cases of exercise 21: labels that leave classes out, images that are not square, and latents."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from course.diagnosis import Case, Unusable, named


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield labels alone, then images and latents with labels."""
    for batch, classes, situation in ((7, 5, ""), (5, 13, ""), (11, 3, ""), (1, 7, "with one image")):
        inputs = {"labels": _labels(rng, batch, classes), "classes": classes}
        yield Case("one_hot", inputs, _sizes(batch, classes), situation)
    for shape, classes, situation in (
        ((5, 1, 3, 7), 13, ""),
        ((7, 2, 5, 3), 11, ""),
        ((3, 17), 5, "with z instead of an image"),
        ((1, 1, 3, 5), 7, "with one image"),
    ):
        inputs = {"x": rng.normal(0, 1, shape), "labels": _labels(rng, shape[0], classes), "classes": classes}
        inputs["cotangent"] = rng.normal(0, 1, (shape[0], int(np.prod(shape[1:])) + classes))
        yield Case("condition", inputs, _sizes(shape[0], classes, *shape[1:]), situation)
    for shape, classes, situation in (
        ((5, 1, 3, 7), 13, ""),
        ((7, 2, 5, 3), 11, ""),
        ((3, 3, 7, 5), 2, ""),
        ((1, 1, 3, 5), 7, "with one image"),
    ):
        inputs = {"x": rng.normal(0, 1, shape), "labels": _labels(rng, shape[0], classes), "classes": classes}
        inputs["cotangent"] = rng.normal(0, 1, (shape[0], shape[1] + classes, *shape[2:]))
        yield Case("condition_channels", inputs, _sizes(shape[0], classes, *shape[1:]), situation)


def _labels(rng: np.random.Generator, batch: int, classes: int) -> np.ndarray:
    """Draw labels; a batch of 5 has the last class, the others do not, and no batch begins with class 0."""
    labels = rng.integers(0, max(2, classes - 1), batch)
    labels[0] = classes - 1 if batch == 5 else max(1, classes - 2)
    return labels


def _sizes(batch: int, classes: int, *shape: int) -> dict[str, int]:
    names = ("latents",) if len(shape) == 1 else ("channels", "height", "width")
    sizes = {"batch size": batch, "classes": classes, **dict(zip(names, shape, strict=False))}
    return {name: size for name, size in sizes.items() if size > 2}


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the conditioned tensor and, where there is one, the gradient of x under a random cotangent."""
    labels, classes = torch.from_numpy(case.inputs["labels"]), case.inputs["classes"]
    if case.part == "one_hot":
        rows = _tensor(answer.one_hot(labels, classes))
        if not rows.is_floating_point():
            raise Unusable(f"It returned a tensor of {rows.dtype}; a network computes with floats (0.0 and 1.0).")
        return named(rows, "one-hot labels")
    x = torch.from_numpy(case.inputs["x"]).requires_grad_()
    value = _tensor(getattr(answer, case.part)(x, labels, classes))
    return {"conditioned": value, "gradient of x": _gradient(value, x, case.inputs["cotangent"])}


def _tensor(value: object) -> torch.Tensor:
    if not isinstance(value, torch.Tensor):
        raise Unusable(f"It returned a {type(value).__name__}; it must return a tensor.")
    return value


def _gradient(value: torch.Tensor, x: torch.Tensor, cotangent: np.ndarray) -> torch.Tensor:
    """Return the gradient of x, 0 where nothing flows back."""
    weight = torch.from_numpy(cotangent)
    if not value.requires_grad or value.shape != weight.shape:
        return torch.zeros_like(x)
    (gradient,) = torch.autograd.grad((value * weight).sum(), x, allow_unused=True)
    return torch.zeros_like(x) if gradient is None else gradient
