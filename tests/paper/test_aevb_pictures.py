from paper.aevb.pictures import AXES, PANELS, RESULTS, figure_2
from paper.kit.results import read_measurement


def test_figure_2_draws_the_train_and_the_test_curve_of_every_result_under_its_name():
    drawn = {axes.get_title(): axes.lines for axes in figure_2().axes if axes.get_title()}
    assert len(drawn) == sum(map(len, PANELS.values()))
    for data, name in (("mnist", "MNIST"), ("frey_face", "Frey Face")):
        for latents in PANELS[data]:
            curve = read_measurement(RESULTS / f"{data}_latents-{latents}_short.json").curve
            train, test = drawn[f"{name}, {latents} latents"]
            assert list(train.get_ydata()) == curve["train"]
            assert list(test.get_ydata()) == curve["test"]
            assert AXES[data][0] < min(curve["test"]), "a curve that leaves the picture"
            assert max(curve["test"]) < AXES[data][1]
