"""`vae explore`: a page beside the run, and clear words where there can be none."""

import json
import re
import webbrowser
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file
from scipy.stats import multivariate_normal
from typer.testing import CliRunner

from common.architecture import MLP
from common.checkpoint import Checkpoint, save_checkpoint
from common.initial import initial_parameters
from common.state import TrainingState
from common.training.plan import BetaPlan, TrainingPlan
from course.cli import app
from course.explorer.density import log_ratio, plane_of, share_in_holes
from course.explorer.page import assembled

TINY = MLP(hidden=3, latents=2)
PLAN = TrainingPlan(architecture=TINY)


@pytest.fixture(autouse=True)
def opened(tmp_path, monkeypatch) -> list[str]:
    """The addresses that a browser was asked to open; commands run in an empty folder, without data of the user's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VAE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("VAE_DATA", raising=False)
    addresses = []
    monkeypatch.setattr(webbrowser, "open", addresses.append)
    return addresses


def _explore(*arguments):
    return CliRunner().invoke(app, ["explore", *map(str, arguments)])


def _run(folder: Path, plan: TrainingPlan = PLAN) -> Path:
    state = TrainingState(initial_parameters(plan.architecture, 0), {}, {}, 1)
    save_checkpoint(folder / "latest.safetensors", Checkpoint("numpy", plan, state))
    return folder


def _document(page: Path) -> dict:
    found = re.search(r'<script type="application/json" id="document">(.*?)</script>', page.read_text(encoding="utf-8"))
    assert found is not None
    return json.loads(found[1])


def test_the_page_lies_beside_the_run_and_is_opened(opened, tmp_path):
    folder = _run(tmp_path / "mine", TrainingPlan(architecture=TINY, objective=BetaPlan(beta=((0.0, 4.0),))))
    result = _explore("mine")
    assert result.exit_code == 0, result.output
    assert opened == [(folder / "explorer.html").as_uri()]
    assert "mine/explorer.html, " in result.stdout
    (model,) = _document(folder / "explorer.html")["models"]
    assert (model["beta"], model["latents"], model["command"]) == (4.0, 2, "vae evaluate mine/latest.safetensors")


def test_without_a_browser_only_the_path_is_said(opened, tmp_path):
    result = _explore(_run(tmp_path) / "latest.safetensors", "--no-browser")
    assert result.exit_code == 0
    assert result.stdout.startswith("explorer.html, ")
    assert opened == []


def test_the_policy_of_the_page_lets_in_its_own_script_alone(tmp_path):
    page = assembled({"name": "</script><script>alert(1)</script>"})
    assert page.count("<script") == page.count("</script>") == 2
    assert "default-src 'none'" in page
    assert "unsafe" not in page.split("<body>")[0]


def test_a_folder_without_a_run_is_said_to_be_none(tmp_path):
    result = _explore(tmp_path / "nowhere")
    assert result.exit_code == 1
    assert "there is no checkpoint" in result.stderr
    assert not list(tmp_path.rglob("explorer.html"))


def test_weights_of_another_project_are_refused(tmp_path):
    save_file({"weight": np.zeros(3)}, tmp_path / "model.safetensors", metadata={"format": "pt"})
    result = _explore(tmp_path / "model.safetensors")
    assert result.exit_code == 1
    assert "not a checkpoint of this course" in result.stderr


def test_weights_that_are_not_finite_are_refused(tmp_path):
    path = _run(tmp_path) / "latest.safetensors"
    with safe_open(path, framework="numpy") as file:
        header, tensors = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    tensors["parameters/encoder.mu.bias"][:] = np.nan
    save_file(tensors, path, metadata=header)
    result = _explore(tmp_path)
    assert result.exit_code == 1
    assert "numbers that are not finite" in result.stderr
    assert not (tmp_path / "explorer.html").exists()


def test_a_run_whose_data_set_is_gone_says_which(tmp_path):
    result = _explore(_run(tmp_path, TrainingPlan("my_photos", TINY)))
    assert result.exit_code == 2
    assert "'my_photos'" in result.stderr
    assert not (tmp_path / "explorer.html").exists()


def test_the_log_ratio_is_that_of_a_mixture_of_gaussians_to_the_prior():
    rng = np.random.default_rng(0)
    mu, logvar, z = rng.standard_normal((3, 2)), rng.standard_normal((3, 2)), rng.standard_normal((5, 2))
    clouds = [multivariate_normal(m, np.diag(np.exp(v))).pdf(z) for m, v in zip(mu, logvar, strict=True)]
    expected = np.log(np.mean(clouds, axis=0)) - multivariate_normal(np.zeros(2), np.eye(2)).logpdf(z)
    np.testing.assert_allclose(log_ratio(z, mu, logvar), expected, atol=1e-12)


def test_codes_like_the_prior_leave_no_hole_and_a_cloud_far_away_leaves_nothing_else():
    none = np.zeros((1, 2))
    assert share_in_holes(none, none, seed=0) == 0
    assert share_in_holes(none + 20, none, seed=0) == 1


def test_half_of_the_prior_is_a_hole_where_the_codes_have_one_sign():
    mu, logvar = np.abs(np.random.default_rng(1).standard_normal((500, 1))), np.full((500, 1), -7.0)
    assert abs(share_in_holes(mu, logvar, seed=0) - 0.5) < 0.05


def test_the_plane_begins_below_at_the_left():
    places = plane_of(4.0, 3)
    assert places[[0, 1, 3]].tolist() == [[-4, -4], [0, -4], [-4, 0]]
