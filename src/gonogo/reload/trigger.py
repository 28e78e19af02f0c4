"""Asks a server by HTTP to read its configuration again, and reports what the answer proves.

The server answers ``POST /-/reload`` when the reload is over. Without an answer nothing is known: the server continues
the reload although the client is gone, also a minute later. An answer of a gateway in front of the server (502 or 504)
proves nothing either.
Source: Prometheus, ``web/web.go`` and ``cmd/prometheus/main.go``, 2.42 and 3.x.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from gonogo.errors import MissingTool, SourceError
from gonogo.model.replacing import replace
from gonogo.programs.running import locate, run
from gonogo.server.http import Answer, Client
from gonogo.server.no_answer import LONGEST_REASON, Redirected, quote


class Reply(StrEnum):
    """The answer to one request for a reload.

    After a reload the server answers ``LOADED`` or ``REJECTED``. No reload happened: ``UNREACHED`` nothing listens at
    the address, ``NOT_READY`` and ``STOPPING`` the server says so, ``DISABLED`` the server runs without
    ``--web.enable-lifecycle``, ``NO_ACCESS`` and ``WRONG_ADDRESS`` the server or a gateway says so, ``NOT_SENT``
    nothing was sent (no such process or program). Not known: ``UNANSWERED`` no answer, or not the server's own answer,
    ``SENT`` a signal was delivered or a command succeeded, ``COMMAND_FAILED`` a command ran and failed.
    """

    LOADED = "loaded"
    REJECTED = "rejected"
    UNREACHED = "unreached"
    NOT_READY = "not-ready"
    STOPPING = "stopping"
    DISABLED = "disabled"
    NO_ACCESS = "no-access"
    WRONG_ADDRESS = "wrong-address"
    NOT_SENT = "not-sent"
    UNANSWERED = "unanswered"
    SENT = "sent"
    COMMAND_FAILED = "command-failed"


_UNSETTLED = frozenset({Reply.UNANSWERED, Reply.SENT, Reply.COMMAND_FAILED})


class Triggered(Struct, frozen=True):
    """The result of one request for a reload.

    Attributes:
        reply: the kind of answer.
        detail: a sentence for the record.
        next_step: the next step for the user. Empty after a success.
        seconds: the time from the request to the answer.
    """

    reply: Reply
    detail: str
    next_step: str = ""
    seconds: float = 0.0

    @property
    def settled(self) -> bool:
        """Return whether the end of the reload is known. If not, ``reload.settle`` finds it."""
        return self.reply not in _UNSETTLED

    @property
    def accepted(self) -> bool | None:
        """Return whether the server loaded everything. ``None`` if that is not known."""
        return self.reply is Reply.LOADED if self.settled else None


_RELOAD = "/-/reload"
_FAILED = b"failed to reload config"
_DISABLED = b"Lifecycle API is not enabled"
_UNAVAILABLE = b"Service Unavailable"
_ACCESS = "see the credentials of prometheus in the policy, and the gateway in front of the server, if there is one"
_ADDRESS = "write the server's own URL in the policy, with the path of its --web.external-url or --web.route-prefix"
_LIFECYCLE = "start the server with --web.enable-lifecycle, or reload it by SIGHUP or a command"
_UNREACHED = "start the server, or correct prometheus.url in the policy"
_REJECTED = (
    "see the server's log for the cause; parts of the new configuration may be in effect: restore the files and reload"
)
_UNKNOWN = "the server may still be reading: change no file before the end of the reload is known"


def post_reload(client: Client, base_url: str, timeout: timedelta) -> Triggered:
    """Ask once, and wait for the answer. There is no retry. After ``timeout`` the reload counts as unanswered.

    Raises:
        UsageError: ``base_url`` is not the URL of a server.
    """
    patient = Client(replace(client.settings, timeout=timeout))
    began = time.monotonic()
    try:
        triggered = _triggered(patient, patient.send("POST", base_url, _RELOAD))
    except SourceError as error:
        triggered = _unanswered(error)
    return replace(triggered, seconds=time.monotonic() - began)


def _triggered(client: Client, answer: Answer) -> Triggered:
    body = quote(answer.body, client.settings.secrets(), LONGEST_REASON)
    detail = f"{answer.url} answered {answer.status}{': ' if body else ''}{body}"
    reply, next_step = _meaning(answer)
    return Triggered(reply, detail, next_step)


def _meaning(answer: Answer) -> tuple[Reply, str]:  # noqa: PLR0911 - a table of answers
    """Return the meaning of an answer. Only the server's own words count as known."""
    match answer.status:
        case 200:
            return Reply.LOADED, ""
        case 500 if _FAILED in answer.body:
            return Reply.REJECTED, _REJECTED
        case 503 if answer.stopping:
            return Reply.STOPPING, "it is shutting down: start it again"
        case 503 if answer.body.strip() == _UNAVAILABLE:
            return Reply.NOT_READY, "wait until it is ready: it opens its database and replays its log"
        case 403 if _DISABLED in answer.body:
            return Reply.DISABLED, _LIFECYCLE
        case 401 | 403 | 407:
            return Reply.NO_ACCESS, _ACCESS
        case status if 400 <= status < 500 and status not in {408, 429, 499}:  # noqa: PLR2004 - refused by the asked
            return Reply.WRONG_ADDRESS, _ADDRESS
    return Reply.UNANSWERED, _UNKNOWN


def _unanswered(error: SourceError) -> Triggered:
    detail = f"{error.where}: {error.what}, {error.why}"
    if isinstance(error, Redirected):
        return Triggered(Reply.WRONG_ADDRESS, detail, error.next_step)
    if isinstance(error.__cause__, ConnectionRefusedError):
        return Triggered(Reply.UNREACHED, detail, _UNREACHED)
    return Triggered(Reply.UNANSWERED, detail, _UNKNOWN)


KEPT = 4000
"""Bytes of the command's output that are kept."""

_RUN_IT = "run the command by hand and see what it says; the server may have been reached all the same"


def reload_by_command(argv: Sequence[str], timeout: timedelta) -> Triggered:
    """Run a program, never through a shell, and wait for its end. At the deadline end its child processes too.

    The exit code does not prove that the server reloaded, or that it did not: ``kill -s HUP`` succeeds before the
    server reads anything, and a connection may be lost after the signal was sent.
    """
    began = time.monotonic()
    try:
        triggered = _ran((locate(argv[0]), *argv[1:]), timeout)
    except MissingTool as error:
        triggered = Triggered(Reply.NOT_SENT, f"{error.what}: {error.why}", error.next_step)
    except OSError as error:
        triggered = Triggered(Reply.NOT_SENT, f"{argv[0]} could not be run: {error.strerror}", "see its permissions")
    return replace(triggered, seconds=time.monotonic() - began)


def missing_program(argv: Sequence[str]) -> str:
    """Return why a command could not be started, or an empty string."""
    try:
        locate(argv[0])
    except MissingTool as error:
        return f"{error.what} ({error.next_step})"
    return ""


def _ran(argv: Sequence[str], timeout: timedelta) -> Triggered:
    ran = run(argv, timeout.total_seconds(), kept=KEPT)
    output = quote(ran.output)
    words = f"; it said: {output}" if output else ""
    if ran.late:
        return Triggered(
            Reply.UNANSWERED, f"{argv[0]} had not ended after {timeout.total_seconds():g} s{words}", _RUN_IT
        )
    if ran.code:
        return Triggered(Reply.COMMAND_FAILED, f"{argv[0]} ended with exit code {ran.code}{words}", _RUN_IT)
    return Triggered(Reply.SENT, f"{argv[0]} succeeded{words}")
