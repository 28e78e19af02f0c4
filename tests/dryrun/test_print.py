"""A dry run as text."""

from __future__ import annotations

from datetime import timedelta

from gonogo.dryrun.print import (
    LOG_LINES,
    SHOWN_ROWS,
    WatchReports,
    WatchView,
    abort_text,
    certificate_text,
    certificate_value,
    run_text,
    watch_line,
    watch_picture,
)
from gonogo.journal.runs import Run
from gonogo.model.outcome import Doubt, GateOutcome, JudgedCondition, Outcome, Reason
from gonogo.model.verdict import Judgement, SubjectVerdict, Verdict
from gonogo.verdict.core.certify import Certificate, CriterionResult
from gonogo.verdict.core.watch import Abort, WatchStep

STALE = JudgedCondition("x == 1", Outcome.UNKNOWN, (Doubt(Reason.STALE, "duri_x is old"),), "duri_x is old")
GOOD = JudgedCondition("y == 1", Outcome.PASS, detail="duri_y is 1")


def view(*subjects: SubjectVerdict, verdict: Verdict = Verdict.HOLD) -> WatchView:
    """Make the third step of a watch, 30 s into an hour."""
    step = WatchStep(30.2, Judgement(verdict, 1_700_000_000.0, subjects))
    return WatchView(step, 3, timedelta(seconds=30.2), timedelta(hours=1))


def subject(*gates: GateOutcome, **labels: str) -> SubjectVerdict:
    """Make a subject whose verdict is HOLD."""
    return SubjectVerdict(labels, Verdict.HOLD, gates)


def test_a_log_line_names_the_gate_that_does_not_pass() -> None:
    """The line names the subject and the gate. Control characters never reach the terminal."""
    gates = (GateOutcome("heartbeat", Outcome.UNKNOWN, (STALE,)), GateOutcome("uptime", Outcome.PASS, (GOOD,)))
    assert watch_line(view(subject(*gates, service="a\x1b"))) == ("30 s of 1h  HOLD: service=a\\x1b heartbeat UNKNOWN")


def test_a_log_line_of_a_healthy_step_is_short() -> None:
    """The line has only the time and the verdict."""
    assert watch_line(view(subject(GateOutcome("g", Outcome.PASS, (GOOD,))), verdict=Verdict.GO)) == "30 s of 1h  GO"


def test_the_table_shows_the_check_that_decided_the_gate() -> None:
    """The first reason of the check is shown. A gate without checks has no text."""
    gates = (GateOutcome("heartbeat", Outcome.UNKNOWN, (GOOD, STALE)), GateOutcome("empty", Outcome.UNKNOWN, ()))
    shown = view(subject(*gates, GateOutcome("uptime", Outcome.PASS, (GOOD,))))
    assert watch_picture(shown).split("\n") == [
        "HOLD  watched 30 s of 1h, step 3",
        "  UNKNOWN heartbeat  [stale] duri_x is old",
        "  UNKNOWN empty",
        "  PASS    uptime     duri_y is 1",
    ]


def test_a_mixed_gate_falls_back_to_its_first_check() -> None:
    """If no single check has the gate's outcome, the first check is shown."""
    _, row = watch_picture(view(subject(GateOutcome("odd", Outcome.FAIL, (GOOD, STALE))))).split("\n")
    assert row == "  FAIL    odd  duri_y is 1"


def test_a_large_table_shows_the_bad_rows_first_and_counts_the_rest() -> None:
    """The number of rows is limited, because a terminal has few lines."""
    good = [subject(GateOutcome("g", Outcome.PASS, (GOOD,)), service=str(n)) for n in range(SHOWN_ROWS)]
    bad = subject(GateOutcome("g", Outcome.UNKNOWN, (STALE,)), service="bad")
    _, *rows = watch_picture(view(*good, bad)).split("\n")
    assert rows[0] == "  UNKNOWN service=bad g  [stale] duri_x is old"
    assert len(rows) == SHOWN_ROWS + 1
    assert rows[-1].split() == ["and", "1", "more"]


def test_a_certificate_shows_every_number() -> None:
    """The numbers are in the text and in the plain values. An unknown number is named."""
    findings = (
        CriterionResult("mean(v) <= 0.2", Outcome.PASS, 0.125, ""),
        CriterionResult("rises(v, 0.2) <= 0", Outcome.UNKNOWN, None, "the signal has no sample in the run"),
    )
    made = Certificate(Outcome.UNKNOWN, findings, 60.6, 5)
    assert certificate_text(made) == (
        "NOT CERTIFIED: 5 steps in 1m1s\n"
        "  PASS    mean(v) <= 0.2: 0.125\n"
        "  UNKNOWN rises(v, 0.2) <= 0: unknown (the signal has no sample in the run)\n"
    )
    assert certificate_value(made)["findings"] == [
        {"criterion": "mean(v) <= 0.2", "outcome": "PASS", "value": 0.125, "detail": ""},
        {
            "criterion": "rises(v, 0.2) <= 0",
            "outcome": "UNKNOWN",
            "value": None,
            "detail": "the signal has no sample in the run",
        },
    ]
    assert certificate_text(Certificate(Outcome.PASS, (), 60.0, 5)) == "CERTIFIED: 5 steps in 1m\n"


def test_an_abort_is_one_line() -> None:
    """An abort and a step are one line each."""
    assert abort_text(Abort("violated g: x == 0 (duri_x is 0)")) == "ABORTED: violated g: x == 0 (duri_x is 0)\n"
    assert run_text(Run("obs-lint", Outcome.FAIL, "a\x07b", 0.24)) == "FAIL    obs-lint: a\\x07b (0.2 s)"


def test_a_log_has_only_changes_and_signs_of_life() -> None:
    """A day of steps has some twenty lines if the verdict stays the same."""
    reports, lines = WatchReports(), list[str]()
    for at in range(0, 3601, 15):
        outcome = Outcome.UNKNOWN if at == 990 else Outcome.PASS
        verdict = Verdict.HOLD if at == 990 else Verdict.GO
        step = WatchStep(
            at, Judgement(verdict, 1_700_000_000.0, (subject(GateOutcome("heartbeat", outcome, (GOOD,))),))
        )
        report = reports.of(WatchView(step, 1, timedelta(seconds=at), timedelta(hours=1)))
        assert not report.stays
        lines += [report.log] if report.log else []
    assert lines[0] == "0 s of 1h  GO"
    assert "990 s of 1h  HOLD: heartbeat UNKNOWN" in lines
    assert len(lines) <= LOG_LINES + 3
