from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer

from common.data import Split, load
from common.data.binarization import static_binarization
from common.errors import InvalidArgument
from common.level import LEVELS
from course.running import drawing
from course.running.choices import Walk
from course.running.drawing import dimensions
from course.running.trained import open_checkpoint

DRAWN = ["original", "pixels drawn\n(binarised)", "reconstruction"]
PNG = b"\x89PNG\r\n\x1a\n"
PICTURES = {
    "sample": ["--count", "5"],
    "reconstruct": ["--images", "3"],
    "interpolate": ["--second", "5", "--walk", "linear"],
    "traverse": ["--image", "3", "--latents", "1,0"],
    "manifold": ["--side", "3"],
    "scatter": ["--images", "40"],
    "curves": [],
}


@pytest.mark.parametrize(("command", "options"), PICTURES.items(), ids=PICTURES)
def test_a_picture_is_written_and_its_place_is_said(vae, trained, command, options):
    place = Path("new", "folder", "picture.png")
    result = vae(command, trained, *options, "--output", place)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"Wrote {place}\n"
    assert place.read_bytes().startswith(PNG)


@pytest.mark.parametrize("level", LEVELS)
def test_a_checkpoint_is_opened_at_the_level_asked_for(trained, level):
    assert open_checkpoint(trained, level).model.level.__name__ == LEVELS[level]


def test_levels_decode_the_same_images(trained):
    models = [open_checkpoint(trained, level).model for level in LEVELS]
    eps = np.random.default_rng(0).standard_normal((5, 2))
    for model in models[1:]:
        np.testing.assert_allclose(model.sample(eps), models[0].sample(eps), atol=1e-6)


@pytest.mark.parametrize("command", PICTURES)
def test_a_name_that_is_no_png_is_refused(vae, trained, command):
    result = vae(command, trained, "--output", "picture.jpg")
    assert result.exit_code == 2
    assert "a name that ends in .png" in result.stderr


def test_a_folder_that_cannot_be_made_is_named(vae, trained):
    Path("file").write_text("here already")
    result = vae("sample", trained, "--output", "file/picture.png")
    assert result.exit_code == 1
    assert f"cannot write {Path('file/picture.png')}" in result.stderr
    assert Path("file").read_text() == "here already"


@pytest.mark.parametrize("command", ["manifold", "scatter"])
def test_a_plane_needs_two_latents(vae, short, command):
    vae("train", "numpy", *short, "--latents", "3", "--folder", "three")
    result = vae(command, "three")
    assert result.exit_code == 2
    assert "got 3 latents, expected 2" in result.stderr


def test_a_scatter_of_images_without_labels_says_so(trained):
    model = open_checkpoint(trained).model
    unlabelled = Split(load("digits").test.images[:20])
    with pytest.raises(InvalidArgument, match="a data set without labels"):
        drawing.scatter(model, unlabelled, seed=0)
    drawing.scatter(model, unlabelled, seed=0, coloured=False)


def test_a_traversal_shows_the_latents_with_most_kl_first():
    assert dimensions(None, np.array([0.1, 3.0, 0.5])) == [1, 2, 0]
    assert len(dimensions(None, np.arange(30.0))) == 10
    with pytest.raises(typer.BadParameter, match="not of the form"):
        dimensions("1;2", np.zeros(3))


def test_a_latent_that_is_not_there_is_refused(vae, trained):
    result = vae("traverse", trained, "--latents", "2")
    assert result.exit_code == 2
    assert "--latents: got 2, expected indices from 0 to 1" in result.stderr


def test_an_image_that_is_not_there_is_refused(vae, trained):
    result = vae("interpolate", trained, "--second", "297")
    assert result.exit_code == 2
    assert "--second: got 297" in result.stderr


def test_the_reconstructed_kl_of_the_latents_adds_up_to_that_of_the_evaluation(trained):
    from common.metrics import evaluate_elbo

    test = load("digits").test
    model = open_checkpoint(trained).model
    assert drawing.latent_kl(model, test, 0).sum() == pytest.approx(evaluate_elbo(model, test.images, 0).kl, rel=1e-5)


def test_curves_of_a_run_towards_a_capacity_are_drawn(vae, short):
    vae("train", "numpy", *short, "--capacity", "5", "--capacity-epochs", "1", "--folder", "run")
    assert vae("curves", "run").exit_code == 0
    assert Path("curves.png").read_bytes().startswith(PNG)


def test_curves_need_the_log_of_a_run(vae):
    result = vae("curves", "nowhere")
    assert result.exit_code == 1
    assert "cannot read the log" in result.stderr


def test_every_picture_has_a_title(trained):
    model, test = open_checkpoint(trained).model, load("digits").test.take(np.arange(5))
    pictures = {
        "samples": drawing.samples(model, 4, 0),
        "reconstructions": drawing.reconstructions(model, test, 0),
        "interpolation": drawing.interpolation(model, test, (1, 3), 0, 5, Walk.LINEAR),
        "traversals": drawing.traversals(model, np.zeros(2), np.ones(2), [0], 3.0, 5),
        "manifold": drawing.manifold(model, 3),
        "scatter": drawing.scatter(model, test, 0),
        "cloud_and_manifold": drawing.cloud_and_manifold(model, test, 0, 3),
    }
    untitled = [name for name, figure in pictures.items() if not all(axes.get_title() for axes in figure.axes)]
    assert untitled == []


def test_reconstructions_show_grey_originals_and_the_pixels_drawn_from_them(trained):
    model, digits = open_checkpoint(trained).model, load("digits").test.take(np.arange(3))
    (axes,) = drawing.reconstructions(model, digits, 0).axes
    assert [text.get_text() for text in axes.get_yticklabels()] == DRAWN
    binary = replace(digits, images=static_binarization(digits.images, 0))
    (axes,) = drawing.reconstructions(model, binary, 0).axes
    assert [text.get_text() for text in axes.get_yticklabels()] == [DRAWN[0], DRAWN[2]]


def test_the_ends_of_a_walk_bear_the_numbers_of_their_images(trained):
    (axes,) = drawing.interpolation(
        open_checkpoint(trained).model, load("digits").test, (7, 12), 0, 5, Walk.LINEAR
    ).axes
    names = [text.get_text() for text in axes.get_xticklabels()]
    assert (names[0], names[-1]) == ("0\ntest image 7", "1\ntest image 12")
