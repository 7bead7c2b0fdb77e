"""Install the course into .venv.

python3 install.py              with PyTorch as PyPI has it: on Linux with CUDA, about 3 GB to download
python3 install.py --torch cpu  with PyTorch's CPU build, about 0.4 GB

Pythons that are too old for the course can run this file too, so that they can say so.
"""

import argparse
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PROJECT = ROOT / "pyproject.toml"
CONSTRAINTS = ROOT / "constraints.txt"
VENV = ROOT / ".venv"
READY = "ready"  # a file in .venv: everything is installed
UNFINISHED = "unfinished"  # another: pip has begun, and not come to its end
BUILDS = "https://download.pytorch.org/whl"
ON_WINDOWS = os.name == "nt"


class InstallationError(Exception):
    """What stands in the way, in words for the person who wants to install."""


def main():
    """Install, or say in a few lines what stands in the way."""
    parser = argparse.ArgumentParser(description="Install the course into .venv.")
    parser.add_argument("--torch", metavar="BUILD", help="a build from PyTorch's own index, such as cpu")
    build = parser.parse_args().torch
    try:
        install(build)
    except InstallationError as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError:
        sys.exit("Not installed; the reason is above. The same command tries again.")
    except KeyboardInterrupt:
        sys.exit("Interrupted. The same command begins anew.")


def install(build=None):
    """Make .venv, unless there is one that works, and let pip install the course into it."""
    started = time.time()
    if not works(VENV):
        check_this_python()
        run(sys.executable, "-m", "venv", "--clear", str(VENV))
    if (VENV / READY).exists():
        (VENV / READY).unlink()
    (VENV / UNFINISHED).touch()
    torch = torch_in(VENV)
    say(f"Installing into .venv with Python {version_in(VENV)}: {outlook(torch, build)}")
    for arguments in steps(torch, build):
        run(str(python_in(VENV)), "-m", "pip", "install", *arguments)
    (VENV / UNFINISHED).rename(VENV / READY)
    say(f"Installed in {time.time() - started:.0f} seconds. For the command vae: {activation()}")


def check_this_python():
    """Raise what is wrong with the Python that runs this file, and say which other one would do."""
    this = "{}.{}".format(*sys.version_info)
    if not fits(this, "requires-python"):
        known = known_pythons()
        raise InstallationError(
            f"This is Python {this}; the course needs {known[-1]} to {known[0]}. {another_python(known)}"
        )
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise InstallationError(
            "This Python comes without venv, and the course is installed with it. "
            f"On Debian and Ubuntu: sudo apt install python{this}-venv. Then the same command again."
        )


def known_pythons():
    """Return the versions of Python that pyproject.toml admits, newest first."""
    (major, oldest), (_, too_new) = bounds("requires-python")
    return [f"{major}.{minor}" for minor in range(too_new - 1, oldest - 1, -1)]


def another_python(known):
    """Return how to go on with one of these Pythons, the newest that this machine has."""
    for version in known:
        command = ["py", f"-{version}"] if ON_WINDOWS else [f"python{version}"]
        if answer([*command, "-c", ""]) is not None:
            with_make = "" if ON_WINDOWS else f"make learn PYTHON={command[0]}, or without make: "
            return f"Another is there: {with_make}{' '.join(command)} install.py"
    return f"Install one of them, from python.org for instance; then: make learn PYTHON=python{known[0]}"


def steps(torch, build):
    """Return the arguments of pip install, step by step; a torch that is there and fits is kept."""
    kept = torch is not None and fits(torch, "torch")
    yield ["--quiet", "--upgrade", "pip"]
    if build and not kept:
        # its dependencies come with the rest: PyTorch's index lacks some of the versions that are pinned
        index = f"{os.environ.get('TORCH_INDEX', BUILDS)}/{build}"
        yield ["--no-deps", "--index-url", index, "-c", str(CONSTRAINTS), "torch"]
    constraints = constraints_without_torch() if kept else CONSTRAINTS
    yield ["-c", str(constraints), "-e", f"{ROOT}[test]"]


def constraints_without_torch():
    """Write the constraints without torch's line into .venv, and return where."""
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines(keepends=True)
    path = VENV / CONSTRAINTS.name
    path.write_text("".join(line for line in lines if not line.startswith("torch==")), encoding="utf-8")
    return path


def outlook(torch, build):
    """Return what is about to be downloaded, in a sentence or two."""
    if torch is not None and fits(torch, "torch"):
        return f"torch {torch} stays; about 0.2 GB to download."
    if build == "cpu" or not sys.platform.startswith("linux"):
        return "about 0.4 GB to download."
    if build:
        return f"PyTorch's build {build}, several GB to download."
    return (
        "about 3 GB to download, for PyPI's PyTorch comes with CUDA. The CPU build is enough, and 0.4 GB in all: "
        "Ctrl-C, then make learn TORCH=cpu, or without make: install.py --torch cpu"
    )


def bounds(name):
    """Return the oldest version that pyproject.toml admits of a package, or Python, and the first that is too new."""
    found = re.search(rf'\b{name}(?: = ")?>=([\d.]+),<([\d.]+)"', PROJECT.read_text(encoding="utf-8"))
    return tuple(numbers(version) for version in found.groups())


def fits(version, name):
    """Return whether pyproject.toml admits this version."""
    oldest, too_new = bounds(name)
    return oldest <= numbers(version) < too_new


def numbers(version):
    """Return the release as numbers: (2, 13, 0) for 2.13.0+cpu."""
    return tuple(int(part) for part in re.match(r"\d+(\.\d+)*", version).group().split("."))


def works(venv):
    """Return whether a virtual environment can be built upon: its Python fits, and pip was not interrupted in it."""
    version = version_in(venv)
    return version is not None and fits(version, "requires-python") and not (venv / UNFINISHED).exists()


def version_in(venv):
    """Return the version of Python in a virtual environment; None if there is none that runs and has pip."""
    return answer([str(python_in(venv)), "-c", "import pip, platform; print(platform.python_version())"])


def torch_in(venv):
    """Return the version of torch in a virtual environment, None without torch."""
    return answer([str(python_in(venv)), "-c", "from importlib.metadata import version; print(version('torch'))"])


def python_in(venv):
    """Return the path of the Python in a virtual environment."""
    return venv / "Scripts" / "python.exe" if ON_WINDOWS else venv / "bin" / "python"


def activation():
    """Return the line after which a shell knows what is in .venv."""
    return r".venv\Scripts\activate" if ON_WINDOWS else "source .venv/bin/activate"


def answer(command):
    """Return what a command prints, None if it cannot be run or fails."""
    if shutil.which(command[0]) is None:
        return None
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True)  # noqa: UP021 - Python 3.6 has no text
    return done.stdout.strip() if done.returncode == 0 else None


def run(*command):
    """Run a command in sight of the person who waits for it."""
    subprocess.run(command, check=True)


def say(line):
    """Print a line before whatever the next command prints."""
    print(line, flush=True)


if __name__ == "__main__":
    main()
