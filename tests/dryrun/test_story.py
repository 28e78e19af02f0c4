"""The story of a dry run in the journal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from gonogo.dryrun.print import WatchView
from gonogo.dryrun.story import ABORTED, DryRunStory
from gonogo.journal.print import list_text, record_text
from gonogo.journal.records import records, steps_of
from gonogo.journal.runs import Run
from gonogo.model.outcome import Doubt, GateOutcome, JudgedCondition, Outcome, Reason
from gonogo.model.verdict import Judgement, SubjectVerdict, Verdict
from gonogo.policy.load import PolicyFile
from gonogo.verdict.core.abort import Abort
from gonogo.verdict.core.violations import Because
from gonogo.verdict.core.watch import WatchStep
from tests.heard import Heard
from tests.policy_folder import policy_folder

NOW = 1_700_000_000.0
STALE = JudgedCondition("x == 1", Outcome.UNKNOWN, (Doubt(Reason.STALE, "duri_x is old"),), "duri_x is old")
PASSED = JudgedCondition("x == 1", Outcome.PASS, detail="duri_x is 1")


def views(*verdicts: Verdict) -> Iterator[WatchView]:
    """Make a step every 15 s."""
    for place, verdict in enumerate(verdicts):
        made = PASSED if verdict is Verdict.GO else STALE
        subject = SubjectVerdict({}, verdict, (GateOutcome("up", made.outcome, (made,)),))
        at = 15.0 * place
        step = WatchStep(at, Judgement(verdict, NOW + at, (subject,)))
        yield WatchView(step, place + 1, timedelta(seconds=at), timedelta(hours=1))


def whole_story(policy_file: PolicyFile, heard: Heard) -> None:
    """Write the records of a dry run that was aborted."""
    story = DryRunStory(policy_file, heard)
    story.note("UNKNOWN", "began; the watch will take 3600 s")
    story.ran(Run("obs-lint", Outcome.PASS, "no errors", 0.5))
    for view in views(Verdict.GO, Verdict.GO, Verdict.HOLD, Verdict.HOLD, Verdict.GO, Verdict.HOLD):
        story.turned(view)
    story.aborts(Abort(Because.UNKNOWN, "unknown up: unknown(x) for 5m (…)", NOW, "up", "unknown(x) for 5m"))
    story.ran(Run("on-abort", Outcome.PASS, "sh ran and ended with exit code 0; its output: rolled back", 0.1))
    assert story.ends(ABORTED, "unknown up", {"outcome": "aborted"}) is None


def test_the_journal_has_each_turn_and_each_step(tmp_path: Path) -> None:
    """The records say when the watch turned and why, and what the program of ``on_abort`` did."""
    policy_file = policy_folder(tmp_path)
    whole_story(policy_file, Heard())
    newest, *before = records(policy_file.journal)
    kept = tuple(reversed(before))
    assert [(one.outcome, one.sentence) for one in kept] == [
        ("UNKNOWN", "began; the watch will take 3600 s"),
        ("PASS", "obs-lint: no errors"),
        ("HOLD", "22:13:50Z  30 s of 1h  HOLD: up UNKNOWN [stale] duri_x is old"),
        ("GO", "22:14:20Z  60 s of 1h  GO"),
        ("HOLD", "22:14:35Z  75 s of 1h  HOLD: up UNKNOWN [stale] duri_x is old"),
        ("ABORTED", "unknown up: unknown(x) for 5m (…)"),
        ("PASS", "on-abort: sh ran and ended with exit code 0; its output: rolled back"),
    ]
    assert {one.detail["policy"] for one in (newest, *kept)} == {str(policy_file.path)}
    assert kept[-2].detail["since"] == "2023-11-14T22:13:20.000Z"
    assert steps_of(policy_file.journal, newest) == kept
    assert "HOLD: up UNKNOWN [stale]" in record_text(newest, kept)


def test_a_list_has_one_line_for_a_dry_run(tmp_path: Path) -> None:
    """The line begins with the end of the run. A run that still watches has not ended."""
    policy_file = policy_folder(tmp_path)
    DryRunStory(policy_file, Heard()).note("UNKNOWN", "began")
    whole_story(policy_file, Heard())
    head, aborted, going = list_text(records(policy_file.journal, folded=True), folded=True).splitlines()
    assert head.split()[2] == "OUTCOME"
    assert aborted.split()[2] == "ABORTED"
    assert aborted.endswith("aborted: unknown up")
    assert going.endswith("not ended: began")


def test_a_journal_that_cannot_be_written_is_reported_and_stops_nothing(tmp_path: Path) -> None:
    """The watch goes on."""
    policy_file, heard = policy_folder(tmp_path), Heard()
    story = DryRunStory(policy_file, heard)
    policy_file.journal.write_text("this is no journal", encoding="utf-8")
    story.ran(Run("obs-lint", Outcome.PASS, "no errors", 0.5))
    assert len(heard.said) == 1
    assert heard.said[0].startswith("a step of the dry run is not in the journal: ")
    assert story.ends("GO", "over", {}) is not None
