"""The part of a reload that changes files and the server: switch, trigger, verify and keep, or the rollback."""

from __future__ import annotations

import traceback
from dataclasses import replace
from enum import Enum
from pathlib import PurePath

from gonogo.errors import ActionFailed, SourceError
from gonogo.journal.runs import counted
from gonogo.model.outcome import Outcome
from gonogo.reload.asking import BACK, FORTH, Asked, StepNames, ask, verify_step
from gonogo.reload.baseline import baseline
from gonogo.reload.commands import by_hand
from gonogo.reload.compare.result import Became, ReloadResult, ReloadStep
from gonogo.reload.comparison import failing_rules
from gonogo.reload.contents import wanted_of
from gonogo.reload.course import Course, Done, judged, passed
from gonogo.reload.disk_steps import Ready, keep_step, other_file, restore_step, settle_old
from gonogo.reload.settle import Settlement
from gonogo.reload.trees.recover_marker import pending
from gonogo.reload.trees.switch import switch
from gonogo.reload.trees.switch_plan import Plan, plan_in_place, plan_switch
from gonogo.reload.trees.switch_trouble import NoWayBack, Refused, Undone, Unfit
from gonogo.stopping import whole

_NO_WAY_BACK = "the files are changed already, and no rollback is possible"

_FIRST = "there is no last good copy yet, and the server shows these files: they are loaded once more"


_STILL = ("still fail", "still fails")


class _Way(Enum):
    """The next part of the reload after the server was asked to load the new tree."""

    DONE = "done"
    BACK = "back"
    UNKNOWN = "unknown"
    NOT_KEPT = "not kept"


class Changing:
    """A reload that is carried out, or rolled back."""

    def __init__(self, course: Course, ready: Ready) -> None:
        """Start with nothing switched."""
        self._course = course
        self._ready = ready
        self._retries = 0
        self._undone = False

    def carry_out(self) -> ReloadResult:
        """Switch, trigger, verify and keep. After a failure or an error in gonogo, roll back."""
        with whole():
            return self._carried_out()

    def _carried_out(self) -> ReloadResult:
        try:
            refused = self._switch()
            if refused is not None:
                return refused
            way = _Way.BACK if self._undone else self._forth()
        except KeyboardInterrupt:
            return replace(self._cut_short("it was interrupted"), interrupted=True)
        except Exception as error:  # noqa: BLE001 - every error: the files are switched, and must not stay switched
            why = _unexpected(error)
            result = self._cut_short("it failed")
            return replace(result, reasons=(why, *result.reasons))
        return self._ended(way)

    def _cut_short(self, what: str) -> ReloadResult:
        way = self._interrupted()
        if way is None:
            return self._ends(Became.REFUSED, f"{what} before anything was changed")
        return self._ended(way)

    def _ended(self, way: _Way) -> ReloadResult:
        if way is _Way.BACK:
            try:
                return self._back()
            except Exception as error:  # noqa: BLE001 - the user must get the commands in every case
                lost = self._lost("the way back failed")
                return replace(lost, reasons=(*lost.reasons, _unexpected(error)))
        if way is _Way.UNKNOWN:
            return self._lost("it is not known how the reload ended, so the files were not rolled back")
        if way is _Way.NOT_KEPT:
            return self._lost("the new tree is loaded and verified, but could not be kept as the last good copy")
        detail = f"{self._ready.new.rule_count} rules loaded as in the files, and evaluated since"
        failing, begun = self._failing()
        if failing:
            detail += f"; {counted(len(failing), 'rule')} failed before the reload, and {_STILL[len(failing) == 1]}"
        if begun:
            detail += f"; {counted(len(begun), 'rule')} began to fail right after the proof"
        return replace(self._ends(Became.RELOADED, detail), failing=(*failing, *begun))

    def _failing(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """List the rules that failed before and still fail, and those that began to fail since they were verified.

        Rules that failed before are no reason for a rollback. The result lists both kinds.

        """
        before = self._ready.before
        try:
            now = self._ready.place.server.state()
        except SourceError:
            now = before
        return failing_rules(before, now)

    def _interrupted(self) -> _Way | None:
        """Return how to continue after an interrupt. A proved tree stays. A changed tree is rolled back."""
        taken = {report.step: report.outcome for report in self._course.steps}
        if taken.get(ReloadStep.KEEP) is Outcome.PASS:
            return _Way.DONE
        touched = pending(self._ready.place.state) is not None or ReloadStep.SWITCH in taken
        return _Way.BACK if touched else None

    def _switch(self) -> ReloadResult | None:
        """Put the new tree on disk. Return a result only if the switch was refused and nothing was changed."""
        failure: list[ActionFailed] = []

        def act() -> Done:
            self._course.touched = True
            try:
                return self._switched()
            except ActionFailed as error:
                failure.append(error)
                raise

        self._course.take(ReloadStep.SWITCH, act)
        if not failure:
            return None
        if isinstance(failure[0], (Refused, Unfit)):
            return self._ends(Became.REFUSED, f"nothing was changed: {failure[0].what}")
        if isinstance(failure[0], Undone):
            self._undone = True
            return None
        if pending(self._ready.place.state) is None:
            return self._ends(Became.REFUSED, f"nothing was changed: {failure[0].what}")
        return self._lost("the files could be brought neither to the new tree nor back")

    def _switched(self) -> Done:
        ready = self._ready
        try:
            plan = self._plan()
        except NoWayBack as error:
            if not ready.without_rollback:
                raise
            return Done(Outcome.UNKNOWN, f"{_NO_WAY_BACK}: {error.why}")
        if plan is None:
            return passed(_FIRST) if ready.found.has_new else Done(Outcome.UNKNOWN, _NO_WAY_BACK)
        switch(ready.place.state, plan)
        leads = "; ".join(f"{link.path} leads to {link.after}" for link in plan.links)
        if plan.in_place:
            differ = f"{counted(len(plan.changes), 'file')} and {counted(len(plan.links), 'symbolic link')} differ"
            return passed(f"{differ} from the last good copy, which a rollback can use{leads and f': {leads}'}")
        if leads:
            return passed(leads)
        return passed(f"{counted(len(plan.changes), 'file')} put or removed in {ready.live.root}")

    def _plan(self) -> Plan | None:
        place, found, live = self._ready.place, self._ready.found, self._ready.live
        if place.staged is not None:
            return plan_switch(live, place.staged)
        return plan_in_place(place.state, live, found.good) if found.good is not None else None

    def _forth(self) -> _Way:
        ready, found = self._ready, self._ready.found
        asked = self._ask(FORTH)
        if asked.settled.outcome is Settlement.UNKNOWN:
            return _Way.UNKNOWN
        if asked.settled.outcome is not Settlement.LOADED:
            return _Way.BACK
        wanted = wanted_of(ready.new, ready.before, found.old if found.has_old else None)
        before = baseline(found, ready.before)

        def act() -> Done:
            done = verify_step(ready.place, before, wanted, asked)
            other = other_file(ready) if done.outcome is Outcome.PASS else ()
            return judged(other, "") if other else done

        report = self._course.take(ReloadStep.VERIFY, act)
        if report.outcome is not Outcome.PASS:
            return _Way.BACK
        kept = self._course.take(ReloadStep.KEEP, lambda: keep_step(ready, asked.load))
        return _Way.NOT_KEPT if kept.outcome is Outcome.FAIL else _Way.DONE

    def _ask(self, names: StepNames) -> Asked:
        asked = ask(self._course, self._ready.place, self._ready.before, names)
        self._retries += asked.retries
        return asked

    def _back(self) -> ReloadResult:
        """Restore the old files, trigger a reload even if the server may still have the old tree, and verify."""
        ready, found = self._ready, self._ready.found
        if not self._undone:
            if pending(ready.place.state) is None:
                return self._lost(self._without_way_back())
            if self._course.take(ReloadStep.RESTORE, lambda: restore_step(ready)).outcome is Outcome.FAIL:
                return self._lost("the old files could not be put back")
        assert found.old is not None  # noqa: S101 - a tree that was switched has an old tree
        asked = self._ask(BACK)
        wanted = wanted_of(found.old, ready.before, found.old if found.has_old else None)
        report = self._course.take(ReloadStep.VERIFY_OLD, lambda: verify_step(ready.place, ready.before, wanted, asked))
        if report.outcome is not Outcome.PASS:
            return self._lost("the old files are back, but the server is not proved to have loaded them")
        kept = self._course.take(ReloadStep.KEEP_OLD, lambda: settle_old(ready, asked.load))
        if kept.outcome is Outcome.FAIL:
            return self._lost("the old tree is loaded and verified, but could not be kept as the last good copy")
        return self._ends(Became.ROLLED_BACK, "the old files are back, loaded and verified")

    def _without_way_back(self) -> str:
        """Return a sentence that says what the server did with the files, and why no rollback is possible."""
        first = "no tree was proved before this first reload"
        why = "it was reloaded without rollback" if self._ready.without_rollback else first
        nothing = f"there is no way back: {why}"
        verified = [report.detail for report in self._course.steps if report.step is ReloadStep.VERIFY]
        return f"{nothing}; the server has loaded the files, but {verified[-1]}" if verified else nothing

    def _ends(self, became: Became, detail: str) -> ReloadResult:
        return self._course.ends(became, detail, preview=self._ready.preview, retries=self._retries)

    def _lost(self, detail: str) -> ReloadResult:
        commands = by_hand(self._ready.place)
        return self._course.ends(
            Became.FAILED, detail, commands=commands, preview=self._ready.preview, retries=self._retries
        )


def _unexpected(error: Exception) -> str:
    """Return a sentence for an unexpected error, with the place in the code."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].name} in {PurePath(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"unexpected {type(error).__name__}: {error}{where}"
