from pathlib import Path

import pytest

from common.data import DATASETS
from common.data.music.melodies import MELODIES
from common.data.tables import TABLES
from common.data.text import STRINGS
from course.running.presence import presence, remote_files


def test_the_list_names_every_data_set_and_where_it_is(vae):
    result = vae("data", "list")
    assert result.exit_code == 0
    for name in [*DATASETS, *TABLES, *STRINGS, *MELODIES]:
        assert name in result.stdout
    abouts = [*DATASETS.values(), *STRINGS.values(), *MELODIES.values()]
    downloaded = sum(about.needs_download for about in abouts)
    assert result.stdout.count("to download") == downloaded + len(TABLES)
    assert result.stdout.count("built in") == len(abouts) - downloaded


@pytest.mark.parametrize("name", [name for name, about in DATASETS.items() if about.needs_download])
def test_a_downloaded_set_is_found_in_the_cache_and_in_a_folder_of_ones_own(name, tmp_path, monkeypatch):
    assert presence(name) == "to download"
    for file in remote_files(name):
        place = tmp_path / "cache" / file.folder / file.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    assert presence(name) == f"in {(tmp_path / 'cache' / remote_files(name)[0].folder).resolve()}"
    own = tmp_path / "own" / remote_files(name)[0].folder
    own.mkdir(parents=True)
    monkeypatch.setenv("VAE_DATA", str(tmp_path / "own"))
    assert "cache" in presence(name)
    (own / "another file").touch()
    assert "cache" in presence(name)
    for file in remote_files(name):
        (own / file.name).touch()
    assert presence(name) == f"in {own}"


def test_a_built_in_set_needs_no_download_and_says_its_checksum(vae):
    result = vae("data", "download", "digits")
    assert result.exit_code == 0
    assert "digits needs no download" in result.stdout
    assert "SHA-256" in result.stdout


def test_strings_that_come_with_the_course_are_counted(vae):
    result = vae("data", "download", "moses_few")
    assert result.exit_code == 0
    assert "moses_few: 400 training and 100 test strings, built in" in result.stdout


def test_melodies_are_counted_and_their_checksum_said(vae):
    result = vae("data", "download", "six_chorales")
    assert result.exit_code == 0
    assert "4 training and 2 test melodies, built in" in result.stdout
    assert MELODIES["six_chorales"].sha256 in result.stdout.replace("\n", "")


def test_showing_a_set_writes_a_picture_and_counts_labels(vae):
    result = vae("data", "show", "digits", "--images", "7")
    assert result.exit_code == 0
    assert Path("digits.png").exists()
    counts = [line.split("│")[1:4] for line in result.stdout.splitlines() if line.startswith("│")]
    assert [int(cell) for cell in counts[0]] == [0, 151, 27]
    assert sum(int(row[1]) for row in counts) == 1500


def test_a_set_without_labels_says_so(vae):
    result = vae("data", "show", "sprites", "--images", "3", "-o", "picture.png")
    assert "sprites has no labels, but its generating factors are known" in result.stdout
