"""What each cell of a running notebook takes of processors; unlike the clock, this does not depend on other work."""

import psutil
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
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
        provisioner = self._client.km and self._client.km.provisioner
        assert isinstance(provisioner, LocalProvisioner)
        return sum(psutil.Process(provisioner.pid).cpu_times()[:4])
