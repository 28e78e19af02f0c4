"""Asks the server to reload, finds how that ended, and asks again only if that is safe."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from gonogo.errors import SourceError
from gonogo.model.outcome import Outcome
from gonogo.reload.compare.result import ReloadStep
from gonogo.reload.comparison import configuration, rules
from gonogo.reload.course import Course, Done, judged, passed
from gonogo.reload.loaded_comparison import LoadedComparison, Reload
from gonogo.reload.place import ReloadPlace
from gonogo.reload.retry import retry_pause
from gonogo.reload.settle import Settled, Settlement, settle
from gonogo.reload.staged import StagedConfiguration
from gonogo.reload.trees.good_trees import Load
from gonogo.reload.trigger import Reply, Triggered
from gonogo.reload.unmet import Verification
from gonogo.reload.verify import disturbed, verify
from gonogo.server.server_state import ServerState, Vitals
from gonogo.stopping import pause as wait


@dataclass(frozen=True, slots=True)
class StepNames:
    """The names of the steps towards the new tree, or of those back to the old one."""

    trigger: ReloadStep
    settle: ReloadStep
    verify: ReloadStep
    keep: ReloadStep


FORTH = StepNames(ReloadStep.TRIGGER, ReloadStep.SETTLE, ReloadStep.VERIFY, ReloadStep.KEEP)
BACK = StepNames(ReloadStep.TRIGGER_OLD, ReloadStep.SETTLE_OLD, ReloadStep.VERIFY_OLD, ReloadStep.KEEP_OLD)


@dataclass(frozen=True, slots=True)
class Asked:
    """A reload that was asked for: the vitals just before, how the reload ended, and the number of retries."""

    vitals: Vitals
    settled: Settled
    retries: int
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
        return None if self.loaded is None else load_of(self.loaded.settled)


def load_of(vitals: Vitals) -> Load:
    """Return the server's last load, identified by its process and its time."""
    return Load(vitals.born, vitals.metrics.success_at)


def ask(course: Course, place: ReloadPlace, before: ServerState, names: StepNames) -> Asked:
    """Ask until the end of the reload is known, with at most three retries.

    Args:
        course: runs the steps.
        place: the server and its trees.
        before: the server before anything was changed. Towards the new tree, the server must not have changed since.
        names: the names of the steps.
    """
    retries = 0
    while True:
        asked = _vitals(place, before)
        triggered = _trigger(course, place, before, asked, names)
        settled = _settle(course, place, asked, triggered, names)
        pause = retry_pause(triggered, settled, retries, random.random())  # noqa: S311 - jitter, no secret
        if pause is None:
            return Asked(asked, settled, retries, names is BACK)
        wait(pause.total_seconds())
        retries += 1


def verify_step(
    place: ReloadPlace, before: ServerState, wanted: StagedConfiguration, asked: Asked, within: timedelta | None = None
) -> Done:
    """Look until the server is as it should be, or the time is up. A rollback does not count failures on the way."""
    reload = asked.loaded
    if reload is None and asked.settled.outcome is Settlement.NOT_HAPPENED:
        return _still_there(place, before, wanted)
    if reload is None:
        return judged((f"the reload of the old files: {asked.settled.detail}",), "")
    left = verify(before, wanted, reload, place.server.state, within, place.policy_file.reload.timeout)
    rules_there = sum(len(group.rules) for group in wanted.rules)
    well = f"{rules_there} rules and {len(wanted.jobs)} jobs are loaded as in the files, evaluated and scraped since"
    return judged(tuple(map(str, left)), well)


def _still_there(place: ReloadPlace, before: ServerState, wanted: StagedConfiguration) -> Done:
    """Check that the server still has its old configuration, after a request that led to no reload."""
    now = place.server.state()
    untouched = (now.vitals.born, now.vitals.metrics.success_at) == (
        before.vitals.born,
        before.vitals.metrics.success_at,
    )
    if not untouched or not now.vitals.metrics.successful:
        return judged(("the server was restarted or reloaded since, and not by gonogo",), "")
    compared = LoadedComparison(before, now, wanted, Reload(now.vitals, now.vitals))
    left = (*configuration(compared), *rules(compared))
    return judged(tuple(map(str, left)), "no reload happened, and the server has its old configuration")


def _vitals(place: ReloadPlace, before: ServerState) -> Vitals:
    try:
        return place.server.vitals()
    except SourceError:
        return before.vitals  # the next request reports the error


def _trigger(course: Course, place: ReloadPlace, before: ServerState, asked: Vitals, names: StepNames) -> Triggered:
    answers: list[Triggered] = []

    def act() -> Done:
        strangers = disturbed(before, asked) if names is FORTH else ()
        if before.auto_reload:  # the server may have reloaded by itself; the result is verified anyway
            strangers = tuple(one for one in strangers if one.check is not Verification.ALONE)
        if strangers:
            answers.append(Triggered(Reply.NOT_SENT, "; ".join(map(str, strangers))))
            return judged(tuple(map(str, strangers)), "")
        answers.append(place.server.trigger(before))
        triggered = answers[0]
        if triggered.accepted is False:
            return judged((_with_step(triggered.detail, triggered.next_step),), "")
        return Done(Outcome.PASS if triggered.accepted else Outcome.UNKNOWN, triggered.detail, seen=_seen(triggered))

    report = course.take(names.trigger, act)
    return answers[0] if answers else Triggered(Reply.NOT_SENT, report.detail)


def _settle(course: Course, place: ReloadPlace, asked: Vitals, triggered: Triggered, names: StepNames) -> Settled:
    found: list[Settled] = []

    def act() -> Done:
        found.append(settle(asked, triggered, place.server.vitals, place.policy_file.reload.timeout))
        settled = found[0]
        if settled.outcome is Settlement.LOADED:
            return passed(settled.detail, settlement=settled.outcome)
        if settled.outcome is Settlement.NOT_HAPPENED:
            return judged((f"no reload happened: {settled.detail}",), "", settlement=settled.outcome)
        return judged((settled.detail,), "", settlement=settled.outcome)

    report = course.take(names.settle, act)
    return found[0] if found else Settled(Settlement.UNKNOWN, report.detail)


def _with_step(detail: str, next_step: str) -> str:
    return f"{detail} ({next_step})" if next_step else detail


def _seen(triggered: Triggered) -> dict[str, object]:
    return {"reply": triggered.reply, "seconds": round(triggered.seconds, 3)}
