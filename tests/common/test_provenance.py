"""What stands beside a measured number."""

import os
import platform
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version

import pytest

from common.provenance import commit, provenance


@pytest.fixture
def clone(tmp_path):
    """A repository with one commit of one file."""
    (tmp_path / "file").write_text("a", encoding="utf-8")
    author = ["-c", "user.name=Somebody", "-c", "user.email=some@body"]
    for command in (["init", "-q"], ["add", "file"], [*author, "commit", "-q", "-m", "One"]):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True, capture_output=True)
    return tmp_path


def test_provenance_tells_versions_machine_and_today():
    found = provenance(threads=1)
    packages = f"numpy {version('numpy')}, torch {version('torch')}"
    assert found["versions"] == f"Python {platform.python_version()}, {packages}"
    assert found["hardware"] == f"1 thread on {os.cpu_count()} CPU cores ({platform.machine()})"
    assert timedelta() <= datetime.now(UTC).date() - date.fromisoformat(found["date"]) <= timedelta(days=1)
    assert provenance(threads=3)["hardware"].startswith("3 threads on ")


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed, so there is no repository to look at")
def test_a_commit_says_when_the_tree_has_changes_that_it_lacks(clone):
    head = ["git", "-C", str(clone), "rev-parse", "--short=12", "HEAD"]
    committed = subprocess.run(head, check=True, capture_output=True, text=True).stdout.strip()
    assert commit(clone) == committed
    (clone / "file").write_text("b", encoding="utf-8")
    assert commit(clone) == f"{committed}+changes"


def test_a_folder_that_is_no_repository_has_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert commit(tmp_path) == "unknown"
