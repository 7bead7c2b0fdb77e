"""Walk README's way as a newcomer does, from the clone to the first exercise that passes; print the seconds.

python tests/newcomer/walk.py [--python PYTHON] [--without-make] [--cuda] [--user NAME]

What is cloned is the last commit. Root walks as root, or as the user who is named.
"""

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path

from newcomer import ADDRESS_OF_REPOSITORY, Newcomer, WayEndsError

ROOT = Path(__file__).parents[2]
PATIENCE = 300
"""Seconds from the clone to the first exercise that passes, downloads not counted."""

ANSWER = """
import sys
from pathlib import Path
from course.workbook.content import misconceptions
from course.workbook.cutting import solution_source
from course.workbook.exercise import exercises
path = Path(sys.argv[1])
exercise = next(one for one in exercises() if one.slug == path.stem)
right = solution_source(exercise)
wrong = misconceptions(exercise)[0].applied_to(right)
path.write_text({"right": right, "wrong": wrong}[sys.argv[2]], encoding="utf-8")
"""


def main() -> None:
    """Walk; exit with 1 if the way ends before its end, or takes too long."""
    chosen = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="newcomer ") as folder:
        newcomer = Newcomer(ROOT, Path(folder), chosen.python, chosen.user)
        try:
            walk(newcomer, with_make=not chosen.without_make, cuda=chosen.cuda)
        except WayEndsError as error:
            sys.exit(str(error))
        finally:
            print(newcomer.report(), flush=True)
    if newcomer.seconds > PATIENCE:
        sys.exit(f"That is longer than {PATIENCE} seconds.")


def walk(newcomer: Newcomer, *, with_make: bool, cuda: bool) -> None:
    """Clone, install, open the first notebook, answer the first exercise wrongly and then rightly."""
    newcomer.says(f"git clone {ADDRESS_OF_REPOSITORY} vae-course")
    newcomer.says("cd vae-course")
    learn(newcomer, with_make=with_make, cuda=cuda)
    newcomer.says("vae doctor", expecting="The course can run.")
    begun = newcomer.says("vae start")
    (answer,) = re.findall(r"\S*my_solutions/\w+\.py", begun)
    newcomer.types(ANSWER, answer, "wrong")
    newcomer.says("vae check", expecting="not right yet", fails=True)
    newcomer.types(ANSWER, answer, "right")
    newcomer.says("vae check", expecting="passed")


def learn(newcomer: Newcomer, *, with_make: bool, cuda: bool) -> None:
    """Install and open the first notebook, in the lines that README has for this newcomer."""
    root = newcomer.user is None and os.geteuid() == 0
    if with_make and not root:
        newcomer.opens_jupyter("make learn" if cuda else "make learn TORCH=cpu")
        newcomer.says("source .venv/bin/activate")
    else:
        install, build = ("make install", " TORCH=cpu") if with_make else ("python3 install.py", " --torch cpu")
        newcomer.says(install if cuda else install + build)
        newcomer.says("source .venv/bin/activate")
        newcomer.opens_jupyter("vae learn --allow-root" if root else "vae learn")
    newcomer.finds("my_notebooks/00_start_here.ipynb")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Walk README's way as a newcomer does.")
    here = Path(getattr(sys, "_base_executable", sys.executable))
    parser.add_argument("--python", type=Path, default=here, help="which Python python3 is")
    parser.add_argument("--without-make", action="store_true", help="take README's lines without make")
    parser.add_argument("--cuda", action="store_true", help="take PyTorch as PyPI has it")
    parser.add_argument("--user", help="walk as this user; only root can")
    return parser


if __name__ == "__main__":
    main()
