"""Running a notebook from its first cell to its last, in a process and a folder of its own."""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory

from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from common.errors import OperationFailed
from course.authoring.publishing.stopwatch import Stopwatch
from course.lab.notebooks import ROOT
from course.lesson.sliders import WIDGET

PATIENCE = 1800
"""Seconds after which a cell is taken to hang; a machine with other work to do is slow."""
OF_THE_MACHINE = ("MPLBACKEND", "VAE_DATA", "PYTHONWARNINGS", "IPYTHONDIR")


class OwnKernelSpec(KernelSpecManager):
    """The kernel of this very interpreter, whatever others are installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the kernel of the running Python."""
        kernel = get_kernel_dict()
        return KernelSpec(**{**kernel, "argv": [*kernel["argv"], "--log-level=ERROR"]})


class OwnKernelManager(AsyncKernelManager):
    """Starts the kernel of this very interpreter."""

    def _kernel_spec_manager_default(self) -> KernelSpecManager:
        return OwnKernelSpec()


def execute(notebook: NotebookNode, name: str, patience: float = PATIENCE) -> list[float]:
    """Run all cells of a notebook, in place, and return the seconds of processors that each code cell took.

    The outputs are free of what changes from run to run.

    Raises
    ------
    OperationFailed
        If a cell raised, wrote a warning or hangs, or the kernel died.
    """
    metadata = deepcopy(notebook.metadata)  # a run adds the version of Python
    with _elsewhere() as (folder, environment):
        seconds = _run(notebook, name, patience, folder, environment)
    notebook.metadata = metadata
    for cell in notebook.cells:
        if cell.cell_type == "code":
            _clean(name, cell)
    return seconds


def _clean(name: str, cell: NotebookNode) -> None:
    for output in cell.outputs:
        _refuse_warning(name, cell, output)
        # A view lives as long as its kernel; what is written down is the still picture beside it.
        output.get("data", {}).pop(WIDGET, None)
    # A bar that is gone leaves an empty output behind.
    cell.outputs = [one for one in cell.outputs if "data" not in one or any(one.data.values())]


def _run(notebook: NotebookNode, name: str, patience: float, folder: Path, environment: dict[str, str]) -> list[float]:
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        kernel_manager_class=OwnKernelManager,
        timeout=math.ceil(patience),
        startup_timeout=300,
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
    )
    stopwatch = Stopwatch(client)
    try:
        client.execute(env=environment)
    except CellExecutionError as error:
        what = f"{name}: a cell raised {error.ename}: {error.evalue}"
        raise OperationFailed(f"{what}\n{_failed_cell(notebook)}") from error
    except CellTimeoutError as error:
        raise OperationFailed(f"{name}: a cell ran for more than {patience:.0f} seconds.") from error
    except DeadKernelError as error:
        raise OperationFailed(f"{name}: the kernel died.", "Is there enough memory?") from error
    return stopwatch.laps


@contextmanager
def _elsewhere() -> Iterator[tuple[Path, dict[str, str]]]:
    """Give an empty folder and an environment in which nobody's data, settings or answers are found."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        kept = {key: value for key, value in os.environ.items() if key not in OF_THE_MACHINE}
        own = {
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [kept.get("PYTHONPATH")])]),
            "PYTHONHASHSEED": "0",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "IPYTHONDIR": str(folder / "ipython"),
            "VAE_CACHE": str(folder / "cache"),
            "VAE_SOLUTIONS": str(folder / "my_solutions"),
            "OMP_NUM_THREADS": "1",
        }
        place = folder / "my_notebooks"
        place.mkdir()
        yield place, {**kept, **own}


def _refuse_warning(name: str, cell: NotebookNode, output: NotebookNode) -> None:
    if output.output_type == "stream" and output.name == "stderr":
        raise OperationFailed(f"{name}: a cell wrote a warning: {output.text.strip()}\nThe cell:\n{cell.source}")


def _failed_cell(notebook: NotebookNode) -> str:
    for cell in notebook.cells:
        if any(output.output_type == "error" for output in cell.get("outputs", [])):
            return f"The cell:\n{cell.source}"
    return ""
