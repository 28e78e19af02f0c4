"""What the journal gives back, and what it lets count."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonogo.errors import SourceError, UsageError
from gonogo.journal.records import append, newest, record, records, steps_of
from gonogo.model.evidence import RunState
from gonogo.model.record import Record

NOW = 1_800_000_000.0


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Where a journal will be."""
    return tmp_path / "journal.sqlite"


def _run(outcome: str, at: float, *, key: str = "k", kind: str = "obs-lint", detail: str = "") -> Record:
    return Record(kind, key, outcome, at, {"detail": detail})


def test_never_run_is_nothing(journal: Path) -> None:
    """A journal that is not there, and one without such a run, say the same."""
    assert newest(journal, "obs-lint", "k", now=NOW) == RunState()
    append(journal, _run("PASS", NOW, kind="promql-unit"))
    append(journal, _run("PASS", NOW, key="other"))
    assert newest(journal, "obs-lint", "k", now=NOW) == RunState()


def test_a_pass_from_the_future_counts_for_nothing(journal: Path) -> None:
    """A record dated more than 5 s ahead is passed over; one of exactly 5 s is not."""
    append(journal, _run("PASS", NOW + 5.001))
    assert newest(journal, "obs-lint", "k", now=NOW) == RunState()
    append(journal, _run("PASS", NOW + 5))
    assert newest(journal, "obs-lint", "k", now=NOW).passed_at == NOW + 5


@pytest.mark.parametrize("outcome", ["pass", "PASSED", "GO", "PASS ", "1", "true"])
def test_an_outcome_nobody_defined_counts_for_nothing(journal: Path, outcome: str) -> None:
    """Only PASS is a pass."""
    append(journal, _run(outcome, NOW))
    assert newest(journal, "obs-lint", "k", now=NOW) == RunState()


@pytest.mark.parametrize("outcome", ["FAIL", "UNKNOWN"])
def test_a_later_run_that_did_not_pass_is_said_beside_the_pass(journal: Path, outcome: str) -> None:
    """The newest pass keeps its time, and the newest run keeps its sentence."""
    append(journal, _run("PASS", NOW - 100, detail="fine"))
    append(journal, _run(outcome, NOW - 50, detail="two rules fail"))
    assert newest(journal, "obs-lint", "k", now=NOW) == RunState(
        NOW - 100, last_passed=False, last_detail="two rules fail"
    )


def test_the_newest_pass_is_the_last_written(journal: Path) -> None:
    """The order is that of writing: a clock set back does not bring an older run forward."""
    append(journal, _run("PASS", NOW - 10))
    append(journal, _run("PASS", NOW - 3000))
    assert newest(journal, "obs-lint", "k", now=NOW).passed_at == NOW - 3000


def test_the_clock_is_asked_when_no_time_is_given(journal: Path) -> None:
    """By default a record of the year 2100 lies in the future."""
    append(journal, _run("PASS", 4_102_444_800.0))
    append(journal, _run("PASS", 1.0, key="old"))
    assert newest(journal, "obs-lint", "k").passed_at is None
    assert newest(journal, "obs-lint", "old").passed_at == 1.0


def test_records_come_newest_first_within_the_limit(journal: Path) -> None:
    """The limit and the kind choose, the order is from new to old."""
    for number in range(5):
        append(journal, _run("PASS", NOW + number, kind="obs-lint" if number % 2 else "promql-unit"))
    assert [entry.id for entry in records(journal, limit=3)] == [5, 4, 3]
    assert [entry.id for entry in records(journal, kind="obs-lint")] == [4, 2]


def _step(run: str, sentence: str) -> Record:
    return Record("reload", "k", "PASS", NOW, {"detail": sentence, "run": run})


def test_a_folded_run_is_its_newest_record(journal: Path) -> None:
    """Two that ran at once, one of them not ended, between records of other kinds; the limit counts what is left."""
    steps = ("a", "1"), ("b", "1"), ("a", "2"), ("b", "2"), ("a", "end")
    append(journal, _run("PASS", NOW))
    for run, sentence in steps:
        append(journal, _step(run, sentence))
    append(journal, _run("PASS", NOW))
    assert [entry.id for entry in records(journal, folded=True)] == [7, 6, 5, 1]
    assert [entry.id for entry in records(journal, limit=2, folded=True)] == [7, 6]
    assert [entry.id for entry in records(journal, kind="reload", folded=True)] == [6, 5]
    assert len(records(journal)) == 7


def test_the_steps_of_a_run_are_all_of_it_and_no_other(journal: Path) -> None:
    """The oldest come first. A step has no steps, and neither has a record that belongs to no run."""
    for run in ("a", "b", "a", "a"):
        append(journal, _step(run, ""))
    append(journal, _run("PASS", NOW))
    last = record(journal, 4)
    assert [entry.id for entry in steps_of(journal, last)] == [1, 3]
    assert steps_of(journal, record(journal, 3)) == ()
    assert steps_of(journal, record(journal, 5)) == ()
    assert steps_of(journal.with_name("none"), last) == ()


def test_a_record_that_does_not_exist_is_refused(journal: Path) -> None:
    """Without a journal there is no record. The error names the number."""
    with pytest.raises(UsageError, match="there is no record 1"):
        record(journal, 1)
    append(journal, _run("PASS", NOW))
    with pytest.raises(UsageError, match="there is no record 2"):
        record(journal, 2)


def test_a_row_that_is_no_record_is_said(journal: Path) -> None:
    """A row written around gonogo that makes no sense is an error, not a guess."""
    append(journal, _run("PASS", NOW))
    with closing(sqlite3.connect(journal, isolation_level=None)) as connection:
        connection.execute(
            "INSERT INTO records (at, kind, key, outcome, detail, version, tools) "
            "VALUES (1, '', 'k', 'PASS', '{}', '1', '{}')"
        )
    with pytest.raises(SourceError, match="record 2 cannot be read"):
        record(journal, 2)


TEXT = st.text(max_size=20)
SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
RECORD = st.builds(
    Record,
    kind=TEXT.filter(bool),
    key=TEXT,
    outcome=TEXT.filter(bool),
    at=st.floats(0, 1e10),
    detail=st.dictionaries(TEXT, SCALAR),
    tools=st.dictionaries(TEXT, TEXT),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(written=RECORD)
def test_what_is_written_is_read_back(journal: Path, written: Record) -> None:
    """Every record comes back as it was, under the number it was given."""
    number = append(journal, written)
    assert record(journal, number) == replace(written, id=number)
