"""The daemon of ``gonogo heartbeat run``: beats, writes a log, and notifies systemd.

A notice is one datagram to the socket that ``NOTIFY_SOCKET`` names. A name that begins with ``@`` is in the abstract
namespace. Source: ``sd_notify(3)``.
"""

from __future__ import annotations

import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from msgspec import Struct

from gonogo.cli.door import answer
from gonogo.durations import format_duration
from gonogo.environment import variable
from gonogo.errors import GonogoError
from gonogo.heartbeat.print import beat_text
from gonogo.heartbeat.rhythm import beats
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.heartbeat import Beat
from gonogo.model.plain import plain
from gonogo.stopping import Stopped, pause


class ServiceNotice(Struct, frozen=True):
    """The socket of the service manager. ``address`` is ``None`` if there is no service manager."""

    address: str | None

    def tell(self, *lines: str) -> None:
        """Send lines such as ``READY=1``. If the service manager is gone, the service goes on."""
        if self.address is None:
            return
        name = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door, suppress(OSError):
            door.setblocking(False)
            door.sendto("\n".join(line.replace("\n", " ") for line in lines).encode(), name)


def keep_beating(writer: HeartbeatWriter, every: timedelta) -> int:
    """Beat until a signal comes; return the exit code, which is 0 after SIGTERM.

    Raises:
        Stopped: a signal other than SIGTERM came.
    """
    service = ServiceNotice(variable("NOTIFY_SOCKET"))
    log = _Log(service)
    _check_watchdog(every)
    try:
        for outcome in beats(writer, every, pause):
            log.take(outcome)
    except Stopped as stopped:
        service.tell("STOPPING=1")
        answer(f"stopped after {log.published} beats, {log.failed} failed\n")
        if stopped.number != signal.SIGTERM:
            raise
    return 0


@dataclass(slots=True)
class _Log:
    """The log of the daemon: it counts beats, writes changes to standard error, and reports the state to systemd."""

    service: ServiceNotice
    published: int = 0
    failed: int = 0
    failing: bool = False

    def take(self, outcome: Beat | GonogoError) -> None:
        if isinstance(outcome, Beat):
            for sentence in filter(None, (outcome.recovered, outcome.beside)):
                _say(sentence)
            if self.failing or not self.published:
                _say(beat_text(outcome))
            self.published += 1
            self.service.tell("READY=1", "WATCHDOG=1", f"STATUS=beat {outcome.sequence}, {self.failed} failed")
        else:
            _say(str(outcome))
            self.failed += 1
            self.service.tell(f"STATUS=failing, {self.failed} failed: {plain(outcome.what)}")
        self.failing = not isinstance(outcome, Beat)


def _check_watchdog(every: timedelta) -> None:
    microseconds = variable("WATCHDOG_USEC")
    if microseconds is None or not microseconds.isdecimal():
        return
    patience = timedelta(microseconds=int(microseconds))
    if patience < 2 * every:
        watchdog, beat = f"{patience.total_seconds():g} s", format_duration(every)
        _say(f"WatchdogSec is {watchdog} and a beat comes every {beat}: systemd restarts this after one failed beat")


def _say(text: str) -> None:
    print(f"gonogo: {plain(text)}", file=sys.stderr, flush=True)
