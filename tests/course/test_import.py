"""Pictures of one's own: from a folder to a trained model."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from common.data import load
from common.data.picture_file import picture_size


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

    trained = vae("train", "paper", "--data", "holiday_2025", "--epochs", "3", "--hidden", "8", "--folder", "run")
    assert trained.exit_code == 0, trained.output
    assert "step 3 of 3" in trained.stderr
    assert "holiday_2025 holds grey photographs" in trained.stderr
    reconstructed = vae("reconstruct", "run")
    assert reconstructed.exit_code == 0, reconstructed.output
    assert picture_size(Path("reconstructions.png"))[1] > 100
    evaluated = vae("evaluate", "run", "--samples", "2")
    assert "nats of such binary images, not of the photographs" in evaluated.stdout
    assert "holiday_2025: in " in vae("data", "list").stdout
    assert vae("data", "show", "holiday_2025").exit_code == 0
    assert Path("holiday_2025.png").exists()


def test_colour_is_imported_when_asked_for_and_refused_by_every_command_that_needs_a_likelihood(vae, holiday, trained):
    imported = vae("data", "import", holiday, "--colour", "--name", "hues", "--size", "28x28")
    assert imported.exit_code == 0
    assert load("hues").image_shape == (3, 28, 28)
    for arguments in (["train", "paper"], ["evaluate", trained], ["reconstruct", trained]):
        result = vae(*arguments, "--data", "hues")
        assert result.exit_code == 2
        assert result.stderr.startswith("Error: --data: got hues, whose images are in colour, expected grey")
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
        Image.new("L", (32, 32), number).save(Path("mine", f"{number}.png"))
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
        Image.new("L", (31, 30), number).save(Path("odd", f"{number}.png"))
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
