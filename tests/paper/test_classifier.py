from dataclasses import replace

import numpy as np
import pytest
import torch

from common.data import Split, load
from common.errors import InvalidArgument
from paper.judge.classifier import Classifier, Training, trained_classifier
from paper.kit.place import Place

SHORT = Training("digits", steps=60, seed=0, M=50)


def parameters(model: Classifier) -> torch.Tensor:
    return torch.nn.utils.parameters_to_vector(model.parameters()).detach()


def test_a_few_steps_on_real_digits_are_enough_to_name_most_of_them():
    digits = load("digits")
    model = trained_classifier(digits.train, SHORT)
    images = torch.from_numpy(digits.test.images.astype(np.float32) / 255).flatten(1)
    assert float((model.name(images) == torch.from_numpy(digits.test.labels)).float().mean()) > 0.8


def test_a_trained_classifier_is_loaded_and_not_trained_again(tmp_path):
    digits = load("digits")
    short = replace(SHORT, steps=3)
    first = trained_classifier(digits.train, short, Place(short, tmp_path))
    elsewhere = Split(255 - digits.train.images, digits.train.labels)
    assert torch.equal(parameters(first), parameters(trained_classifier(elsewhere, short, Place(short, tmp_path))))
    assert not torch.equal(parameters(first), parameters(trained_classifier(elsewhere, short)))
    with pytest.raises(InvalidArgument, match="steps"):
        trained_classifier(digits.train, SHORT, Place(SHORT, tmp_path))


def test_the_names_do_not_depend_on_how_many_images_are_named_at_once():
    model = Classifier(28, 28)
    images = torch.rand(1003, 784)
    names = model.name(images)
    assert torch.equal(names[500:510], model.name(images[500:510]))
    assert len(names) == 1003


def test_images_without_labels_are_refused():
    with pytest.raises(InvalidArgument, match="label"):
        trained_classifier(Split(np.zeros((7, 1, 28, 28), np.uint8)), SHORT)
