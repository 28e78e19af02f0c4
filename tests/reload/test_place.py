"""The server of a reload, and the ways to ask for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from gonogo.policy.load import load
from gonogo.reload.place import AskedServer, ReloadRequest, place_of
from tests.faulty_server import faulty

SOON = timedelta(milliseconds=1)


@contextmanager
def answering(folder: Path, *statuses: str) -> Iterator[AskedServer]:
    """Give these status codes one after another, and the last one for ever."""
    left = list(statuses)
    with faulty(lambda c: c.answer(left.pop(0) if len(left) > 1 else left[0], b"Unauthorized")) as server:
        path = folder / "gonogo.yaml"
        path.write_text(f"version: 1\nprometheus: {{url: {server.url}}}\n", encoding="utf-8")
        yield place_of(ReloadRequest(load(path))).server


def test_a_server_that_is_not_ready_has_a_reason(tmp_path: Path) -> None:
    """A wrong password is not mistaken for a slow start."""
    with answering(tmp_path, "401 Unauthorized") as asked:
        said = asked.unready(SOON)
        assert said.startswith(f"{asked.url} did not become ready within 0.001 s: the server answered 401 Unauthorized")
        assert "basic_auth" in said


def test_a_server_that_is_ready_too_late_is_reported(tmp_path: Path) -> None:
    """The time is over, so the command does not wait any longer. A server that is ready in time has no reason."""
    with answering(tmp_path, "200 OK") as asked:
        assert asked.unready(SOON) == ""
    with answering(tmp_path, "503 Service Unavailable", "200 OK") as asked:
        assert asked.unready(timedelta(0)).endswith("and is ready only now (run the command again)")
