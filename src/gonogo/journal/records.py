"""Adding records to the journal, and reading them back.

A missing journal is an empty one: nothing was ever run. What is read back counts
only as far as it can be trusted: a pass dated in the future, or an outcome nobody
defined, is no pass.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from gonogo.errors import SourceError
from gonogo.journal.database import reading, writing
from gonogo.model.evidence import RunState
from gonogo.model.outcome import Outcome
from gonogo.model.record import Record

CLOCK_TOLERANCE_SECONDS = 5.0
"""How far ahead of the clock a record may be dated and still count."""

_COLUMNS = "id, at, kind, key, outcome, detail, version, tools"
_RUN_OUTCOMES = tuple(Outcome)


def append(path: Path, record: Record) -> int:
    """Add one record and give its id; it is on disk when this returns.

    Raises:
        ActionFailed: the journal cannot be written.
        Busy: somebody held its lock for too long.
    """
    row = (
        record.at,
        record.kind,
        record.key,
        record.outcome,
        json.dumps(dict(record.detail), ensure_ascii=True, allow_nan=False),
        record.version,
        json.dumps(dict(record.tools), ensure_ascii=True),
    )
    insert = "INSERT INTO records (at, kind, key, outcome, detail, version, tools) VALUES (?, ?, ?, ?, ?, ?, ?)"
    with writing(path) as connection:
        added = connection.execute(insert, row).lastrowid
    if added is None:
        raise AssertionError("an INSERT always has a row id")
    return added


def newest(path: Path, kind: str, key: str, *, now: float | None = None) -> RunState:
    """Return what the journal knows of the runs of one kind for exactly these inputs.

    ``now`` is the local clock in unix seconds (``None``: ask it). Records dated more
    than ``CLOCK_TOLERANCE_SECONDS`` ahead of it, and records whose outcome is none of
    PASS, FAIL and UNKNOWN, are passed over.

    Raises:
        SourceError: the journal is there and cannot be read.
    """
    until = (time.time() if now is None else now) + CLOCK_TOLERANCE_SECONDS
    query = (
        f"SELECT {_COLUMNS} FROM records WHERE kind = ? AND key = ? AND at <= ? AND outcome IN (?, ?, ?)"  # noqa: S608 - constants
        " AND (? OR outcome = ?) ORDER BY id DESC LIMIT 1"
    )
    with reading(path) as connection:
        if connection is None:
            return RunState()
        trusted = (kind, key, until, *_RUN_OUTCOMES)
        last = connection.execute(query, (*trusted, True, Outcome.PASS)).fetchone()
        passed = connection.execute(query, (*trusted, False, Outcome.PASS)).fetchone()
    if last is None:
        return RunState()
    newest_run = _record(last, path)
    return RunState(
        passed_at=_record(passed, path).at if passed else None,
        last_passed=newest_run.outcome == Outcome.PASS,
        last_detail=newest_run.sentence,
    )


def records(path: Path, limit: int = 20, kind: str | None = None, *, folded: bool = False) -> tuple[Record, ...]:
    """Return the newest records, newest first; those of one kind where it is named.

    Args:
        path: the journal.
        limit: at most so many.
        kind: of which kind; ``None``: of any.
        folded: whether a run that left many records has only its newest one here.

    Raises:
        SourceError: the journal is there and cannot be read.
    """
    query = f"SELECT {_COLUMNS} FROM records WHERE ? IS NULL OR kind = ? ORDER BY id DESC"  # noqa: S608 - constants
    with reading(path) as connection:
        rows = connection.execute(query, (kind, kind)) if connection else ()
        each = (_record(row, path) for row in rows)
        return tuple(islice(_folded(each) if folded else each, limit))


def records_of_run(path: Path, one: Record) -> tuple[Record, ...]:
    """Return all records of the run that a record is of, the oldest first; a run of one record has just that.

    Raises:
        SourceError: the journal is there and cannot be read.
    """
    if not one.run:
        return (one,)
    query = f"SELECT {_COLUMNS} FROM records WHERE kind = ? AND key = ? ORDER BY id"  # noqa: S608 - constants
    with reading(path) as connection:
        rows = connection.execute(query, (one.kind, one.key)) if connection else ()
        return tuple(found for row in rows if (found := _record(row, path)).run == one.run)


def record(path: Path, id: int) -> Record | None:  # noqa: A002 - the column's name
    """Return one record by its id; ``None`` where there is none.

    Raises:
        SourceError: the journal is there and cannot be read.
    """
    with reading(path) as connection:
        query = f"SELECT {_COLUMNS} FROM records WHERE id = ?"  # noqa: S608 - constants
        row = connection.execute(query, (id,)).fetchone() if connection else None
    return _record(row, path) if row else None


def _folded(each: Iterable[Record]) -> Iterator[Record]:
    met: set[str] = set()
    for one in each:
        if one.run not in met:
            yield one
        if one.run:
            met.add(one.run)


def _record(row: tuple[int, float, str, str, str, str, str, str], path: Path) -> Record:
    place, at, kind, key, outcome, detail, version, tools = row
    try:
        return Record(kind, key, outcome, at, json.loads(detail), version, json.loads(tools), place)
    except ValueError as error:
        raise SourceError(f"record {place} cannot be read", where=str(path), why=str(error)) from error
