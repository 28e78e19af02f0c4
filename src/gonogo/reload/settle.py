"""What became of a reload that was asked for: found out from the server's own metrics, never assumed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from gonogo.errors import SourceError
from gonogo.reload.trigger import Reply, Triggered
from gonogo.server.server_state import Vitals
from gonogo.stopping import pause

LOOK_EVERY = 0.25
"""Seconds between two looks at the server."""


class Settlement(StrEnum):
    """What became of the server.

    ``LOADED``: a reload since took everything. ``REJECTED``: a reload since failed; parts of the new configuration
    may be in effect. ``NOT_HAPPENED``: there was none, and none will come of what was asked. ``RESTARTED``: it is
    another process, which read the files as they were when it started. ``UNKNOWN``: none of these was seen in
    time; the reload may still come, so no file may be changed on the assumption that it will not.
    """

    LOADED = "loaded"
    REJECTED = "rejected"
    NOT_HAPPENED = "not-happened"
    RESTARTED = "restarted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of it, in words, the server's last vitals (``None``: it gave none), and how long that took."""

    outcome: Settlement
    detail: str
    vitals: Vitals | None = None
    seconds: float = 0.0


def settle(
    before: Vitals,
    triggered: Triggered,
    look: Callable[[], Vitals],
    patience: timedelta,
    every: float = LOOK_EVERY,
) -> Settled:
    """Look at the server until it is known what became of it, or the time is up.

    A reload that failed on a server whose last one had failed as well leaves no trace: only the answer of
    ``/-/reload`` itself tells it; by a signal it stays ``UNKNOWN``.

    Args:
        before: the server's vitals just before it was asked.
        triggered: what came back from asking.
        look: asks for its vitals now (``server_state.vitals``); where it raises ``SourceError`` it is asked again.
        patience: how long to look; reloads of many rules take minutes.
        every: seconds between two looks.
    """
    if triggered.settled and triggered.reply not in {Reply.LOADED, Reply.REJECTED}:
        return Settled(Settlement.NOT_HAPPENED, triggered.detail)
    began = time.monotonic()
    now, missed = _glance(look)
    while (found := _found(before, now, triggered)) is None:
        if time.monotonic() - began >= patience.total_seconds():
            outcome, detail = _at_last(before, now, triggered, missed, patience)
            return Settled(outcome, detail, now, time.monotonic() - began)
        pause(every)
        now, missed = _glance(look)
    return Settled(*found, now, time.monotonic() - began)


def _glance(look: Callable[[], Vitals]) -> tuple[Vitals | None, str]:
    try:
        return look(), ""
    except SourceError as error:
        return None, f"{error.what}, {error.why}"


def _found(before: Vitals, now: Vitals | None, triggered: Triggered) -> tuple[Settlement, str] | None:
    """Tell what is proved; ``None`` while nothing is."""
    if triggered.reply is Reply.REJECTED:
        return Settlement.REJECTED, triggered.detail
    if now is None:
        return None
    was, told = before.metrics, now.metrics
    if now.born != before.born:
        return Settlement.RESTARTED, "the server is another process than before"
    if told.successful and told.success_at > was.success_at:
        return Settlement.LOADED, "its metrics show a successful reload since"
    if not told.successful and (was.successful or told.success_at > was.success_at):
        return Settlement.REJECTED, "its metrics show a failed reload since"
    return None


def _at_last(
    before: Vitals, now: Vitals | None, triggered: Triggered, missed: str, patience: timedelta
) -> tuple[Settlement, str]:
    within = f"within {patience.total_seconds():g} s"
    if now is None:
        return Settlement.UNKNOWN, f"the server gave no answer {within}: {missed}"
    if not before.metrics.successful:
        return Settlement.UNKNOWN, f"no success was seen {within}, and another failure after a failure leaves no trace"
    if triggered.reply is Reply.COMMAND_FAILED:
        return Settlement.NOT_HAPPENED, f"{triggered.detail}, and no reload was seen {within}"
    return Settlement.UNKNOWN, f"no reload was seen {within}; it may still come ({triggered.detail})"
