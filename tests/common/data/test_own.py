import numpy as np
import pytest
from PIL import Image

from common.data import Likelihood, describe, load, names, own
from common.data.picture_folder import Pictures, fitting_size, read_folder, size_from
from common.errors import InvalidArgument, OperationFailed

RANDOM = np.random.default_rng(0)


def pictures(n: int = 20, channels: int = 1, classes: tuple[str, ...] | None = None) -> Pictures:
    return Pictures(RANDOM.integers(0, 256, (n, channels, 4, 8), np.uint8), classes, {})


def paint(path, size=(32, 32), level: int = 100) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size, level).save(path)


@pytest.fixture(autouse=True)
def _no_data_folder(monkeypatch):
    monkeypatch.delenv("VAE_DATA", raising=False)


def test_what_is_stored_is_loaded_by_its_name(tmp_path):
    given = pictures(classes=("cat", "ant") * 10)
    about = own.store("mine", given, "the folder x", 0.25, 3, tmp_path)
    dataset = load("mine", cache=tmp_path)
    assert about == describe("mine", cache=tmp_path)
    assert names(cache=tmp_path)[-1] == "mine"
    assert about.counts == {"train": len(dataset.train), "test": len(dataset.test)} == {"train": 15, "test": 5}
    assert about.image_shape == dataset.image_shape == (1, 4, 8)
    assert about.label_names == ("ant", "cat")
    images = np.concatenate([dataset.train.images[:], dataset.test.images[:]])
    labels = np.concatenate([dataset.train.labels, dataset.test.labels])
    expected = {image.tobytes(): number % 2 == 0 for number, image in enumerate(given.images)}
    assert {image.tobytes(): label for image, label in zip(images, labels, strict=True)} == expected


def test_the_seed_decides_which_pictures_are_for_testing(tmp_path):
    given = pictures()
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        own.store(name, given, "", 0.2, seed, tmp_path)
    one, same, other = (load(name, cache=tmp_path) for name in ("one", "same", "other"))
    assert one.checksum == same.checksum
    assert not np.array_equal(one.test.images[:], other.test.images[:])


@pytest.mark.parametrize(("n", "share", "test"), [(2, 0.01, 1), (2, 0.99, 1), (20, 0.1, 2), (12, 0.1, 1)])
def test_both_parts_have_an_image_whatever_the_share(tmp_path, n, share, test):
    assert own.store("mine", pictures(n), "", share, 0, tmp_path).counts == {"train": n - test, "test": test}


def test_pixels_decide_the_likelihood(tmp_path):
    binary = Pictures(255 * RANDOM.integers(0, 2, (5, 1, 4, 4)).astype(np.uint8), None, {})
    assert own.store("a", binary, "", 0.2, 0, tmp_path).likelihood is Likelihood.BINARY
    assert own.store("b", pictures(), "", 0.2, 0, tmp_path).likelihood is Likelihood.DEQUANTIZED
    assert own.store("c", pictures(channels=3), "", 0.2, 0, tmp_path).likelihood is Likelihood.DEQUANTIZED


@pytest.mark.parametrize(
    "stated", ["Bernoulli of re-binarised pixels, in place of a density of grey levels", "none yet: colour"]
)
def test_photographs_that_were_imported_before_there_was_a_gaussian_are_read_as_they_are_today(tmp_path, stated):
    own.store("mine", pictures(), "", 0.2, 0, tmp_path)
    file = tmp_path / "own" / "mine.npz"
    with np.load(file) as content:
        arrays = dict(content)
    arrays["about"] = np.array(str(arrays["about"]).replace("Gaussian of dequantised levels", stated))
    assert stated in str(arrays["about"])
    np.savez(file, **arrays)
    assert describe("mine", cache=tmp_path).likelihood is Likelihood.DEQUANTIZED
    assert len(load("mine", cache=tmp_path).train) == 16


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_pictures_are_refused_and_nothing_is_written(tmp_path, n):
    with pytest.raises(OperationFailed, match="nothing was written"):
        own.store("mine", pictures(n), "", 0.2, 0, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("share", [0, 1, -0.1, float("nan")])
def test_a_share_that_leaves_a_part_empty_is_refused(tmp_path, share):
    with pytest.raises(InvalidArgument, match=r"test: got .*, expected a share between 0 and 1"):
        own.store("mine", pictures(), "", share, 0, tmp_path)


@pytest.mark.parametrize("name", ["digits", "", "Mine", "a-b", "../x", "9", "nul", "com1", "a" * 41])
def test_a_name_that_is_none_or_taken_is_refused(tmp_path, name):
    with pytest.raises(InvalidArgument, match="name: got"):
        own.require_free_name(name, {"digits"}, tmp_path)


def test_a_name_in_use_is_refused_with_the_file_that_has_it(tmp_path):
    own.require_free_name("mine", set(), tmp_path)
    own.store("mine", pictures(), "", 0.2, 0, tmp_path)
    with pytest.raises(InvalidArgument, match=r"delete .*mine\.npz first"):
        own.require_free_name("mine", set(), tmp_path)


def test_a_data_set_in_the_folder_named_by_VAE_DATA_is_found(tmp_path, monkeypatch):  # noqa: N802
    own.store("mine", pictures(), "", 0.2, 0, tmp_path / "shared")
    with pytest.raises(InvalidArgument, match="expected one of digits"):
        load("mine", cache=tmp_path / "cache")
    monkeypatch.setenv("VAE_DATA", str(tmp_path / "shared"))
    assert load("mine", cache=tmp_path / "cache").name == "mine"


def test_a_damaged_file_is_refused_whatever_is_damaged(tmp_path):
    own.store("mine", pictures(), "", 0.2, 0, tmp_path)
    path = own.find("mine", tmp_path)
    intact = path.read_bytes()
    for damage in (intact[:-50], b"", b"nothing"):
        path.write_bytes(damage)
        with pytest.raises(OperationFailed, match="damaged"):
            load("mine", cache=tmp_path)
    path.write_bytes(intact)
    with np.load(path) as archive:
        content = dict(archive)
    content["train_images"] = 255 - content["train_images"]
    np.savez(path, **content)
    with pytest.raises(OperationFailed, match="content is not what was imported"):
        load("mine", cache=tmp_path)
    np.savez(path, **{**content, "about": np.array("{}")})
    with pytest.raises(OperationFailed, match="does not say what it holds"):
        describe("mine", cache=tmp_path)
    path.write_bytes(intact)
    path.rename(path.with_name("other.npz"))
    with pytest.raises(OperationFailed, match="it holds the data set mine"):
        load("other", cache=tmp_path)


def test_sub_folders_are_labels_and_hidden_files_are_passed_over(tmp_path):
    for name in ("cat/1.png", "cat/deeper/2.png", "ant/3.PNG", ".hidden/4.png", "ant/.5.png"):
        paint(tmp_path / name)
    found = read_folder(tmp_path)
    assert found.classes == ("ant", "cat", "cat")
    assert found.refused == {}


def test_pictures_beside_sub_folders_leave_all_without_labels(tmp_path):
    paint(tmp_path / "cat" / "1.png")
    paint(tmp_path / "2.png")
    assert read_folder(tmp_path).classes is None


@pytest.mark.parametrize(
    ("sizes", "chosen"),
    [
        ({(28, 20)}, (28, 20)),
        ({(8, 8)}, (8, 8)),
        ({(300, 200)}, (64, 64)),
        ({(300, 200), (47, 51)}, (44, 44)),
        ({(300, 200), (20, 51), (31, 90)}, (28, 28)),
        ({(10, 10), (12, 12)}, (64, 64)),
        (set(), (64, 64)),
    ],
)
def test_without_a_size_that_of_the_pictures_is_kept_or_the_largest_square_is_cut(sizes, chosen):
    assert fitting_size(sizes) == chosen


@pytest.mark.parametrize("text", ["64", "64x", "0x4", "4x257", "-4x4", "4X4", "4x4x4", "", "axb"])
def test_a_size_that_is_none_is_refused(text):
    with pytest.raises(InvalidArgument, match=r"size: got .*expected HEIGHTxWIDTH"):
        size_from(text)


def test_a_size_is_height_and_then_width():
    assert size_from("48x256") == (48, 256)


def test_a_folder_that_is_none_is_refused(tmp_path):
    (tmp_path / "file").touch()
    for name in ("file", "nowhere"):
        with pytest.raises(InvalidArgument, match=r"folder: got .*expected a folder"):
            read_folder(tmp_path / name)


def test_pictures_of_levels_0_and_1_are_refused_as_training_refuses_them(tmp_path):
    with pytest.raises(OperationFailed, match=r"all levels are 0 and 1.*255 for white"):
        own.store("mine", Pictures(RANDOM.integers(0, 2, (20, 1, 4, 8), np.uint8), None, {}), "", 0.1, 0, tmp_path)
    assert not list(tmp_path.iterdir())
