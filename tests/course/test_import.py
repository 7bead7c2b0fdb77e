"""Pictures of one's own: from a folder to a trained model."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from common.data import load
from common.data.picture_file import picture_size
from common.level import LEVELS


def photograph(number: int) -> Image.Image:
    """Paint waves of colour on a picture of an odd size."""
    rng = np.random.default_rng(number)
    height, width = (int(side) for side in rng.integers(33, 160, 2))
    y, x = np.mgrid[:height, :width] / 15
    channels = [np.sin(x * rng.random() + y * rng.random() + phase) for phase in range(3)]
    return Image.fromarray((127.5 + 127.5 * np.stack(channels, axis=-1)).astype(np.uint8))


@pytest.fixture
def holiday() -> Path:
    """Twelve photographs, a JPEG that is cut off, and a text file."""
    folder = Path("Holiday 2025")
    folder.mkdir()
    for number in range(12):
        photograph(number).save(folder / f"{number:02}.{'png' if number % 2 else 'jpg'}")
    whole = io.BytesIO()
    photograph(12).save(whole, "JPEG")
    (folder / "cut.jpg").write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    (folder / "notes.txt").write_text("the sea")
    return folder


def test_photographs_of_all_sizes_are_imported_trained_on_and_reconstructed(vae, holiday):
    imported = vae("data", "import", holiday)
    assert imported.exit_code == 0, imported.output
    cut, notes = imported.stderr.splitlines()
    assert cut.startswith("Warning: cut.jpg was left out: damaged or cut off (")
    assert notes == "Warning: notes.txt was left out: neither a PNG nor a JPEG file."
    assert "holiday_2025: 11 train and 1 test images, " in imported.stdout
    assert "2 files left out" in imported.stdout

    trained = vae("train", "paper", "--data", "holiday_2025", "--epochs", "3", "--hidden", "8")
    assert trained.exit_code == 0, trained.output
    assert "step 3 of 3" in trained.stderr
    assert "p(x | z) is a Gaussian." in trained.stderr
    assert [path.name for path in Path("runs").iterdir()] == [
        "paper-holiday_2025-mlp-hidden-8-likelihood-gaussian-batch-size-11-0"
    ]
    run = next(Path("runs").iterdir())
    reconstructed = vae("reconstruct", run)
    assert reconstructed.exit_code == 0, reconstructed.output
    assert picture_size(Path("reconstructions.png"))[1] > 100
    evaluated = vae("evaluate", run, "--samples", "2")
    assert "bits per dimension are of the 256 levels themselves" in evaluated.stdout
    assert "one Gaussian around the mean image" in evaluated.stdout
    assert "holiday_2025: in " in vae("data", "list").stdout
    assert vae("data", "show", "holiday_2025").exit_code == 0
    assert Path("holiday_2025.png").exists()


def test_photographs_may_still_be_taken_for_binary_images_and_then_it_is_said(vae, holiday):
    vae("data", "import", holiday)
    options = ["--data", "holiday_2025", "--epochs", "1", "--hidden", "8", "--folder", "run"]
    trained = vae("train", "numpy", *options, "--likelihood", "bernoulli")
    assert trained.exit_code == 0, trained.output
    assert "holiday_2025 holds grey photographs" in trained.stderr
    assert "nats of such binary images, not of the photographs" in vae("evaluate", "run", "--samples", "2").stdout
    refused = vae("train", "numpy", *options)
    assert refused.exit_code == 2
    assert "likelihood is bernoulli there and gaussian here" in refused.stderr
    static = vae("train", "numpy", *options[:-1], "other", "--binarization", "static")
    assert static.exit_code == 2
    assert "--likelihood bernoulli" in static.stderr


@pytest.mark.trials(3, full=6)
def test_colour_is_trained_on_measured_and_drawn_at_every_level(vae, holiday, trial):
    level, architecture = list(LEVELS)[trial % 3], ("mlp", "conv")[(trial + trial // 3) % 2]
    vae("data", "import", holiday, "--colour", "--name", "hues", "--size", "12x8")
    options = ["--data", "hues", "--architecture", architecture, "--epochs", "2", "--hidden", "8", "--latents", "2"]
    trained = vae("train", level, *options, "--folder", "run")
    assert trained.exit_code == 0, trained.output
    for command in ("sample", "reconstruct", "curves", "traverse", "manifold", "interpolate --first 0 --second 0"):
        drawn = vae(*command.split(), "run")
        assert drawn.exit_code == 0, drawn.output
    measured = json.loads(vae("evaluate", "run", "--samples", "2", "--json").stdout)
    assert measured["likelihood"] == "gaussian"
    assert measured["bits_per_dimension"] == pytest.approx(measured["negative_elbo"] / (288 * np.log(2)) + 8)


def test_colour_is_refused_where_pixels_are_taken_for_binary_ones(vae, holiday, trained):
    imported = vae("data", "import", holiday, "--colour", "--name", "hues", "--size", "28x28")
    assert imported.exit_code == 0
    assert load("hues").image_shape == (3, 28, 28)
    for arguments in (["train", "paper", "--likelihood", "bernoulli"], ["evaluate", trained], ["reconstruct", trained]):
        result = vae(*arguments, "--data", "hues")
        assert result.exit_code == 2
        assert result.stderr.startswith("Error: --data: got hues, whose images are in colour, expected grey")
        assert "--likelihood gaussian" in result.stderr
        assert "vae data import FOLDER --grey" in result.stderr
    assert not Path("runs").exists()


def test_a_folder_without_a_usable_picture_is_refused_and_leaves_nothing(vae):
    Path("texts").mkdir()
    Path("texts", "a.txt").write_text("a")
    result = vae("data", "import", "texts")
    assert result.exit_code == 1
    warning, error = result.stderr.splitlines()
    assert "a.txt was left out" in warning
    assert error.startswith("Error: the folder texts: no usable picture; nothing was written.")
    assert not Path("cache").exists()


WRONG = {
    "a built-in name": (["--name", "mnist"], "--name: got 'mnist', expected a name that is free"),
    "no name": (["--name", "My Pictures"], "For example --name my_pictures"),
    "no size": (["--size", "64"], "--size: got '64', expected HEIGHTxWIDTH"),
    "no share": (["--test", "1"], "--test: got 1.0, expected a share between 0 and 1"),
    "no seed": (["--seed", "-1"], "--seed: got -1"),
}


@pytest.mark.parametrize(("options", "message"), WRONG.values(), ids=WRONG)
def test_options_that_cannot_be_are_refused(vae, options, message):
    Path("mine").mkdir()
    for number in range(2):
        Image.new("L", (32, 32), 90 + number).save(Path("mine", f"{number}.png"))
    result = vae("data", "import", "mine", *options)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr
    assert not Path("cache").exists()


def test_labels_are_shown_by_their_names_and_a_second_import_is_refused(vae):
    for label in ("cat", "dog"):
        Path("pets", label).mkdir(parents=True)
        for number in range(3):
            Image.new("L", (32, 32), 40 * number).save(Path("pets", label, f"{number}.png"))
    assert "labels: cat, dog" in vae("data", "import", "pets").stdout
    assert "1 dog" in vae("data", "show", "pets").stdout
    again = vae("data", "import", "pets")
    assert again.exit_code == 2
    assert "expected a name that is free" in again.stderr


def test_a_size_that_the_convolutions_cannot_take_is_refused_with_one_that_they_can(vae):
    Path("odd").mkdir()
    for number in range(2):
        Image.new("L", (31, 30), 90 + number).save(Path("odd", f"{number}.png"))
    vae("data", "import", "odd")
    result = vae("train", "numpy", "--architecture", "conv", "--data", "odd")
    assert result.exit_code == 2
    assert "--data: got (1, 30, 31)" in result.stderr
    assert "--size 28x28" in result.stderr


def test_a_damaged_data_set_of_ones_own_does_not_hide_the_list(vae):
    place = Path("cache", "own")
    place.mkdir(parents=True)
    (place / "broken.npz").write_bytes(b"no archive")
    result = vae("data", "list")
    assert result.exit_code == 0
    assert "broken: cannot be used" in result.stdout
    assert "digits: built in" in result.stdout
