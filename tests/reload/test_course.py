"""The course of a reload: the listener, the records, and the effect of a journal that cannot be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.errors import ActionFailed, MissingTool
from gonogo.journal.records import records
from gonogo.model.outcome import Outcome
from gonogo.model.progress import Listener, Progress, ignored
from gonogo.reload.course import KEPT_REASONS, Course, Done, judged, left_out, passed
from gonogo.reload.result import Became, ReloadStep


def course(folder: Path, heard: Listener = ignored) -> Course:
    """Begin a course with a journal in a folder."""
    return Course(folder / "journal.sqlite", "key", "http://h", heard)


def test_a_step_is_reported_and_recorded_before_and_after(tmp_path: Path) -> None:
    """The record has the result, the name of the step and the server."""
    heard: list[Progress] = []
    taken = course(tmp_path, heard.append).take(ReloadStep.LINT, lambda: passed("fine", rules=3))
    assert (taken.outcome, taken.detail) == (Outcome.PASS, "fine")
    assert [report.text.partition(" (")[0] for report in heard] == ["lint", "PASS    lint: fine"]
    after, before = records(tmp_path / "journal.sqlite")
    assert (before.outcome, before.detail["detail"]) == ("UNKNOWN", "lint begins")
    assert (after.outcome, after.detail["step"], after.detail["rules"]) == ("PASS", "lint", 3)
    assert after.detail["url"] == "http://h"


def test_the_records_of_one_reload_have_one_run_id(tmp_path: Path) -> None:
    """Another reload of the same server has another id."""
    for _ in range(2):
        steps = course(tmp_path)
        steps.take(ReloadStep.LINT, lambda: passed("fine"))
        steps.closed(steps.ends(Became.UNCHANGED, "done"))
    first, second = records(tmp_path / "journal.sqlite", folded=True)
    assert first.detail["outcome"] == second.detail["outcome"] == "unchanged"
    assert first.run != second.run


def test_an_error_in_a_step_is_a_reason(tmp_path: Path) -> None:
    """The step has the error as a reason. A bug is raised."""

    def missing() -> Done[None]:
        raise MissingTool("promtool is not installed", next_step="install it")

    def bug() -> Done[None]:
        raise ZeroDivisionError

    steps = course(tmp_path)
    report = steps.take(ReloadStep.LINT, missing)
    assert report.detail == "promtool is not installed"
    assert report.reasons == ("promtool is not installed\n  next: install it",)
    with pytest.raises(ZeroDivisionError):
        steps.take(ReloadStep.UNIT, bug)


def test_the_text_of_a_step_counts_its_reasons() -> None:
    """The first reason is shown, with the number of the others."""
    assert judged(("a\nb", "c", "d"), "fine").detail == "a (and 2 more)"
    assert judged(("a",), "fine") == Done(Outcome.FAIL, "a", ("a",))
    assert judged((), "fine").outcome is Outcome.PASS
    assert left_out("no").outcome is Outcome.UNKNOWN


def test_the_result_has_every_step_and_every_reason(tmp_path: Path) -> None:
    """The record in the journal has a limited number of reasons, and counts the others."""
    steps = course(tmp_path)
    steps.take(ReloadStep.LINT, lambda: judged(tuple(map(str, range(KEPT_REASONS + 5))), ""))
    steps.retries = 2
    result = steps.ends(Became.REFUSED, "no")
    steps.take(ReloadStep.METRICS, lambda: passed("published"))
    closed = steps.closed(result)
    assert [step.step for step in closed.steps] == [ReloadStep.LINT, ReloadStep.METRICS]
    assert len(closed.reasons) == KEPT_REASONS + 5
    assert closed.retries == 2
    (last,) = records(tmp_path / "journal.sqlite", limit=1)
    assert (last.outcome, last.detail["outcome"]) == ("FAIL", "refused")
    findings = last.detail["findings"]
    assert isinstance(findings, list)
    assert findings[-1] == "and 5 more"


def test_a_repeated_reason_is_listed_once(tmp_path: Path) -> None:
    """The server may give the same reason for several requests."""
    steps = course(tmp_path)
    for _ in range(3):
        steps.take(ReloadStep.TRIGGER, lambda: judged(("nothing listens", "start it"), ""))
    assert steps.ends(Became.FAILED, "no").reasons == ("nothing listens", "start it")


def test_a_broken_journal_stops_a_reload_before_its_first_change(tmp_path: Path) -> None:
    """After the first change it is only reported, because the rollback matters more."""
    (tmp_path / "journal.sqlite").mkdir()
    steps = course(tmp_path)
    with pytest.raises(ActionFailed):
        steps.take(ReloadStep.LOCK, lambda: passed("mine"))
    steps.touched = True
    steps.take(ReloadStep.SWITCH, lambda: passed("switched"))
    closed = steps.closed(steps.ends(Became.RELOADED, "done"))
    assert "this is not a journal" in closed.reasons[0]
