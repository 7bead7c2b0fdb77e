"""What the benchmark of speed makes of the seconds that it measured."""

import importlib

import pytest

SECONDS = {"numpy mlp": 6.0, "lowlevel mlp": 3.0, "numpy conv": 40.0, "lowlevel conv": 8.0, "paper mlp": 4.0}
SECONDS |= {"matrix products": 2.5, "our epoch": 10.0, "pythae epoch": 25.0, "dataloader epoch": 15.0}


@pytest.fixture
def levels(monkeypatch, request):
    monkeypatch.syspath_prepend(str(request.config.rootpath / "benchmarks"))
    return importlib.import_module("levels")


def test_a_ratio_says_how_many_times_longer_the_first_takes(levels):
    assert levels.flat(levels.ratios(SECONDS)) == {
        "numpy_over_torch mlp": 2.0,
        "numpy_over_torch conv": 5.0,
        "pythae_over_ours": 2.5,
        "dataloader_over_ours": 1.5,
        "ours_over_matmul_floor": 1.6,
    }


def test_steps_are_printed_in_milliseconds_and_epochs_in_seconds(levels, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    levels.show(SECONDS, {name: 2 * seconds for name, seconds in SECONDS.items()})
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in capsys.readouterr().out.splitlines()]
    assert ["numpy mlp", "6000.00 ms", "12000.00 ms"] in rows
    assert ["our epoch", "10.00 s", "20.00 s"] in rows


def test_where_pythae_is_missing_it_says_what_to_install_before_anything_is_timed(levels, monkeypatch):
    monkeypatch.setattr(levels, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r'pip install -e "\.\[benchmark\]"'):
        levels.main()


def test_the_images_that_are_trained_on_do_not_end_in_a_collapse(levels):
    images = importlib.import_module("subjects").grey_images()
    assert images.shape == (60_000, 1, 28, 28)
    lit = (images[:200] > 127).reshape(200, -1)
    assert 0.05 < lit.mean() < 0.5
    assert lit.std(axis=0).max() > 0.4  # pixels differ from image to image, and not as noise does:
    assert abs((lit[:, :-1] == lit[:, 1:]).mean() - 1) < 0.2  # neighbours are alike
