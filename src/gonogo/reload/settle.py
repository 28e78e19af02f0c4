"""Settles a reload that was asked for: finds from the server's own metrics how the reload ended."""

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
    """The end of a reload on the server.

    ``LOADED``: the server loaded everything. ``REJECTED``: the reload failed. Parts of the new configuration may be
    in effect. ``NOT_HAPPENED``: no reload happened, and none will follow from this request. ``RESTARTED``: the server
    is another process, which read the files at its start. ``UNKNOWN``: none of these was seen in time. The reload may
    still come, so no file may be changed on the assumption that it will not.

    """

    LOADED = "loaded"
    REJECTED = "rejected"
    NOT_HAPPENED = "not-happened"
    RESTARTED = "restarted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Settled:
    """The end of a reload, a message, the server's last metrics (``None`` without an answer), and the seconds taken."""

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
    """Look at the server until the end of the reload is known, or ``patience`` is over.

    Reloads of many rules take minutes. If a reload fails and the last one had failed too, the metrics do not change.
    Only the answer of ``/-/reload`` shows that failure. After a signal the result is ``UNKNOWN``. If ``look`` raises
    ``SourceError``, it is called again.
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
    """Return the end that is proved, or ``None`` while none is proved."""
    if triggered.reply is Reply.REJECTED:
        return Settlement.REJECTED, triggered.detail
    if now is None:
        return None
    was, metrics = before.metrics, now.metrics
    if now.born != before.born:
        return Settlement.RESTARTED, "the server is another process than before"
    if metrics.successful and metrics.success_at > was.success_at:
        return Settlement.LOADED, "the server's metrics show a successful reload"
    if not metrics.successful and (was.successful or metrics.success_at > was.success_at):
        return Settlement.REJECTED, "the server's metrics show a failed reload"
    return None


def _at_last(
    before: Vitals, now: Vitals | None, triggered: Triggered, missed: str, patience: timedelta
) -> tuple[Settlement, str]:
    within = f"within {patience.total_seconds():g} s"
    if now is None:
        return Settlement.UNKNOWN, f"the server gave no answer {within}: {missed}"
    if not before.metrics.successful:
        return Settlement.UNKNOWN, f"no success was seen {within}, and a second failure does not change the metrics"
    if triggered.reply is Reply.COMMAND_FAILED:
        return Settlement.NOT_HAPPENED, f"{triggered.detail}, and no reload was seen {within}"
    return Settlement.UNKNOWN, f"no reload was seen {within}; the reload may still come ({triggered.detail})"
