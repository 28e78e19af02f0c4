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
from gonogo.verdict.core.abort import Abort, Countdown
from gonogo.verdict.core.certify import Certificate, CriterionResult
from gonogo.verdict.core.violations import Because
from gonogo.verdict.core.watch import WatchStep

STALE = JudgedCondition("x == 1", Outcome.UNKNOWN, (Doubt(Reason.STALE, "duri_x is old"),), "duri_x is old")
GOOD = JudgedCondition("y == 1", Outcome.PASS, detail="duri_y is 1")


def view(
    *subjects: SubjectVerdict, verdict: Verdict = Verdict.HOLD, countdowns: tuple[Countdown, ...] = ()
) -> WatchView:
    """Make the third step of a watch, 30 s into an hour."""
    step = WatchStep(30.2, Judgement(verdict, 1_700_000_000.0, subjects))
    return WatchView(step, 3, timedelta(seconds=30.2), timedelta(hours=1), countdowns)


def subject(*gates: GateOutcome, **labels: str) -> SubjectVerdict:
    """Make a subject whose verdict is HOLD."""
    return SubjectVerdict(labels, Verdict.HOLD, gates)


def test_a_log_line_has_the_time_and_the_cause_of_each_gate_that_does_not_pass() -> None:
    """Gates with the same cause share it. Control characters never reach the terminal."""
    failed = JudgedCondition("y <= 1", Outcome.FAIL, detail="duri_y is 7, which does not meet y <= 1")
    gates = (
        GateOutcome("heartbeat", Outcome.UNKNOWN, (STALE,)),
        GateOutcome("age", Outcome.UNKNOWN, (GOOD, STALE)),
        GateOutcome("uptime", Outcome.PASS, (GOOD,)),
        GateOutcome("load", Outcome.FAIL, (failed,)),
    )
    assert watch_line(view(subject(*gates, service="a\x1b"))) == (
        "22:13:20Z  30 s of 1h  HOLD: service=a\\x1b heartbeat, service=a\\x1b age UNKNOWN [stale] duri_x is old; "
        "service=a\\x1b load FAIL duri_y is 7, which does not meet y <= 1"
    )


def test_a_log_line_of_a_healthy_step_is_short() -> None:
    """The line has only the times and the verdict."""
    shown = view(subject(GateOutcome("g", Outcome.PASS, (GOOD,))), verdict=Verdict.GO)
    assert watch_line(shown) == "22:13:20Z  30 s of 1h  GO"


def test_a_log_line_of_a_fleet_counts_the_gates_beyond_the_first() -> None:
    """The line stays short enough to read."""
    bad = [subject(GateOutcome("g", Outcome.UNKNOWN, (STALE,)), service=str(n)) for n in range(SHOWN_ROWS + 5)]
    assert watch_line(view(*bad)).endswith(
        "service=19 g UNKNOWN [stale] duri_x is old; 5 more gates do not pass either"
    )


COUNTING = (
    Countdown("service=a x is", 80.0, timedelta(minutes=5)),
    Countdown("the verdict is", 80.0, timedelta(minutes=10)),
)


def test_the_log_and_the_table_count_down_to_an_abort() -> None:
    """The log has the nearest abort, the table has several."""
    shown = view(subject(GateOutcome("g", Outcome.UNKNOWN, (STALE,))), countdowns=COUNTING)
    assert watch_line(shown) == (
        "22:13:20Z  30 s of 1h  HOLD: g UNKNOWN [stale] duri_x is old (service=a x is unknown for 80 s, abort at 5m)"
    )
    assert watch_picture(shown).split("\n")[:4] == [
        "HOLD  watched 30 s of 1h, step 3",
        "  service=a x is unknown for 80 s, abort at 5m",
        "  the verdict is unknown for 80 s, abort at 10m",
        "  UNKNOWN g  [stale] duri_x is old",
    ]


def test_a_log_has_ten_lines_of_a_countdown() -> None:
    """A line for each tenth of the time, although nothing changes but the seconds."""
    reports, lines = WatchReports(), 0
    for at in range(0, 601, 5):
        step = WatchStep(
            at, Judgement(Verdict.HOLD, 1_700_000_000.0, (subject(GateOutcome("g", Outcome.UNKNOWN, ())),))
        )
        counting = (Countdown("the verdict is", float(at), timedelta(minutes=10)),)
        lines += bool(reports.of(WatchView(step, 1, timedelta(seconds=at), timedelta(days=1), counting)).log)
    assert lines == 11


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
    abort = Abort(Because.VIOLATED, "violated g: x == 0 (duri_x is 0)", 0.0)
    assert abort_text(abort) == "ABORTED: violated g: x == 0 (duri_x is 0)\n"
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
    assert lines[0] == "22:13:20Z  0 s of 1h  GO"
    assert "22:13:20Z  990 s of 1h  HOLD: heartbeat UNKNOWN duri_y is 1" in lines
    assert len(lines) <= LOG_LINES + 3
