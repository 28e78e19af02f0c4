"""Lists and shows the records of a journal."""

from __future__ import annotations

from pathlib import Path

from gonogo.errors import UsageError
from gonogo.journal.records import record, records, records_of_run
from gonogo.model.record import Record


def list_records(journal: Path, *, kind: str | None, limit: int, folded: bool) -> tuple[Record, ...]:
    """Return the newest records, newest first. A journal that does not exist yet has no records.

    Args:
        journal: the file of the journal.
        kind: the kind of the records; ``None``: every kind.
        limit: the greatest number of records.
        folded: True: of a run with many records, return only the newest record.
    """
    return records(journal, limit, kind, folded=folded)


def show_record(journal: Path, number: int) -> Record:
    """Return the record with a number.

    Raises:
        UsageError: there is no record with that number.
    """
    found = record(journal, number)
    if found is None:
        next_step = "gonogo journal list shows the numbers of all records"
        raise UsageError(f"there is no record {number}", where=str(journal), next_step=next_step)
    return found


def steps_of(journal: Path, whole: Record) -> tuple[Record, ...]:
    """Return the records of the same run that a folded list leaves out, the oldest first."""
    *steps, newest = records_of_run(journal, whole)
    return tuple(steps) if newest.id == whole.id else ()
