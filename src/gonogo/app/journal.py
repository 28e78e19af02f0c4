"""Listing and showing what the policy's journal holds."""

from __future__ import annotations

from pathlib import Path

from gonogo.errors import UsageError
from gonogo.journal.records import record, records
from gonogo.model.record import Record


def list_records(journal: Path, *, kind: str | None, limit: int) -> tuple[Record, ...]:
    """Give the newest records, newest first; a journal that is not there yet has none."""
    return records(journal, limit, kind)


def show_record(journal: Path, number: int) -> Record:
    """Give one record.

    Raises:
        UsageError: there is no record of that number.
    """
    found = record(journal, number)
    if found is None:
        next_step = "gonogo journal list shows the numbers there are"
        raise UsageError(f"there is no record {number}", where=str(journal), next_step=next_step)
    return found
