"""What each cell of a running notebook takes of processors; unlike the clock, this does not depend on other work."""

import psutil
from nbclient import NotebookClient
from nbformat import NotebookNode


class Stopwatch:
    """Measures the code cells that a client runs, in their order."""

    def __init__(self, client: NotebookClient) -> None:
        self.laps: list[float] = []
        self._client = client
        client.on_cell_execute = self._start
        client.on_cell_executed = self._stop

    def _start(self, cell: NotebookNode, cell_index: int) -> None:
        self._at = self._seconds()

    def _stop(self, cell: NotebookNode, cell_index: int, execute_reply: dict[str, object]) -> None:
        self.laps.append(self._seconds() - self._at)

    def _seconds(self) -> float:
        """Return the seconds of the kernel, with those of the processes that it has started and that have ended."""
        manager = self._client.km
        assert manager is not None
        assert manager.provisioner is not None
        return sum(psutil.Process(manager.provisioner.pid).cpu_times()[:4])
