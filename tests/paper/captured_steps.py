"""Train iwae on the host and by captured steps: ``python captured_steps.py``, apart from the tests, whose hook watches
the functions that are compiled here. Prints the ends of both as JSON."""

import json

import torch

from paper.iwae import experiment as iwae
from paper.iwae.captured import adam
from paper.kit.draws import binary, noise
from paper.kit.place import Place

PROTOCOL = iwae.Protocol(data="digits", M=20, samples=20 * 300, k=5, schedule="geometric", step_size=2e-3)


def end(device: str) -> float:
    """Return the mean bound of the last 50 of 300 steps."""
    images = iwae.load("digits").train.images[:]
    model = iwae.Model(1, images).to(device)
    place = Place(PROTOCOL, device=torch.device(device))
    take, bounds = iwae.steps_of(model, adam(model, 2e-3, 1e-4), images, PROTOCOL, place, 0), []
    for step in range(PROTOCOL.steps):
        bounds.append(take(iwae.batch_indices(0, step, len(images), PROTOCOL.M), step).clone())
    return float(torch.stack(bounds[-50:]).mean())


def gradient_error() -> float:
    """Return how far the compiled objective's gradients are from the plain ones, as a share of the largest."""
    images = iwae.load("digits").train.images[:]
    model = iwae.Model(1, images).to("cuda")
    x = binary(images[:20], 0, iwae.Stream.BINARIZE, 0, torch.device("cuda")).flatten(1)
    eps = noise(0, iwae.Stream.NOISE, 0, (5, 20, 50), torch.device("cuda"))
    gradients = []
    for bound in (iwae.mean_bound(model, PROTOCOL), torch.compile(iwae.mean_bound(model, PROTOCOL))):
        gradients.append(torch.autograd.grad(bound(x, eps), list(model.parameters())))
    return max(float((a - b).abs().max() / a.abs().max()) for a, b in zip(*gradients, strict=True))


if __name__ == "__main__":
    print(json.dumps({"host": end("cpu"), "captured": end("cuda"), "gradients": gradient_error()}))
