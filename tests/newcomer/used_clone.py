"""Use the course in a fresh clone as a learner does for an hour, then run there the tests that look at its files.

python tests/newcomer/used_clone.py

What is cloned is the last commit; the Python that runs this file runs everything in the clone.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMANDS = (
    "start",
    "start 02",
    "hint 02",
    "check --all",
    "progress",
    "train numpy --epochs 1",
    "sample runs/numpy-digits-mlp-0",
    "reproduce aevb --data digits --samples 300 --latents 2 --pictures",
)
TESTS = ("tests/test_house.py", "tests/paper/test_results.py", "tests/exercises/test_pages.py", "tests/notebooks")
GATE = ("-m", "course.authoring", "gate", "--seeds", "1", "--processes", "2")


def main() -> None:
    """Use, then test; exit with 1 if git sees a change or a test sees a fault."""
    with tempfile.TemporaryDirectory(prefix="used-clone-") as folder:
        clone = Path(folder) / "vae-course"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        use(clone)
        changed = subprocess.run(
            ["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True
        )
        if changed.stdout:
            sys.exit(f"Using the course has changed it:\n{changed.stdout}")
        _python(clone, "-m", "pytest", "--quiet", *TESTS)
        if found := problems_of_the_gate(clone):
            sys.exit("The gate:\n" + "\n".join(found))
    print("A clone that was used is as good as a new one.")


def use(clone: Path) -> None:
    """Leave behind what an hour of the course does: answers, runs, pictures, copies, and what JupyterLab saves."""
    for command in COMMANDS:
        _python(clone, "-m", "course.cli", *command.split())
    shutil.copytree(clone / "notebooks", clone / "my_notebooks", ignore=shutil.ignore_patterns("*.py"))
    (clone / "demo").mkdir()
    (clone / "demo" / "digits.png").touch()
    for folder in _tracked_folders(clone):
        page = next((path for path in folder.iterdir() if path.suffix in (".md", ".ipynb")), None)
        if page is not None:
            checkpoint = folder / ".ipynb_checkpoints" / f"{page.stem}-checkpoint{page.suffix}"
            checkpoint.parent.mkdir()
            shutil.copy(page, checkpoint)


def problems_of_the_gate(clone: Path) -> list[str]:
    """Return what the gate objects to."""
    rows = json.loads(_python(clone, *GATE, quiet=True))
    assert len(rows) > 1
    return [f"{row['exercise']}: {problem}" for row in rows for problem in row["problems"]]


def _tracked_folders(clone: Path) -> set[Path]:
    return {(clone / name).parent for name in _git(clone, "ls-files", "-z").split("\0") if name}


def _git(clone: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=clone, capture_output=True, text=True, check=True).stdout


def _python(clone: Path, *arguments: str, quiet: bool = False) -> str:
    """Run Python with the clone's own packages, and return what it printed, or print it."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("VAE_")}
    environment = own | {"PYTHONPATH": str(clone), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=clone, env=environment, text=True, stdout=subprocess.PIPE if quiet else None
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(arguments)} ended with {done.returncode} in a clone that was used.")
    return done.stdout or ""


if __name__ == "__main__":
    main()
