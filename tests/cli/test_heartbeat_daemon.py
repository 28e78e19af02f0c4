"""Notices to systemd."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from gonogo.cli.heartbeat_daemon import ServiceNotice


def test_without_a_socket_address_no_notice_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """No socket is opened."""
    monkeypatch.delattr(socket, "socket")
    assert ServiceNotice(None).tell("READY=1") is None  # type: ignore[func-returns-value]  # it must only return


@pytest.mark.parametrize("gone", ["{folder}/no-such", "{folder}", "@gonogo-no-such-socket", "/" + "x" * 200])
def test_a_missing_manager_does_not_stop_the_service(tmp_path: Path, gone: str) -> None:
    """A notice to a missing or invalid socket raises no error."""
    assert ServiceNotice(gone.format(folder=tmp_path)).tell("READY=1") is None  # type: ignore[func-returns-value]  # the same


@pytest.mark.parametrize("name", ["{folder}/notify", "@gonogo-test-{unique}"])
def test_one_datagram_carries_all_lines(tmp_path: Path, name: str) -> None:
    """The socket is a path or an abstract name. A line feed in a text cannot begin another line."""
    address = name.format(folder=tmp_path, unique=tmp_path.name)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address.replace("@", "\0", 1) if address.startswith("@") else address)
        manager.settimeout(5)
        ServiceNotice(address).tell("READY=1", "STATUS=a\nWATCHDOG=trigger")
        assert manager.recv(1000) == b"READY=1\nSTATUS=a WATCHDOG=trigger"


def test_a_full_queue_of_notices_does_not_block(tmp_path: Path) -> None:
    """A full queue loses notices, not beats."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(5)
        for _ in range(2000):
            ServiceNotice(str(tmp_path / "notify")).tell("WATCHDOG=1")
        assert manager.recv(100) == b"WATCHDOG=1"
