"""`vae anomalies`: what it promises of false alarms, and what it says to tables that it cannot use."""

import csv
from pathlib import Path

import numpy as np
import pytest

from common.errors import OperationFailed
from course.running import detectors
from course.running.anomalies import FILE, Fitted
from course.running.detectors import MahalanobisDetector, Scale, VAEDetector

RNG = np.random.default_rng(0)
NORMAL = RNG.normal(size=(200, 3)) @ np.array([[1.0, 0.9, 0.0], [0.0, 0.3, 0.0], [0.0, 0.0, 50.0]]) + 7
ODD = NORMAL[:20] * [1, -1, 1]


@pytest.fixture(autouse=True)
def _few_steps(monkeypatch):
    monkeypatch.setattr(detectors, "STEPS", 20)


def write(name: str, rows: np.ndarray, columns: str = "a,b,c") -> Path:
    Path(name).write_text("\n".join([columns, *(",".join(map(repr, map(float, row))) for row in rows)]))
    return Path(name)


def scores(name: str = "scores.csv") -> np.ndarray:
    with Path(name).open(newline="") as file:
        return np.array([[float(cell) for cell in row] for row in list(csv.reader(file))[1:]])


@pytest.mark.parametrize("method", ["vae", "mahalanobis"])
def test_what_is_unlike_the_normal_rows_raises_alarms(vae, method):
    fitted = vae("anomalies", "fit", write("normal.csv", NORMAL), "--method", method)
    assert fitted.exit_code == 0
    assert "Fitted to 160 rows of 3 columns; 40 others set the threshold." in fitted.output
    assert "at most 5.00% of normal rows" in fitted.output
    table = write(
        "new.csv", np.c_[np.r_[RNG.permutation(NORMAL) + 1e-9, ODD], np.repeat([0, 1], [200, 20])], "a,b,c,bad"
    )
    said = vae("anomalies", "score", "detector", table, "--evaluate", "bad")
    assert "of 20 anomalies" in said.output
    assert "AUROC 1.000" in said.output or method == "vae"
    found = scores()
    assert found[:, 0].tolist() == list(range(1, 221))
    threshold = Fitted.load(Path("detector") / FILE).threshold
    np.testing.assert_array_equal(found[:, 2], found[:, 1] > threshold)


def test_a_row_has_one_score_whatever_stands_around_it_and_in_whatever_order_the_columns_are(vae):
    vae("anomalies", "fit", write("normal.csv", NORMAL))
    vae("anomalies", "score", "detector", write("one.csv", ODD))
    first = scores()
    other = np.c_[ODD[::-1, 2], RNG.normal(size=20), ODD[::-1, 0], ODD[::-1, 1]]
    said = vae("anomalies", "score", "detector", write("two.csv", other, "c,more,a,b"))
    np.testing.assert_array_equal(scores()[::-1, 1], first[:, 1])
    assert "the detector does not know them: more" in said.stderr


def test_anomalies_are_left_out_of_the_training_and_their_label_is_no_column(vae):
    table = write("all.csv", np.c_[np.r_[NORMAL, ODD], np.repeat([0, 1], [200, 20])], "a,b,c,bad")
    said = vae("anomalies", "fit", table, "--label", "bad", "--method", "mahalanobis")
    assert "Left out: 20 rows that bad calls anomalies." in said.stderr
    vae("anomalies", "fit", write("normal.csv", NORMAL), "--method", "mahalanobis", "-o", "clean")
    with_labels, without = (Fitted.load(Path(name) / FILE) for name in ("detector", "clean"))
    assert with_labels.columns == without.columns == ("a", "b", "c")
    np.testing.assert_array_equal(with_labels.score(ODD), without.score(ODD))


def test_the_scale_is_that_of_the_training_part_alone(vae):
    vae("anomalies", "fit", write("normal.csv", NORMAL), "--method", "mahalanobis")
    fitted = Fitted.load(Path("detector") / FILE)
    seen = NORMAL[np.isin(np.arange(200), [i for i in range(200) if _is_in(NORMAL[i], fitted)])]
    assert len(seen) == 160
    np.testing.assert_allclose(fitted.scale.mean, seen.mean(axis=0))
    np.testing.assert_allclose(fitted.scale.deviation, seen.std(axis=0))


def _is_in(row: np.ndarray, fitted: Fitted) -> bool:
    from course.running.anomalies import fingerprints

    return bool(np.isin(fingerprints(row[None]), fitted.seen)[0])


def test_copies_are_counted_at_fit_and_at_score(vae):
    twice = np.repeat(NORMAL[:50], 2, axis=0)
    said = vae("anomalies", "fit", write("twice.csv", twice), "--method", "mahalanobis")
    assert "of 20 rows that set the threshold are equal to rows for training" in " ".join(said.stderr.split())
    again = vae("anomalies", "score", "detector", "twice.csv")
    assert "rows that the detector was fitted to" in again.stderr


def test_a_constant_column_is_left_out_and_missed_when_it_changes(vae):
    said = vae(
        "anomalies", "fit", write("normal.csv", np.c_[NORMAL, np.full(200, 0.1)], "a,b,c,d"), "--method", "mahalanobis"
    )
    assert "one value in all rows for training: d." in said.stderr
    again = vae("anomalies", "score", "detector", write("new.csv", np.c_[ODD, np.arange(20)], "a,b,c,d"))
    assert "d is not 0.1 in 20 rows" in again.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "with nothing"),
        (b"a,b\n", "0 normal rows"),
        (b"a,b\n1,2\n", "1 normal rows, expected at least 20"),
        (b"1,2\n3,4\n", "numbers in its first line"),
        (b"a,a\n1,2\n", "the name 'a' more than once"),
        (b"a,\n1,2\n", "no name for column 2"),
        (b"a;b\n1;2\n", "Separate cells by commas"),
        (b"a,b\n1,2\n3\n", "1 cells in row 2, below 2 names"),
        (b"a,b\n1,\n3,4\n", "no value in 1 rows of column 'b', first in row 1"),
        (b"a,b\n1,NaN\n3,4\n", "no value in 1 rows of column 'b'"),
        (b"a,b\n1,2\n3,x\n", "the text 'x' in row 2 of column 'b'"),
        (b"a,b\n1,inf\n3,4\n", "inf in row 1 of column 'b'"),
        (b"a,b\n1,1e300\n3,4\n", "1e+100 is the largest"),
        (b"a,b\n1,\xff\n", "a byte that is not UTF-8 at position 6"),
        (b'a,b\n1,"2\n', "no CSV"),
        (b"a,b\n" + 100 * b"1,2\n", "in which no column varies"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_what_is_wrong_and_where(vae, content, said):
    Path("t.csv").write_bytes(content)
    found = vae("anomalies", "fit", "t.csv")
    assert found.exit_code == 2
    assert said in " ".join(found.stderr.split())
    assert not Path("detector").exists()


def test_blanks_a_byte_order_mark_and_quotes_do_no_harm(vae):
    lines = "\r\n".join(
        f' "{row[0]!r}" , {row[1]!r},{row[2]!r}'.replace("np.float64", "").replace("(", "").replace(")", "")
        for row in NORMAL
    )
    Path("t.csv").write_bytes(
        b"\xef\xbb\xbf" + f"a, b ,c\r\n{lines}\r\n\r\n".replace(' "', '"').replace('" ', '"').encode()
    )
    assert vae("anomalies", "fit", "t.csv", "--method", "mahalanobis").exit_code == 0
    assert Fitted.load(Path("detector") / FILE).columns == ("a", "b", "c")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--alpha", "0.01"), "--alpha: got 0.01, expected at least 0.024 with 40 rows held out. It takes 99 rows."),
        (("--alpha", "0"), "--alpha: got 0.0"),
        (("--held-out", "1"), "--held-out: got 1.0"),
        (("--label", "bad"), "--label: got 'bad', expected a column of normal.csv: 'a', 'b', 'c'"),
        (("--label", "a"), "expected 0 for normal and 1 for an anomaly"),
        (("--seed", "-1"), "--seed: got -1"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused(vae, arguments, said):
    found = vae("anomalies", "fit", write("normal.csv", NORMAL), *arguments)
    assert found.exit_code == 2
    assert said in " ".join(found.stderr.split())


def test_a_table_without_a_column_of_the_detector_is_refused(vae):
    vae("anomalies", "fit", write("normal.csv", NORMAL), "--method", "mahalanobis")
    said = vae("anomalies", "score", "detector", write("new.csv", ODD, "a,b,x"))
    assert said.exit_code == 2
    assert "no column 'c', but 'a', 'b', 'x'" in said.stderr
    assert not Path("scores.csv").exists()


def test_a_detector_is_not_written_over(vae):
    for code in (0, 1):
        assert vae("anomalies", "fit", write("normal.csv", NORMAL), "--method", "mahalanobis").exit_code == code


@pytest.mark.parametrize("content", [b"", b"x" * 100])
def test_a_file_that_is_no_detector_is_refused(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(OperationFailed, match="holds no detector"):
        Fitted.load(tmp_path / FILE)


def test_scores_are_finite_however_far_out_a_row_lies():
    scale = Scale.of(NORMAL)
    far = scale.apply(np.array([[1e100, -1e100, 0.0]]))
    for kind in (VAEDetector, MahalanobisDetector):
        detector = kind.fit(scale.apply(NORMAL), 0)
        assert np.isfinite(detector.score(far)).all()
        assert detector.score(far)[0] > detector.score(scale.apply(NORMAL)).max()


def test_the_score_of_the_vae_is_its_negative_elbo():
    rows = Scale.of(NORMAL).apply(NORMAL)
    detector = VAEDetector.fit(rows, 0)
    x, latents = detectors.torch.from_numpy(rows).float(), detector.vae.encoder.mu.out_features
    eps = detectors.noise(0, detectors.Stream.EVALUATION_NOISE, 0, (detectors.SAMPLES, latents))
    with detectors.torch.no_grad():
        elbos = [-float(detector.vae.elbo(x, one.expand(len(x), -1)).elbo) for one in eps]
    assert detector.score(rows).mean() == pytest.approx(np.mean(elbos), rel=1e-5)


def test_a_restored_detector_gives_the_same_scores():
    rows = Scale.of(NORMAL).apply(NORMAL)
    for kind in (VAEDetector, MahalanobisDetector):
        detector = kind.fit(rows, 3)
        np.testing.assert_array_equal(kind.restored(detector.arrays()).score(rows), detector.score(rows))
