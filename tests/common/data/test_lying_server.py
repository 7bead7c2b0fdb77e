"""Whatever a server does, a download ends: with the right file, or with a sentence, and with nothing left behind."""

import gzip
import hashlib
import socketserver
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest

from common.data import download
from common.data.remote import RemoteFile, obtain
from common.errors import OperationFailed

BODY = np.random.default_rng(0).bytes(30_000)
DROP = 0.05
Send = Callable[[bytes], None]


def head(length: object = len(BODY), status: str = "200 OK", *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {length}", *more, "", ""]
    return "\r\n".join(lines).encode()


def once(answer: bytes, send: Send, rng: np.random.Generator) -> None:
    send(answer)


def cut_off(send: Send, rng: np.random.Generator) -> None:
    answer = head() + BODY
    send(answer[: rng.integers(len(answer))])


def silent(send: Send, rng: np.random.Generator) -> None:
    send((head() + BODY)[: rng.integers(len(BODY))])
    while True:
        sleep(DROP)
        send(b"")


def in_drops(send: Send, rng: np.random.Generator) -> None:
    start = rng.integers(200)
    send((head() + BODY)[:start])
    for byte in (head() + BODY)[start:]:
        sleep(DROP)
        send(bytes([byte]))


def a_head_in_drops(send: Send, rng: np.random.Generator) -> None:
    for byte in head():
        sleep(DROP)
        send(bytes([byte]))


def endless(send: Send, rng: np.random.Generator) -> None:
    send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        send(BODY)


def endless_chunks(send: Send, rng: np.random.Generator) -> None:
    send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        send(b"%x\r\n%b\r\n" % (len(BODY), BODY))


def noise(send: Send, rng: np.random.Generator) -> None:
    send(rng.bytes(500))


def flipped(send: Send, rng: np.random.Generator) -> None:
    body = bytearray(BODY)
    body[rng.integers(len(body))] ^= 1
    send(head() + bytes(body))


PACKED, BOMB = gzip.compress(BODY), gzip.compress(bytes(20 * 2**20))
ENCODED = "Content-Encoding: gzip"
FAULTS: list[Callable[[Send, np.random.Generator], None]] = [
    cut_off,
    silent,
    in_drops,
    a_head_in_drops,
    endless,
    endless_chunks,
    noise,
    flipped,
    partial(once, b""),
    partial(once, head()),
    partial(once, head(len(BODY) + 1) + BODY),
    partial(once, head(len(BODY) - 1) + BODY),
    partial(once, head(10**15) + BODY),
    partial(once, head("many") + BODY),
    partial(once, head(-1) + BODY),
    partial(once, head(0, "302 Found", "Location: /again")),
    partial(once, head(0, "302 Found", "Location: ftp://nowhere/x")),
    partial(once, head(0, "302 Found", "Location: http://[")),
    partial(once, head(0, "302 Found")),
    partial(once, head(2, "404 Not Found") + b"no"),
    partial(once, head(2, "500 Internal Server Error") + b"no"),
    partial(once, head(0, "204 No Content")),
    partial(once, head(len(PACKED), "200 OK", ENCODED) + PACKED),
    partial(once, head(len(PACKED) - 99, "200 OK", ENCODED) + PACKED[:-99]),
    partial(once, head(len(BODY), "200 OK", ENCODED) + BODY),
    partial(once, head(len(BOMB), "200 OK", ENCODED) + BOMB),
    partial(once, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    partial(once, b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n" + BODY),
]


@pytest.fixture
def serve(monkeypatch) -> Iterator[Callable[..., str]]:
    """Serve an answer from an address of this machine."""
    for name in ("VAE_DATA", "VAE_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download, "PATIENCE", 0.3)
    monkeypatch.setattr(download, "CHUNK", 2**14)
    monkeypatch.setattr(download, "LARGEST", 2**20)
    servers = []

    def start(answer: Callable[[Send, np.random.Generator], None], rng: np.random.Generator) -> str:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                self.request.recv(2**16)
                try:
                    answer(self.request.sendall, rng)
                except OSError:
                    return

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/file"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.trials(4, full=41)
def test_a_download_from_a_server_that_does_as_it_likes_ends_in_time(serve, tmp_path: Path, trial):
    address = serve(FAULTS[trial % len(FAULTS)], np.random.default_rng(trial))
    file = RemoteFile("set", "file.bin", (address,), f"sha256:{hashlib.sha256(BODY).hexdigest()}")
    began = monotonic()
    try:
        assert obtain(file, tmp_path).read_bytes() == BODY
    except OperationFailed as error:
        if "No mirror gave file.bin" not in str(error):
            raise
        assert not (tmp_path / "set" / "file.bin").exists()
    assert monotonic() - began < 10
    assert not list(tmp_path.rglob("*.partial"))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(in_drops, "too slow"), (a_head_in_drops, "too slow"), (endless, "more than 1,048,576 bytes")],
)
def test_after_a_mirror_that_never_ends_the_next_one_is_asked(serve, tmp_path, capsys, fault, reason):
    rng = np.random.default_rng(0)
    addresses = serve(fault, rng), serve(partial(once, head() + BODY), rng)
    file = RemoteFile("set", "file.bin", addresses, f"sha256:{hashlib.sha256(BODY).hexdigest()}")
    assert obtain(file, tmp_path).read_bytes() == BODY
    assert reason in capsys.readouterr().err
