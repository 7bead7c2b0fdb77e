"""What a run keeps, and that it goes on as if nothing had happened."""

import importlib.util
import math
import random
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, sleep
from types import ModuleType

import pytest
import torch
from torch import nn
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import LambdaLR

from common.errors import InvalidArgument, OperationFailed
from common.training.log import read_log
from paper.kit.place import Place
from paper.kit.run import read, restore, save

SCRIPT = Path(__file__).with_name("two_stages.py")
SLOW = 0.03


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("two_stages", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["two_stages"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def undisturbed(script, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    return script.run(Place(script.Protocol(), folder)), folder


def states(modules: dict[str, nn.Module]) -> dict[str, torch.Tensor]:
    return {
        f"{name}.{key}": value
        for name, module in modules.items()
        for key, value in module.state_dict().items()
        if isinstance(value, torch.Tensor)
    }


def assert_equal(one: dict[str, nn.Module], other: dict[str, nn.Module]) -> None:
    ones, others = states(one), states(other)
    assert ones.keys() == others.keys()
    for name, value in ones.items():
        assert torch.equal(value, others[name]), name


class Stopped(Exception):  # noqa: N818 - not an error
    pass


@pytest.mark.parametrize(("name", "step"), [("game", 1), ("game", 13), ("game", 39), ("prior", 1), ("prior", 17)])
def test_networks_averages_norms_tied_weights_optimisers_and_schedules_go_on_bit_for_bit(
    script, undisturbed, tmp_path, name, step
):
    def stop(stage: str, taken: int, total: int) -> None:
        if stage == name and taken == step * {"game": 5, "prior": 3}[name]:
            raise Stopped

    with pytest.raises(Stopped):
        script.run(Place(script.Protocol(), tmp_path, on_images=stop, save_seconds=0))
    told = []
    ends = script.run(Place(script.Protocol(), tmp_path, on_images=lambda *step: told.append(step)))
    assert next(taken for stage, taken, _ in told if stage == name) > 0, "it started anew instead of going on"
    assert_equal(ends, undisturbed[0])


def test_the_ends_of_a_run_are_worth_comparing(script, undisturbed):
    """The step size fell, the average lags behind, the weights are tied, the buffer is a transpose."""
    modules, folder = undisturbed
    g, ema = modules["g"], modules["ema"]
    assert g.into.weight is g.again.weight
    assert not g.scale.is_contiguous()
    assert not torch.equal(ema.module.into.weight, g.into.weight)
    kept = script.Generator()
    optimizer = Adam(kept.parameters(), 1.0)
    with Place(script.Protocol(), folder).stage("game", 40) as stage:
        stage.keep(
            g=kept,
            d=modules["d"],
            ema=ema,
            g_adam=optimizer,
            d_sgd=SGD(modules["d"].parameters(), 1.0, momentum=0.9),
            plateau=torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer),
        )
    assert stage.curve["step size"][-1] < stage.curve["step size"][0] == 0.01
    assert optimizer.param_groups[0]["lr"] == stage.curve["step size"][-1]


@pytest.mark.trials(1, full=10)
def test_a_run_that_is_killed_at_random_moments_ends_as_if_undisturbed(script, undisturbed, tmp_path, trial):
    moment = random.Random(trial)
    for stage in ("game", "prior"):
        process = subprocess.Popen([sys.executable, SCRIPT, tmp_path, str(SLOW)])
        _wait_for(tmp_path / f"{stage}.safetensors", process)
        sleep(moment.uniform(0, 20 * SLOW))
        assert process.poll() is None, "it had ended before it could be killed"
        process.kill()
        assert process.wait() != 0
    assert_equal(script.run(Place(script.Protocol(), tmp_path)), undisturbed[0])


def _wait_for(path: Path, process: subprocess.Popen) -> None:
    until = monotonic() + 90
    while not path.exists():
        assert process.poll() is None, "it ended before its state was there"
        assert monotonic() < until
        sleep(0.01)


# What is refused.


@dataclass(frozen=True)
class Made:
    M: int = 4
    widths: tuple[int, ...] = (3, 5)


def take(place: Place, steps: int = 3, **parts) -> Place:
    with place.stage("only", steps) as stage:
        stage.keep(**parts)
        for _ in stage:
            pass
    return place


def test_a_run_of_another_protocol_is_refused_by_the_field(tmp_path):
    take(Place(Made(), tmp_path), model=nn.Linear(2, 3))
    take(Place(Made(), tmp_path), model=nn.Linear(2, 3))
    with pytest.raises(InvalidArgument, match=r"widths.*\[3, 7\].*\[3, 5\]"):
        take(Place(replace(Made(), widths=(3, 7)), tmp_path), model=nn.Linear(2, 3))


def test_two_runs_cannot_write_one_folder_at_once(tmp_path):
    with (
        Place(Made(), tmp_path).stage("only", 3),
        pytest.raises(OperationFailed, match=r"only, step 0 of 3: another process is writing to"),
    ):
        take(Place(Made(), tmp_path), model=nn.Linear(2, 3))


def test_a_run_of_other_parts_is_refused_by_their_names(tmp_path):
    take(Place(Made(), tmp_path), model=nn.Linear(2, 3))
    with pytest.raises(OperationFailed, match=r"holds model; this run has model, critic"):
        take(Place(Made(), tmp_path), model=nn.Linear(2, 3), critic=nn.Linear(3, 1))


def test_a_state_that_cannot_be_written_as_numbers_is_refused_by_name(tmp_path):
    optimizer = SGD(nn.Linear(2, 3).parameters(), 0.1)
    schedule = LambdaLR(optimizer, lambda epoch: 0.9**epoch)
    schedule.odd = object()
    with pytest.raises(InvalidArgument, match=r"schedule/odd: got a object"):
        take(Place(Made(), tmp_path), schedule=schedule)
    assert not list(tmp_path.glob("*.safetensors"))


def test_a_file_that_was_cut_off_is_refused(tmp_path):
    take(Place(Made(), tmp_path), model=nn.Linear(2, 3))
    path = tmp_path / "only.safetensors"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(OperationFailed, match="not a snapshot"):
        take(Place(Made(), tmp_path), model=nn.Linear(2, 3))


def test_a_failure_names_the_stage_and_the_step():
    def fail():
        with Place(Made()).stage("prior", 9) as stage:
            for step in stage:
                if step == 4:
                    raise OperationFailed("the loss became nan.")

    with pytest.raises(OperationFailed, match=r"prior, step 4 of 9: the loss became nan\."):
        fail()


def test_numbers_of_every_kind_come_back_as_they_were(tmp_path):
    class Part:
        def __init__(self, state):
            self.state = state

        def state_dict(self):
            return self.state

        def load_state_dict(self, state_dict):
            self.state = state_dict

    tensor, expanded = torch.randn(3, 4).t(), torch.ones(1).expand(3)
    state = {
        0: [True, None, 3, 0.1, "x", float("inf")],
        "pair": (1, (2.5, tensor)),
        "expanded": expanded,
    }
    save(tmp_path / "x.safetensors", {"part": Part(state)}, {})
    other = Part({})
    header, tensors = read(tmp_path / "x.safetensors")
    restore({"part": other}, header["states"], tensors)
    assert other.state[0] == state[0]
    assert other.state["pair"][0] == 1
    assert isinstance(other.state["pair"][1], tuple)
    assert torch.equal(other.state["pair"][1][1], tensor)
    assert other.state["pair"][1][1].stride() == tensor.stride()
    assert torch.equal(other.state["expanded"], expanded)


# Where a run is, and whom it tells.


def test_stages_tell_images_taken_of_how_many_and_a_finished_one_is_told_once(tmp_path):
    told = []
    for _ in range(2):
        take(Place(Made(), tmp_path, on_images=lambda *step: told.append(step)), model=nn.Linear(2, 3))
    assert told == [("only", taken, 12) for taken in (0, 4, 8, 12, 12)]


def test_the_seconds_of_a_run_count_what_earlier_processes_spent(tmp_path):
    first = Place(Made(), tmp_path)
    with first.stage("only", 1) as stage:
        for _ in stage:
            sleep(0.05)
    assert take(Place(Made(), tmp_path), 1).seconds > 0.05


def test_a_place_within_has_a_folder_of_its_own_and_the_same_clock(tmp_path):
    place = Place(Made(), tmp_path / "run")
    inside = place.inside("judge", Made(M=2))
    assert inside.folder == tmp_path / "run" / "judge"
    assert inside.protocol.M == 2
    assert inside.clock is place.clock
    assert Place(Made()).inside("judge", Made()).folder is None


# The log of a stage.


def logged(place: Place, steps: int = 3000) -> Place:
    model = nn.Linear(2, 3)
    with place.stage("only", steps) as stage:
        stage.keep(model=model)
        for step in stage:
            if stage.logs:
                stage.log(loss=torch.tensor(step / 7), kl_per_latent=torch.tensor([step, 0.5]), gradient_norm=math.inf)
    return place


def test_a_thousand_steps_of_a_stage_are_logged_with_what_was_not_finite_as_null(tmp_path):
    logged(Place(Made(), tmp_path))
    records = read_log(tmp_path / "only.jsonl")
    assert [record["step"] for record in records] == list(range(3, 3001, 3))
    assert records[-1] == {
        "step": 3000,
        "loss": pytest.approx(2999 / 7),
        "kl_per_latent": [2999.0, 0.5],
        "gradient_norm": None,
    }


def test_every_step_of_a_short_stage_is_logged_and_none_without_a_folder(tmp_path):
    logged(Place(Made(), tmp_path), 7)
    assert [record["step"] for record in read_log(tmp_path / "only.jsonl")] == list(range(1, 8))
    with Place(Made()).stage("only", 7) as stage:
        assert not any(stage.logs for _ in stage)
        stage.log(loss=1.0)


@pytest.mark.parametrize(("saved_at", "stopped_at"), [(0, 4), (5, 5), (5, 9), (10, 10)])
def test_the_log_of_a_run_that_was_stopped_and_goes_on_has_every_step_once(tmp_path, saved_at, stopped_at):
    logged(Place(Made(), tmp_path / "through"), 10)

    def stop(stage: str, taken: int, total: int) -> None:
        place = places[0]
        object.__setattr__(place, "save_seconds", 0.0 if taken == 4 * (saved_at - 1) else 1e9)
        if taken == 4 * stopped_at:
            raise Stopped

    places = [Place(Made(), tmp_path / "stopped", on_images=stop, save_seconds=1e9)]
    with pytest.raises(Stopped):
        logged(places[0], 10)
    with (tmp_path / "stopped" / "only.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"step": 99, "lo')  # the process died in the middle of a line
    logged(Place(Made(), tmp_path / "stopped"), 10)
    one, other = (tmp_path.joinpath(name, "only.jsonl").read_bytes() for name in ("through", "stopped"))
    assert one == other
