"""Adds records to the journal, and reads them.

A missing journal counts as an empty journal: no run was ever made. A record with an unknown
outcome does not count. The order of records is the order of writing, not that of their dates.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from gonogo.errors import SourceError, UsageError
from gonogo.journal.database import reading, writing
from gonogo.model.evidence import RunState
from gonogo.model.outcome import Outcome
from gonogo.model.record import Record

_COLUMNS = "id, at, kind, key, outcome, detail, version, tools"
_RUN_OUTCOMES = tuple(Outcome)


def append(path: Path, record: Record) -> int:
    """Add a record and return its id. The record is on the disk when the function returns.

    Raises:
        ActionFailed: the journal cannot be written.
        Busy: another process held the lock of the journal for too long.
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


def newest(path: Path, kind: str, key: str) -> RunState:
    """Return the newest runs of one kind on exactly these inputs.

    A record whose outcome is not PASS, FAIL or UNKNOWN is skipped. The dates are judged with the verdict.

    Raises:
        SourceError: the journal exists and cannot be read.
    """
    query = (
        f"SELECT {_COLUMNS} FROM records WHERE kind = ? AND key = ? AND outcome IN (?, ?, ?)"  # noqa: S608 - constants
        " AND (? OR outcome = ?) ORDER BY id DESC LIMIT 1"
    )
    with reading(path) as connection:
        if connection is None:
            return RunState()
        trusted = (kind, key, *_RUN_OUTCOMES)
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
    """Return the newest records, newest first.

    ``kind`` ``None`` means every kind. If ``folded``, of a run with many records only the newest is returned.

    Raises:
        SourceError: the journal exists and cannot be read.
    """
    query = f"SELECT {_COLUMNS} FROM records WHERE ? IS NULL OR kind = ? ORDER BY id DESC"  # noqa: S608 - constants
    with reading(path) as connection:
        rows = connection.execute(query, (kind, kind)) if connection else ()
        each = (_record(row, path) for row in rows)
        return tuple(islice(_folded(each) if folded else each, limit))


def steps_of(path: Path, whole: Record) -> tuple[Record, ...]:
    """Return the records of a run that a folded list leaves out, the oldest first. ``whole`` is its newest record.

    Raises:
        SourceError: the journal exists and cannot be read.
    """
    if not whole.run:
        return ()
    query = f"SELECT {_COLUMNS} FROM records WHERE kind = ? AND key = ? ORDER BY id"  # noqa: S608 - constants
    with reading(path) as connection:
        rows = connection.execute(query, (whole.kind, whole.key)) if connection else ()
        run = tuple(found for row in rows if (found := _record(row, path)).run == whole.run)
    return run[:-1] if run and run[-1].id == whole.id else ()


def record(path: Path, number: int) -> Record:
    """Return the record with a number.

    Raises:
        SourceError: the journal exists and cannot be read.
        UsageError: there is no record with that number.
    """
    with reading(path) as connection:
        query = f"SELECT {_COLUMNS} FROM records WHERE id = ?"  # noqa: S608 - constants
        row = connection.execute(query, (number,)).fetchone() if connection else None
    if row is None:
        next_step = "gonogo journal list shows the numbers of all records"
        raise UsageError(f"there is no record {number}", where=str(path), next_step=next_step)
    return _record(row, path)


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
