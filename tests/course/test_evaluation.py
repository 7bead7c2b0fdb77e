import pytest

from course.evaluation import Evaluation, remarks

DIGIT = (1, 28, 28)


def _measured(negative_elbo: float, active: int) -> Evaluation:
    return Evaluation(297, negative_elbo, negative_elbo - 5.0, 5.0, None, 0, active, 20)


@pytest.mark.parametrize(
    ("nats", "active", "remark"),
    [
        (135.0, 13, None),
        (135.0, 0, "the posterior has collapsed. Notebook 08 shows why, and cures: vae learn 08"),
        (543.2, 20, None),
        (543.5, 20, "No better than tossing a coin for every pixel (543 nats): it has hardly learned anything yet."),
        (600.0, 0, "Worse than tossing a coin for every pixel (543 nats): it diverged. Try a smaller --learning-rate"),
        (1.5e13, 0, "it diverged"),
    ],
)
def test_what_must_not_be_passed_over_is_said(nats, active, remark, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    said = remarks(_measured(nats, active), DIGIT)
    assert len(said) == (remark is not None)
    assert remark is None or remark in said[0]


def test_the_coin_is_tossed_for_every_pixel_of_every_channel():
    assert "(17035 nats)" in remarks(_measured(20_000.0, 5), (3, 64, 128))[0]
