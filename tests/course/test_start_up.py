"""What a command imports: what it does not need would be waited for at each start."""

from pathlib import Path

from course.workbook.cutting import solution_source
from course.workbook.exercise import exercises, find

NAMES = ["learn", "demo", "train", "evaluate", "sample", "reconstruct", "interpolate", "traverse", "manifold"]
NAMES += ["scatter", "curves", "monitor", "data", "doctor", "autoencoder", "compare"]
HEAVY = ["torch", "matplotlib", "sklearn", "scipy", "numpy", "pydantic", "requests", "pandas"]
JUDGED = """import sys
import course.checking.worker
from course.checking.judge import assess, prepare
from course.workbook.exercise import exercises, find
exam = prepare(find("02"))
assert assess(exam, exam.reference).checks
print("IMPORTED", *sys.modules)
"""
IMPORTED = "import sys; from course.cli import main; sys.argv = ['vae', {arguments}]\ntry:\n    main()\n"
IMPORTED += "finally:\n    print('IMPORTED', *sys.modules)"


def _imported(vae_process, arguments: str) -> set[str]:
    return _modules_of(vae_process, IMPORTED.format(arguments=arguments))


def _modules_of(vae_process, program: str) -> set[str]:
    done = vae_process(program=program)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split("IMPORTED")[1].split())


def test_help_imports_nothing_slow(vae_process):
    assert not _imported(vae_process, "'--help'") & set(HEAVY)


def test_a_check_imports_no_arrays_before_the_process_that_judges(vae_process):
    Path("02_gaussian_kl.py").write_text(solution_source(find("02")), encoding="utf-8")
    imported = _imported(vae_process, "'check', '02', '--solutions', '.'")
    assert "course.checking.isolation" in imported
    assert not imported & {"torch", "matplotlib", "sklearn", "scipy", "numpy", "jupyter_core", "IPython", "common.data"}


def test_an_exercise_in_numpy_is_judged_with_numpy_alone(vae_process):
    imported = _modules_of(vae_process, JUDGED)
    assert "numpy_impl.operations" in imported
    assert not imported & {"torch", "matplotlib", "sklearn", "scipy", "pydantic", "typer", "rich", "IPython"}


def test_a_starter_is_cut_without_importing_the_level_it_comes_from(vae_process):
    torch = next(one for one in exercises() if one.torch)
    imported = _imported(vae_process, f"'start', '{torch.number}', '--solutions', '.'")
    assert Path(f"{torch.slug}.py").is_file()
    assert not imported & {"torch", "numpy", "pytorch_lowlevel", "paper"}


def test_the_papers_numbers_are_shown_without_importing_an_experiment(vae_process):
    imported = _imported(vae_process, "'papers'")
    assert "course.reproduction.table" in imported
    assert not imported & {"torch", "scipy", "matplotlib", "sklearn", "common.data"}


def test_level_1_trains_without_importing_torch(vae_process):
    imported = _imported(vae_process, "'train', 'numpy', '--epochs', '1', '--hidden', '5'")
    assert "numpy_impl.training" in imported
    assert not imported & {"torch", "pytorch_lowlevel", "paper", "matplotlib"}


def test_a_run_is_looked_at_without_importing_what_trains_or_draws_pictures(vae_process):
    Path("run").mkdir()
    Path("run/log.jsonl").write_text('{"step": 1, "loss": 2.5}\n', encoding="utf-8")
    imported = _imported(vae_process, "'monitor', 'run', '--once'")
    assert "course.running.charts" in imported
    assert not imported & {"torch", "matplotlib", "numpy_impl", "pytorch_lowlevel", "paper"}


def test_every_command_explains_itself(vae):
    commands = vae("--help").stdout
    for name in NAMES:
        assert name in commands
        result = vae(name, "--help")
        assert result.exit_code == 0
        assert "Usage" in result.stdout


def test_output_that_is_piped_holds_no_control_characters(vae_process):
    done = vae_process("data", "list")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
