import hashlib
import socket
from pathlib import Path

import pytest

from common.data import load, names
from common.data.remote import RemoteFile, cache_folder, find_in_data_folder, obtain
from common.errors import OperationFailed

BODY = b"the content of the file" * 1000
SHA256 = hashlib.sha256(BODY).hexdigest()


def remote(*urls: str) -> RemoteFile:
    return RemoteFile("set", "file.bin", urls, f"sha256:{SHA256}")


def files_in(folder: Path) -> list[str]:
    """What there is, but for the empty file by which a folder is held."""
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name != ".lock"
    )


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_file_is_downloaded_once_and_then_comes_from_the_cache(mirror, tmp_path):
    file = remote(mirror.gives("a", BODY))
    first = obtain(file, tmp_path)
    assert first.read_bytes() == BODY
    assert obtain(file, tmp_path) == first
    assert mirror.asked == ["/a"]
    assert files_in(tmp_path) == ["set/file.bin"]


def test_a_mirror_that_refuses_is_named_and_the_next_one_is_used(mirror, tmp_path, capsys):
    path = obtain(remote(mirror.refuses("a", 403), mirror.gives("b", BODY)), tmp_path)
    assert path.read_bytes() == BODY
    assert mirror.asked == ["/a", "/b"]
    assert "HTTP 403 Client Error: Forbidden" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (lambda mirror: mirror.gives("a", b"<html>moved</html>"), "its sha256 is"),
        (lambda mirror: mirror.breaks_off("a", BODY), "the connection ended before the file did"),
        (lambda mirror: mirror.refuses("a", 500), "HTTP 500"),
    ],
)
def test_a_failed_download_says_why_and_what_to_do_and_leaves_no_file(mirror, tmp_path, behaviour, reason):
    with pytest.raises(OperationFailed) as failure:
        obtain(remote(behaviour(mirror)), tmp_path)
    message = str(failure.value)
    assert "No mirror gave file.bin" in message
    assert reason in message
    for remedy in ("VAE_DATA", "a folder set,", "digits, sprites"):
        assert remedy in message
    assert files_in(tmp_path) == []


def test_without_a_network_every_mirror_is_named(mirror, tmp_path):
    dead = f"http://127.0.0.1:{unused_port()}/a"
    with pytest.raises(OperationFailed, match=r"no connection, or it broke off; 127.*404"):
        obtain(remote(dead, mirror.url + "/unknown"), tmp_path)


def test_a_download_that_fails_leaves_earlier_files_as_they_were(mirror, tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "other.bin").write_bytes(b"other")
    (tmp_path / "set" / "file.bin").write_bytes(b"damaged")
    with pytest.raises(OperationFailed):
        obtain(remote(mirror.breaks_off("a", BODY)), tmp_path)
    assert files_in(tmp_path) == ["set/file.bin", "set/other.bin"]
    assert (tmp_path / "set" / "file.bin").read_bytes() == b"damaged"
    assert (tmp_path / "set" / "other.bin").read_bytes() == b"other"


def test_a_damaged_file_in_the_cache_is_replaced(mirror, tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "file.bin").write_bytes(BODY[:-1])
    assert obtain(remote(mirror.gives("a", BODY)), tmp_path).read_bytes() == BODY


def test_what_a_killed_download_left_goes_at_the_next_start(mirror, tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / ".file.bin.0123.partial").write_bytes(b"half")
    obtain(remote(mirror.gives("a", BODY)), tmp_path)
    assert files_in(tmp_path) == ["set/file.bin"]


def test_a_bundle_of_certificates_that_is_not_there_is_no_full_disk(tmp_path, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nosuch.pem")
    with pytest.raises(OperationFailed, match=r"No mirror gave file\.bin.*/nosuch\.pem.*; .*/nosuch\.pem"):
        obtain(remote("https://127.0.0.1:1/a", "https://127.0.0.1:1/b"), tmp_path)


def test_without_a_home_only_downloads_want_a_folder(tmp_path, monkeypatch):
    def homeless(path: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("VAE_CACHE", raising=False)
    monkeypatch.delenv("VAE_DATA", raising=False)
    monkeypatch.setattr(Path, "expanduser", homeless)
    assert len(load("digits").train) == 1500
    assert "mnist" in names()
    with pytest.raises(OperationFailed, match=r"HOME is not set.*VAE_CACHE"):
        load("mnist")


def test_a_cache_that_cannot_be_written_is_named_together_with_the_way_out(mirror, tmp_path):
    (tmp_path / "cache").write_text("a file where a folder should be")
    with pytest.raises(OperationFailed, match=r"cannot be written.*VAE_CACHE"):
        obtain(remote(mirror.gives("a", BODY)), tmp_path / "cache")


def test_a_content_check_decides_where_no_checksum_is_published(mirror, tmp_path):
    def check(path: Path) -> None:
        if path.read_bytes() != BODY:
            raise OperationFailed("other content")

    urls = (mirror.gives("a", b"wrong"), mirror.gives("b", BODY))
    file = RemoteFile("set", "file.bin", urls, check=check)
    assert obtain(file, tmp_path).read_bytes() == BODY
    with pytest.raises(OperationFailed, match="other content"):
        obtain(RemoteFile("set", "new.bin", urls[:1], check=check), tmp_path)


def test_the_folder_of_ones_own_comes_before_any_download(mirror, tmp_path, monkeypatch):
    own = tmp_path / "own" / "set" / "file.bin"
    own.parent.mkdir(parents=True)
    own.write_bytes(BODY)
    monkeypatch.setenv("VAE_DATA", str(tmp_path / "own"))
    assert obtain(remote(mirror.gives("a", BODY)), tmp_path / "cache") == own
    assert find_in_data_folder(remote()) == own
    assert mirror.asked == []


def test_a_file_that_the_own_folder_lacks_is_downloaded(mirror, tmp_path, monkeypatch):
    monkeypatch.setenv("VAE_DATA", str(tmp_path))
    assert find_in_data_folder(remote()) is None
    assert obtain(remote(mirror.gives("a", BODY)), tmp_path / "cache").read_bytes() == BODY


def test_a_damaged_file_in_the_own_folder_is_an_error_and_stays(mirror, tmp_path, monkeypatch):
    own = tmp_path / "set" / "file.bin"
    own.parent.mkdir()
    own.write_bytes(b"damaged")
    monkeypatch.setenv("VAE_DATA", str(tmp_path))
    with pytest.raises(OperationFailed, match=r"not the expected file.*its sha256.*Replace it"):
        obtain(remote(mirror.gives("a", BODY)), tmp_path / "cache")
    assert own.read_bytes() == b"damaged"
    assert mirror.asked == []


def test_an_own_folder_that_does_not_exist_is_an_error(mirror, tmp_path, monkeypatch):
    monkeypatch.setenv("VAE_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(OperationFailed, match=r"VAE_DATA is .*nowhere, which is not a folder.*unset"):
        obtain(remote(mirror.gives("a", BODY)), tmp_path)


def test_the_cache_is_the_argument_then_the_environment_then_the_users_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("VAE_CACHE", str(tmp_path / "environment"))
    assert cache_folder(tmp_path / "argument") == tmp_path / "argument"
    assert cache_folder(None) == tmp_path / "environment"
    monkeypatch.delenv("VAE_CACHE")
    assert cache_folder(None).name == "vae-course"
