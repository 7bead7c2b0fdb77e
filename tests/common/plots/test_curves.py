import numpy as np
import pytest

from common.errors import InvalidArgument
from common.plots import loss_curves
from common.plots.curves import moving_average


def log(number=200, beta=lambda index: 1.0):
    noise = np.random.default_rng(5).standard_normal(number)
    return [
        {
            "step": 10 * index,
            "epoch": index // 50,
            "loss": 0.0,
            "reconstruction": 90.0 + noise[index],
            "kl": 25.0 + 0.1 * index,
            "beta": beta(index),
        }
        for index in range(number)
    ]


def raw_curve(axes):
    return axes.lines[0].get_xydata()


def titles(figure):
    return [axes.get_title("left") for axes in figure.axes]


def test_reconstruction_kl_and_negative_elbo_have_panels_with_scales_of_their_own():
    figure = loss_curves(log())
    assert titles(figure) == ["reconstruction", "KL", "negative ELBO"]
    assert len({axes.get_ylim() for axes in figure.axes}) == 3


def test_the_curves_are_those_of_the_records():
    records = log()
    reconstruction, kl, bound = loss_curves(records).axes
    steps = [record["step"] for record in records]
    for axes, expected in (
        (reconstruction, [record["reconstruction"] for record in records]),
        (kl, [record["kl"] for record in records]),
        (bound, [record["reconstruction"] + record["kl"] for record in records]),
    ):
        np.testing.assert_allclose(raw_curve(axes), np.stack([steps, expected], axis=1))


def test_the_negative_elbo_leaves_beta_out():
    plain, weighted = (loss_curves(log(beta=beta)) for beta in (lambda _: 1.0, lambda _: 4.0))
    np.testing.assert_array_equal(raw_curve(plain.axes[2]), raw_curve(weighted.axes[2]))


def test_panels_name_their_units():
    figure = loss_curves(log(beta=lambda index: index / 100))
    assert [axes.get_ylabel() for axes in figure.axes] == ["nats per image"] * 3 + ["weight of KL"]
    assert figure.axes[-1].get_xlabel() == "training step"


def test_beta_has_a_panel_where_it_changes():
    figure = loss_curves(log(beta=lambda index: min(1.0, index / 100)))
    assert titles(figure)[3:] == ["beta"]
    np.testing.assert_allclose(raw_curve(figure.axes[3])[[0, 50, 150], 1], [0, 0.5, 1])


def test_a_validation_elbo_is_drawn_with_its_sign_turned_at_the_steps_that_have_one():
    records = log()
    records[40]["validation_elbo"] = -118.5
    records[120]["validation_elbo"] = None
    records[160]["validation_elbo"] = -117.25
    axes = loss_curves(records).axes[2]
    np.testing.assert_array_equal(axes.lines[-1].get_xydata(), [[400, 118.5], [1600, 117.25]])
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["validation"]


def test_a_steep_start_does_not_flatten_the_rest_and_its_height_is_told():
    records = log()
    records[0]["reconstruction"] = 543.0
    reconstruction, kl, _ = loss_curves(records).axes
    assert reconstruction.get_ylim()[1] < 100
    assert "up to 543" in reconstruction.get_title("right")
    assert kl.get_title("right") == ""


def test_a_validation_bound_far_above_training_stays_in_view_beside_a_steep_start():
    records = log()
    records[0]["reconstruction"] = 543.0
    records[180]["validation_elbo"] = -300.0
    assert 300 <= loss_curves(records).axes[2].get_ylim()[1] < 400


def test_a_late_rise_stays_in_view():
    records = log()
    records[150]["reconstruction"] = 543.0
    assert loss_curves(records).axes[0].get_ylim()[1] > 543


def test_the_average_lies_over_the_raw_values_and_is_named_with_its_window():
    axes = loss_curves(log(200)).axes[0]
    raw, mean = axes.lines
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["each record", "mean of 5"]
    assert mean.get_ydata()[100] == pytest.approx(np.mean(raw.get_ydata()[98:103]))
    assert raw.get_alpha() < 1


@pytest.mark.parametrize("number", [1, 2, 30])
def test_a_short_log_is_drawn_without_an_average(number):
    for axes in loss_curves(log(number)).axes:
        (line,) = axes.lines
        assert line.get_alpha() == 1.0


def test_a_moving_average_of_a_line_is_that_line_away_from_the_end():
    values = 3.0 * np.arange(20)
    np.testing.assert_allclose(moving_average(values, 7)[:17], values[:17])


def test_a_moving_average_ends_on_the_mean_of_the_values_that_are_left():
    values = np.random.default_rng(0).standard_normal(20)
    assert moving_average(values, 7)[-1] == pytest.approx(values[-4:].mean())


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("key", ["reconstruction", "kl", "beta"])
def test_a_number_that_is_not_finite_is_refused_with_its_key_and_step(key, value):
    records = log()
    records[7][key] = value
    with pytest.raises(InvalidArgument, match=rf"{key} = {value} in record 7, step 70.*records\[:7\]"):
        loss_curves(records)


def test_a_validation_elbo_that_is_not_finite_is_refused():
    records = log()
    records[3]["validation_elbo"] = float("nan")
    with pytest.raises(InvalidArgument, match="validation_elbo = nan"):
        loss_curves(records)


def test_a_record_that_lacks_a_key_is_refused_with_the_key():
    records = log()
    del records[5]["kl"]
    with pytest.raises(InvalidArgument, match="no 'kl' in record 5"):
        loss_curves(records)


def test_an_empty_log_is_refused():
    with pytest.raises(InvalidArgument, match="records: got none"):
        loss_curves([])
