"""Records that the journal returns, and records that count as a pass."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonogo.errors import SourceError, UsageError
from gonogo.journal.records import append, newest, record, records, steps_of
from gonogo.model.evidence import RunState
from gonogo.model.record import Record
from gonogo.model.replacing import replace

NOW = 1_800_000_000.0


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """The path of a journal that does not exist yet."""
    return tmp_path / "journal.sqlite"


def _run(outcome: str, at: float, *, key: str = "k", kind: str = "obs-lint", detail: str = "") -> Record:
    return Record(kind, key, outcome, at, {"detail": detail})


def test_a_run_that_never_ran_has_an_empty_state(journal: Path) -> None:
    """The state is the same for a missing journal, and for a journal with records of other runs only."""
    assert newest(journal, "obs-lint", "k") == RunState()
    append(journal, _run("PASS", NOW, kind="promql-unit"))
    append(journal, _run("PASS", NOW, key="other"))
    assert newest(journal, "obs-lint", "k") == RunState()


def test_a_failure_of_any_date_counts(journal: Path) -> None:
    """The clock was wrong when the run failed, and was set right since. The pass before it is not the newest run."""
    append(journal, _run("PASS", NOW))
    append(journal, _run("FAIL", NOW + 86_400, detail="two rules fail"))
    assert newest(journal, "obs-lint", "k") == RunState(NOW, last_passed=False, last_detail="two rules fail")


@pytest.mark.parametrize("outcome", ["pass", "PASSED", "GO", "PASS ", "1", "true"])
def test_an_unknown_outcome_does_not_count(journal: Path, outcome: str) -> None:
    """Only the outcome PASS is a pass."""
    append(journal, _run(outcome, NOW))
    assert newest(journal, "obs-lint", "k") == RunState()


@pytest.mark.parametrize("outcome", ["FAIL", "UNKNOWN"])
def test_a_later_run_without_a_pass_is_reported_beside_the_pass(journal: Path, outcome: str) -> None:
    """The state has the time of the newest pass and the sentence of the newest run."""
    append(journal, _run("PASS", NOW - 100, detail="fine"))
    append(journal, _run(outcome, NOW - 50, detail="two rules fail"))
    assert newest(journal, "obs-lint", "k") == RunState(NOW - 100, last_passed=False, last_detail="two rules fail")


def test_the_newest_pass_is_the_last_written(journal: Path) -> None:
    """The order is the order of writing. A clock set back does not bring an older run forward."""
    append(journal, _run("PASS", NOW - 10))
    append(journal, _run("PASS", NOW - 3000))
    assert newest(journal, "obs-lint", "k").passed_at == NOW - 3000


def test_records_come_newest_first_within_the_limit(journal: Path) -> None:
    """The limit and the kind select the records. The newest record comes first."""
    for number in range(5):
        append(journal, _run("PASS", NOW + number, kind="obs-lint" if number % 2 else "promql-unit"))
    assert [entry.id for entry in records(journal, limit=3)] == [5, 4, 3]
    assert [entry.id for entry in records(journal, kind="obs-lint")] == [4, 2]


def _step(run: str, sentence: str) -> Record:
    return Record("reload", "k", "PASS", NOW, {"detail": sentence, "run": run})


def test_a_folded_run_is_its_newest_record(journal: Path) -> None:
    """Two runs overlap, one of them has no end, and records of other kinds lie between.

    The limit counts folded records.
    """
    steps = ("a", "1"), ("b", "1"), ("a", "2"), ("b", "2"), ("a", "end")
    append(journal, _run("PASS", NOW))
    for run, sentence in steps:
        append(journal, _step(run, sentence))
    append(journal, _run("PASS", NOW))
    assert [entry.id for entry in records(journal, folded=True)] == [7, 6, 5, 1]
    assert [entry.id for entry in records(journal, limit=2, folded=True)] == [7, 6]
    assert [entry.id for entry in records(journal, kind="reload", folded=True)] == [6, 5]
    assert len(records(journal)) == 7


def test_the_steps_of_a_run_are_all_its_earlier_records(journal: Path) -> None:
    """The oldest step comes first. A step itself and a record without a run have no steps."""
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


def test_an_invalid_row_is_an_error(journal: Path) -> None:
    """A row that another program wrote and that makes no sense is an error, not a guess."""
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


@settings(suppress_health_check=[*settings().suppress_health_check, HealthCheck.function_scoped_fixture])
@given(written=RECORD)
def test_a_written_record_is_read_back_unchanged(journal: Path, written: Record) -> None:
    """Every record is read back unchanged, under the number that the journal gave it."""
    number = append(journal, written)
    assert record(journal, number) == replace(written, id=number)
