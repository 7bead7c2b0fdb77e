import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Mirror:
    """A web server on this machine that answers as it is told to."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: dict[str, tuple[int, bytes, int]] = {}
        self.asked: list[str] = []

    def gives(self, path: str, body: bytes) -> str:
        return self._answers(path, 200, body, len(body))

    def refuses(self, path: str, status: int = 403) -> str:
        return self._answers(path, status, b"no", 2)

    def breaks_off(self, path: str, body: bytes) -> str:
        return self._answers(path, 200, body[: len(body) // 2], len(body))

    def _answers(self, path: str, status: int, body: bytes, announced: int) -> str:
        self.answers["/" + path] = (status, body, announced)
        return f"{self.url}/{path}"


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("VAE_DATA", raising=False)
    monkeypatch.delenv("VAE_CACHE", raising=False)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            status, body, announced = told.answers.get(self.path, (404, b"", 0))
            self.send_response(status)
            self.send_header("Content-Length", str(announced))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told = Mirror(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()
