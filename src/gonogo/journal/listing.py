"""Listing and showing what the policy's journal holds."""

from __future__ import annotations

from pathlib import Path

from gonogo.errors import UsageError
from gonogo.journal.records import record, records, records_of_run
from gonogo.model.record import Record


def list_records(journal: Path, *, kind: str | None, limit: int, folded: bool) -> tuple[Record, ...]:
    """Return the newest records, newest first; a journal that is not there yet has none.

    Args:
        journal: the policy's.
        kind: of which kind; ``None``: of any.
        limit: at most so many.
        folded: whether a run that left many records has only its newest one here.
    """
    return records(journal, limit, kind, folded=folded)


def show_record(journal: Path, number: int) -> Record:
    """Return one record.

    Raises:
        UsageError: there is no record of that number.
    """
    found = record(journal, number)
    if found is None:
        next_step = "gonogo journal list shows the numbers there are"
        raise UsageError(f"there is no record {number}", where=str(journal), next_step=next_step)
    return found


def steps_of(journal: Path, whole: Record) -> tuple[Record, ...]:
    """Return the records that a folded list leaves out for this one, the oldest first."""
    *steps, newest = records_of_run(journal, whole)
    return tuple(steps) if newest.id == whole.id else ()
