import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from common.errors import InvalidArgument
from common.metrics import anomaly_score, anomaly_threshold, area_under_roc, conformal_threshold, detection_rate


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_the_score_of_an_image_is_its_own_negative_elbo(rng):
    reconstruction, kl = rng.gamma(9, 9, 5), rng.gamma(1, 1, (5, 3))
    scores = anomaly_score(reconstruction, kl)
    assert np.allclose(scores, [reconstruction[i] + kl[i, 0] + kl[i, 1] + kl[i, 2] for i in range(5)], rtol=1e-14)
    assert np.allclose(anomaly_score(reconstruction[[2]], kl[[2]]), scores[2], rtol=1e-14)


@pytest.mark.parametrize("rate", [0.0, 0.013, 0.25, 0.5, 0.9, 1.0])
def test_the_share_of_false_alarms_differs_from_the_rate_by_less_than_one_image(rng, rate):
    scores = rng.normal(90, 20, 101)
    alarms = (scores > anomaly_threshold(scores, rate)).sum()
    assert abs(alarms - rate * 101) <= 1


def test_the_threshold_lies_between_scores_where_its_place_does():
    scores = np.array([40.0, 10.0, 20.0, 30.0])
    assert anomaly_threshold(scores, 0.0) == 40
    assert anomaly_threshold(scores, 1 / 4) == pytest.approx(32.5)
    assert anomaly_threshold(scores, 0.5) == pytest.approx(25)
    assert anomaly_threshold(scores, 1.0) == 10


@pytest.mark.parametrize("rate", [-0.01, 1.01, 5, float("nan")])
def test_a_rate_that_is_no_share_is_refused(rate):
    with pytest.raises(InvalidArgument, match="false_alarm_rate: got"):
        anomaly_threshold(np.ones(3), float(rate))


def test_detected_is_what_lies_above_the_threshold_of_normal_images_and_not_what_lies_on_it():
    normal = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    assert detection_rate(normal, np.array([3.9, 4.0, 4.1, 9.0, 0.0]), 0.25) == pytest.approx(2 / 5)


def test_the_detection_rate_is_a_point_of_the_roc_curve(rng):
    normal, anomalous = rng.normal(90, 20, 101), rng.normal(120, 30, 37)
    truth = np.repeat([0, 1], [101, 37])
    false_alarms, detections, _ = roc_curve(truth, np.concatenate([normal, anomalous]), drop_intermediate=False)
    for rate in (0.05, 0.2, 0.6):
        alarms = (normal > anomaly_threshold(normal, rate)).mean()
        along = detections[np.isclose(false_alarms, alarms)]
        assert along.min() <= detection_rate(normal, anomalous, rate) <= along.max()


def test_the_area_under_the_roc_curve_is_that_of_scikit_learn(rng):
    normal, anomalous = rng.integers(0, 20, 41).astype(float), rng.integers(5, 30, 23).astype(float)
    expected = roc_auc_score(np.repeat([0, 1], [41, 23]), np.concatenate([normal, anomalous]))
    assert area_under_roc(normal, anomalous) == pytest.approx(expected, rel=1e-12)


def test_the_area_is_1_for_scores_that_part_and_a_half_for_scores_that_say_nothing():
    assert area_under_roc(np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0])) == 1
    assert area_under_roc(np.array([3.0, 4.0, 5.0]), np.array([1.0, 2.0])) == 0
    assert area_under_roc(np.full(3, 7.0), np.full(5, 7.0)) == 0.5


@pytest.mark.parametrize("measure", [area_under_roc, lambda normal, other: detection_rate(normal, other, 0.1)])
@pytest.mark.parametrize(("normal", "anomalous"), [(0, 3), (3, 0)])
def test_no_scores_are_refused(measure, normal, anomalous, as_a_reader_runs_it):
    with pytest.raises(
        InvalidArgument, match="normal_scores: got none" if normal == 0 else "anomalous_scores: got none"
    ):
        measure(np.ones(normal), np.ones(anomalous))


@pytest.mark.parametrize(
    ("n", "rate", "place"), [(19, 0.05, 19), (20, 0.05, 20), (39, 0.05, 38), (9, 0.1, 9), (99, 0.01, 99)]
)
def test_the_conformal_threshold_is_the_score_at_its_place(n, rate, place):
    scores = np.random.default_rng(n).permutation(np.arange(1.0, n + 1))
    assert conformal_threshold(scores, rate) == place


def test_too_few_scores_for_a_rate_give_an_infinite_threshold():
    assert conformal_threshold(np.arange(18.0), 0.05) == np.inf
    assert conformal_threshold(np.arange(98.0), 0.01) == np.inf


@pytest.mark.parametrize("levels", [10_000, 3])
def test_a_conformal_threshold_keeps_its_rate_with_ties_too_and_nearly_uses_it_without(levels):
    rng = np.random.default_rng(0)
    scores = rng.integers(levels, size=(4000, 31)).astype(float)
    rate = np.mean([row[-1] > conformal_threshold(row[:-1], 0.2) for row in scores])
    assert rate < 0.2 + 0.02
    assert rate > 0.17 or levels == 3


@pytest.mark.parametrize("rate", [0, 1, -0.1, 5])
def test_a_conformal_rate_that_is_no_share_between_0_and_1_is_refused(rate):
    with pytest.raises(InvalidArgument, match="false_alarm_rate"):
        conformal_threshold(np.arange(5.0), rate)
