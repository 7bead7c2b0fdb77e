from importlib import import_module
from typing import Literal

import pytest

from common.errors import InvalidArgument
from paper.judge.classifier import Classifier
from paper.kit.protocol import Count, Positive, Share, Weight, Whole, descriptions, parse, protocol, types_of


@protocol
class Made:
    kind: Literal["a", "b"] = "a"
    """one of
    two"""
    layers: Literal[1, 2] = 1
    size: Count = 3
    rate: Positive = 0.5
    weight: Weight = 0.0
    kept: Share = 1.0
    clipped: bool = False
    channels: tuple[int, ...] = (8, 4)
    limit: Count | None = None
    name: str = ""
    seed: Whole = 0

    def __post_init__(self) -> None:
        if self.size > 99:
            raise InvalidArgument("size", self.size, "at most 99")


@pytest.mark.parametrize(
    "change",
    [
        {"weight": 0},
        {"weight": 0.0},
        {"clipped": True},
        {"channels": ()},
        {"channels": (1, 2, 3)},
        {"limit": 5},
        {"limit": None},
        {"layers": 2},
        {"rate": 3},
        {"name": "x"},
        {"seed": 0},
    ],
)
def test_values_that_fit_the_type_are_taken_as_they_are(change):
    (name,) = change
    assert getattr(Made(**change), name) == change[name]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "c"}, "kind: got c, expected one of a, b"),
        ({"layers": 3}, "layers: got 3, expected one of 1, 2"),
        ({"layers": "1"}, "layers"),
        ({"size": 0}, "size: got 0, expected a whole number of at least 1"),
        ({"size": 2.0}, "size"),
        ({"size": True}, "size"),
        ({"rate": 0.0}, "rate: got 0.0, expected a finite number above 0"),
        ({"rate": float("nan")}, "rate"),
        ({"rate": float("inf")}, "rate"),
        ({"weight": -0.1}, "weight: got -0.1, expected a finite number of at least 0"),
        ({"kept": 1.1}, "kept: got 1.1, expected a number above 0 and at most 1"),
        ({"clipped": 1}, "clipped: got 1, expected a valid boolean"),
        ({"channels": (1, "x")}, "channels"),
        ({"channels": None}, "channels"),
        ({"limit": 0}, "limit"),
        ({"name": 5}, "name"),
        ({"seed": -1}, "seed: got -1, expected a whole number of at least 0"),
        ({"size": 100}, "size: got 100, expected at most 99"),
    ],
)
def test_values_that_do_not_fit_are_refused_by_the_name_of_the_field(change, message):
    with pytest.raises(InvalidArgument, match=message):
        Made(**change)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("kind", "b", "b"),
        ("layers", "2", 2),
        ("size", "7", 7),
        ("rate", "2", 2.0),
        ("rate", "1e-3", 1e-3),
        ("weight", "0", 0.0),
        ("clipped", "true", True),
        ("clipped", "false", False),
        ("channels", "128,256", (128, 256)),
        ("channels", "7", (7,)),
        ("limit", "none", None),
        ("limit", "3", 3),
        ("name", "a name", "a name"),
    ],
)
def test_the_command_line_gives_every_type(field, text, value):
    read = parse(types_of(Made)[field], text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("field", "text"), [("kind", "c"), ("layers", "3"), ("size", "0"), ("size", "x"), ("rate", "nan"), ("clipped", "7")]
)
def test_text_that_is_no_such_value_is_refused(field, text):
    with pytest.raises(ValueError, match=r"\S"):
        parse(types_of(Made)[field], text)


def test_what_stands_below_a_field_describes_it():
    assert descriptions(Made)["kind"] == "one of two"


def test_a_protocol_cannot_be_changed():
    with pytest.raises(AttributeError):
        Made().size = 4  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("field", ["test_images", "generated"])
@pytest.mark.parametrize("paper", ["wae", "vq_vae", "vqgan", "autoencoder_kl"])
def test_too_few_images_for_a_frechet_distance_are_refused_before_a_model_is_trained(paper, field):
    features = Classifier(28, 28).logits.in_features
    record = import_module(f"paper.{paper}.experiment").Protocol
    assert getattr(record(**{field: features + 1}), field) == features + 1
    with pytest.raises(InvalidArgument, match=f"{field}: got {features}, expected a whole number of at least"):
        record(**{field: features})
