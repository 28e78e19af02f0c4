"""Asks the server to reload, finds how that ended, and asks again only if that is safe."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from gonogo.errors import SourceError
from gonogo.model.outcome import Outcome
from gonogo.model.replacing import replace
from gonogo.reload.course import Course, Done, StepFailed, judged
from gonogo.reload.loaded_comparison import Reload, Unmet, Verification
from gonogo.reload.place import ReloadPlace
from gonogo.reload.result import ReloadStep
from gonogo.reload.trees.good_trees import Load
from gonogo.reload.trigger import Reply, Triggered
from gonogo.reload.waits import RELOAD_WAITS
from gonogo.server.server_state import ServerState, Vitals
from gonogo.stopping import pause


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


class Settled(Struct, frozen=True):
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
    every: timedelta = RELOAD_WAITS.look_every,
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
        pause(every.total_seconds())
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


def disturbed(before: ServerState, asked: Vitals) -> tuple[Unmet, ...]:
    """Report whether another program reloaded or restarted the server since ``before``.

    ``asked`` are the vitals just before gonogo's own reload.
    """
    step = "begin again from the server as it is now"
    if asked.born != before.vitals.born:
        what = "the server is another process than before"
        why = "the server crashed, was restarted, or two servers share the address"
        return (Unmet(Verification.PROCESS, what, before.url, why, step, final=True),)
    was, now = before.vitals.metrics, asked.metrics
    if (was.success_at, was.successful) != (now.success_at, now.successful):
        later = now.success_at - was.success_at
        why = f"a reload {later:.3f} s after the known one succeeded" if now.successful else "a reload since has failed"
        return (Unmet(Verification.ALONE, "somebody else reloaded the server", before.url, why, step, final=True),)
    return ()


MOST_RETRIES = 3
"""The largest number of retries."""

_SAFE = frozenset({Reply.UNREACHED, Reply.NOT_READY})
"""The answers that prove at once that no reload happened, and after which a retry may succeed.

A command that failed may still have reached the server. Only after all of ``reload.timeout`` is known that no reload
happened, and a second try would take as long again.
"""


class Asked(Struct, frozen=True):
    """A reload that was asked for: the vitals just before, and how the reload ended."""

    vitals: Vitals
    settled: Settled
    is_rollback: bool = False

    @property
    def loaded(self) -> Reload | None:
        """Return the reload to verify, or ``None`` if no reload loaded everything."""
        if self.settled.outcome is Settlement.LOADED and self.settled.vitals is not None:
            return Reload(self.vitals, self.settled.vitals, self.is_rollback)
        return None

    @property
    def load(self) -> Load | None:
        """Return the reload as a good tree records it."""
        return None if self.loaded is None else Load.of(self.loaded.settled)


def ask(course: Course, place: ReloadPlace, before: ServerState, *, back: bool = False) -> Asked:
    """Ask until the end of the reload is known, with at most three retries. ``back`` is the way back to the old tree.

    Towards the new tree, the server must not have changed since ``before``.

    Raises:
        StepFailed: the server did not load the new tree. On the way back, the caller judges that.
    """
    trigger = ReloadStep.TRIGGER_OLD if back else ReloadStep.TRIGGER
    end = ReloadStep.SETTLE_OLD if back else ReloadStep.SETTLE
    for retries in range(MOST_RETRIES + 1):
        asked = _vitals(place, before)
        sent = course.take(trigger, _trigger_step, place, before, asked, back=back)
        triggered = sent.value or Triggered(Reply.NOT_SENT, sent.detail)
        done = course.take(end, _settle_step, place, asked, triggered)
        settled = done.value or Settled(Settlement.UNKNOWN, done.detail)
        dice = random.random()  # noqa: S311 - jitter, no secret
        later = retry_pause(triggered, settled, retries, dice, place.waits.first_pause)
        if later is None:
            break
        pause(later.total_seconds())
        course.retries += 1
    if settled.outcome is not Settlement.LOADED and not back:
        raise StepFailed(end, replace(done, value=settled))
    return Asked(asked, settled, back)


def retry_pause(
    triggered: Triggered, settled: Settled, retries: int, dice: float, first: timedelta = RELOAD_WAITS.first_pause
) -> timedelta | None:
    """Return the pause before the next attempt, or ``None`` if no retry is allowed. ``first`` is the longest first one.

    Only a reload that is proved not to have happened is tried again. A server that answers 500 would answer 500 again,
    and a reload that is not settled may still come. ``dice`` is a random number in [0, 1), so that many clients do not
    retry at the same time.
    """
    safe = settled.outcome is Settlement.NOT_HAPPENED and triggered.reply in _SAFE
    return first * (1 << retries) * (0.5 + 0.5 * dice) if safe and retries < MOST_RETRIES else None


def _vitals(place: ReloadPlace, before: ServerState) -> Vitals:
    try:
        return place.server.vitals()
    except SourceError:
        return before.vitals  # the next request reports the error


def _trigger_step(place: ReloadPlace, before: ServerState, asked: Vitals, *, back: bool) -> Done[Triggered]:
    strangers = () if back else disturbed(before, asked)
    if before.auto_reload:  # the server may have reloaded by itself; the result is verified anyway
        strangers = tuple(one for one in strangers if one.check is not Verification.ALONE)
    if strangers:
        not_sent = Triggered(Reply.NOT_SENT, "; ".join(map(str, strangers)))
        return judged(tuple(map(str, strangers)), "", not_sent)
    triggered = place.server.trigger(before)
    if triggered.accepted is False:
        step = f" ({triggered.next_step})" if triggered.next_step else ""
        return judged((f"{triggered.detail}{step}",), "", triggered)
    outcome = Outcome.PASS if triggered.accepted else Outcome.UNKNOWN
    seen = {"reply": triggered.reply, "seconds": round(triggered.seconds, 3)}
    return Done(outcome, triggered.detail, seen=seen, value=triggered)


def _settle_step(place: ReloadPlace, asked: Vitals, triggered: Triggered) -> Done[Settled]:
    settled = settle(asked, triggered, place.server.vitals, place.policy_file.reload.timeout)
    no_reload = "no reload happened: " if settled.outcome is Settlement.NOT_HAPPENED else ""
    wrong = () if settled.outcome is Settlement.LOADED else (f"{no_reload}{settled.detail}",)
    return judged(wrong, settled.detail, settled, settlement=settled.outcome)
