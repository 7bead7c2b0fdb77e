"""Melodies: tokens, windows, transposition, and files."""

import gzip
import json
import sys

import numpy as np
import pytest

from common.data.music import melodies
from common.data.music.melodies import MELODIES, About, Melodies, load_melodies, windows
from common.data.music.midi import read_midi, write_midi
from common.data.music.tokens import HOLD, ONSET, REST, VOCABULARY, onsets, pitches_of, tokens_of, transposed
from common.errors import InvalidArgument, OperationFailed

PITCHES = np.array([-1, 67, 67, 69, -1, -1, 69, 55, 86, 86])
TOKENS = np.array([REST, 14, HOLD, 16, REST, HOLD, 16, ONSET, VOCABULARY - 1, HOLD])

WITHOUT = "needs a library that writes MIDI files: pip install -e '.[music]'"


# Tokens.


def test_a_note_is_its_onset_and_holds_and_silence_is_a_rest_and_holds():
    np.testing.assert_array_equal(tokens_of(PITCHES), TOKENS)
    np.testing.assert_array_equal(pitches_of(TOKENS), PITCHES)


def test_a_melody_that_is_cut_out_of_a_note_begins_with_it():
    np.testing.assert_array_equal(tokens_of(PITCHES[2:5]), [14, 16, REST])


def test_a_repeated_note_sounds_like_a_held_one_and_a_hold_of_nothing_is_silence():
    np.testing.assert_array_equal(pitches_of(np.array([14, 14, HOLD])), [67, 67, 67])
    np.testing.assert_array_equal(pitches_of(np.array([HOLD, HOLD, 14])), [-1, -1, 67])


@pytest.mark.parametrize("pitch", [54, 87, -2])
def test_a_pitch_without_a_token_is_refused(pitch):
    with pytest.raises(InvalidArgument, match=f"got {pitch}, expected a MIDI pitch from 55 to 86"):
        tokens_of(np.array([60, pitch]))


def test_transposition_moves_notes_and_keeps_holds_and_rests():
    melodies_ = np.stack([tokens_of(np.array([60, 60, -1, 64])), tokens_of(np.array([-1, 60, 62, 62]))])
    higher = transposed(melodies_, np.array([3, -5]))
    np.testing.assert_array_equal(higher[0], tokens_of(np.array([63, 63, -1, 67])))
    np.testing.assert_array_equal(higher[1], tokens_of(np.array([-1, 55, 57, 57])))
    np.testing.assert_array_equal(transposed(higher, np.array([-3, 5])), melodies_)


@pytest.mark.parametrize(("semitones", "pitch"), [(-6, 54), (23, 87)])
def test_a_transposition_out_of_the_range_is_refused_and_never_makes_a_rest_of_a_note(semitones, pitch):
    with pytest.raises(InvalidArgument, match=f"got {pitch}"):
        transposed(tokens_of(np.array([60, -1, 64]))[None], np.array([semitones]))


# Windows.


def test_windows_begin_at_every_bar_and_hold_the_melody_s_steps():
    pitches = np.repeat(np.arange(60, 72), 5)  # 60 steps: three bars and a quarter of a fourth and more
    found = windows([pitches], 2)
    assert found.tokens.shape == (2, 32)
    assert found.counted.all()
    for row in range(2):
        np.testing.assert_array_equal(pitches_of(found.tokens[row]), pitches[16 * row : 16 * row + 32])
    assert onsets(found.tokens)[:, 0].all(), "a window that is cut out of a note begins with it"


def test_a_melody_shorter_than_a_window_is_whole_in_it_and_what_fills_it_up_does_not_count():
    pitches = np.repeat([60, 64], [20, 1])
    found = windows([pitches], 2)
    assert found.counted.tolist() == [[True] * 21 + [False] * 11]
    np.testing.assert_array_equal(pitches_of(found.tokens[0]), np.pad(pitches, (0, 11), constant_values=-1))


# The chorales.


def test_six_chorales_need_no_download_and_fit_the_tokens_with_every_transposition():
    found = load_melodies("six_chorales")
    assert {"train": len(found.train), "test": len(found.test)} == MELODIES["six_chorales"].counts
    assert found.checksum == MELODIES["six_chorales"].sha256
    for semitones in (-5, 5):
        for melody in (*found.train, *found.test):
            tokens = tokens_of(melody)[None]
            assert transposed(tokens, np.array([semitones])).shape == tokens.shape


def chorales(first: int) -> dict[str, list]:
    voices = [[first, 50, 40, 30], [-1, 51, 41, 31], [65, 52, 42, 32]]
    return {"train": [voices, voices[:1]], "valid": [voices[1:]], "test": [voices[::-1]]}


@pytest.fixture
def small(monkeypatch, mirror):
    """Tiny chorales at a home on this machine."""
    parts = ([np.array(one)[:, 0] for one in chorales(60)[part]] for part in ("train", "valid", "test"))
    about = About("", {}, Melodies("jsb", *parts).checksum, needs_download=True, licence="", source="")
    monkeypatch.setattr(melodies, "MELODIES", {"jsb": about})
    file = melodies.RemoteFile("jsb-chorales", melodies.NAME, (f"{mirror.url}/{melodies.NAME}",), check=melodies.read)
    monkeypatch.setattr(melodies, "FILE", file)
    return mirror


def test_the_soprano_is_the_first_voice_and_parts_stay_what_they_are(small, tmp_path):
    small.gives(melodies.NAME, json.dumps(chorales(60)).encode())
    found = load_melodies("jsb", cache=tmp_path)
    assert [one.tolist() for one in found.train] == [[60, -1, 65], [60]]
    assert [one.tolist() for one in found.validation] == [[-1, 65]]
    assert [one.tolist() for one in found.test] == [[65, -1, 60]]


@pytest.mark.parametrize("content", [json.dumps(chorales(61)), json.dumps(chorales(60))[:-9], "[1, 2]"])
def test_other_numbers_are_refused_and_nothing_is_kept(small, tmp_path, content):
    small.gives(melodies.NAME, content.encode())
    with pytest.raises(OperationFailed, match=r"No mirror gave Jsb16thSeparated\.json"):
        load_melodies("jsb", cache=tmp_path)
    assert not list(tmp_path.rglob("*.json"))


def test_a_compressed_file_gives_the_same_melodies(small, tmp_path):
    path = tmp_path / "chorales.json.gz"
    path.write_bytes(gzip.compress(json.dumps(chorales(60)).encode()))
    assert [one.tolist() for one in melodies.read(path).train] == [[60, -1, 65], [60]]


def test_a_misspelt_name_is_answered_with_the_nearest():
    with pytest.raises(InvalidArgument, match=r"one of jsb, six_chorales\. Did you mean 'six_chorales'"):
        load_melodies("six_chorals")


# MIDI.


def test_tokens_come_back_from_a_midi_file(tmp_path):
    pytest.importorskip("mido", reason=WITHOUT)
    begins_silent = np.array([REST, HOLD, 14, 14, HOLD, REST, HOLD, 20, HOLD])
    ends_silent = np.array([20, HOLD, REST, 21, REST, HOLD, HOLD])
    for number, tokens in enumerate((begins_silent, ends_silent, TOKENS, np.array([], int))):
        path = tmp_path / f"{number}.mid"
        write_midi(path, tokens)
        np.testing.assert_array_equal(read_midi(path), tokens)


def test_a_midi_file_holds_notes_of_a_sixteenth_at_the_pitches_of_the_tokens(tmp_path):
    mido = pytest.importorskip("mido", reason=WITHOUT)
    write_midi(tmp_path / "melody.mid", tokens_of(np.array([60, 60, 64, -1])))
    file = mido.MidiFile(tmp_path / "melody.mid")
    found = [(one.type, one.note, one.time / file.ticks_per_beat) for one in file.tracks[0] if not one.is_meta]
    assert found == [("note_on", 60, 0), ("note_off", 60, 0.5), ("note_on", 64, 0), ("note_off", 64, 0.25)]
    assert file.length == pytest.approx(0.6)  # four sixteenths, at 100 quarters a minute


def test_a_file_that_is_no_midi_is_refused_by_its_name(tmp_path):
    pytest.importorskip("mido", reason=WITHOUT)
    (tmp_path / "melody.mid").write_bytes(b"a melody")
    with pytest.raises(OperationFailed, match=r"melody\.mid cannot be read as a MIDI file"):
        read_midi(tmp_path / "melody.mid")


def test_without_mido_a_sentence_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mido", None)
    with pytest.raises(OperationFailed, match="Install it: python -m pip install mido"):
        write_midi(tmp_path / "melody.mid", TOKENS)
