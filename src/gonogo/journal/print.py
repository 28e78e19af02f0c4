"""Writes records of the journal as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from gonogo.formats.document import encodable
from gonogo.model.plain import plain
from gonogo.model.record import Record

SCHEMA = "gonogo/journal/v1"
_KEY_SHOWN = 12


def list_text(records: Sequence[Record], *, folded: bool = False, width: int | None = None) -> str:
    """Return one line for each record, in columns, or a line that there are no records.

    Args:
        records: the records.
        folded: True: each record of a run stands for the whole run, and its line begins with the outcome of the run.
        width: the columns of the terminal. If a line is wider, every detail has a line of its own.
    """
    if not records:
        return "no records"
    rows = [("ID", "AT", "OUTCOME", "KIND", "KEY", "DETAIL"), *(_row(record, folded=folded) for record in records)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    lines = ["  ".join([*map(str.ljust, row, widths), row[-1]]).rstrip() for row in rows]
    if width is not None and max(map(len, lines)) > width:
        lines = [f"{'  '.join(map(str.ljust, row, widths)).rstrip()}\n    {row[-1]}".rstrip() for row in rows]
    return plain("\n".join(lines))


def record_text(record: Record, steps: Sequence[Record] = (), width: int | None = None) -> str:
    """Return every field of a record, one a line, and then the records of its steps, one a line."""
    fields = {
        "record": str(record.id),
        "at": _time(record.at),
        "kind": record.kind,
        "outcome": record.outcome,
        "key": record.key,
        "gonogo": record.version,
        **{f"tool {name}": version for name, version in sorted(record.tools.items())},
        **{name: _one_line(value) for name, value in sorted(record.detail.items())},
    }
    names = max(map(len, fields))
    shown = plain("\n".join(f"{name.ljust(names)}  {value}".rstrip() for name, value in fields.items()))
    return f"{shown}\n\n{list_text(steps, width=width)}" if steps else shown


def list_json(records: Sequence[Record]) -> str:
    """Return the records as one JSON document, newest first."""
    return _document({"schema": SCHEMA, "records": [_fields(record) for record in records]})


def record_json(record: Record) -> str:
    """Return one record as a JSON document."""
    return _document({"schema": SCHEMA, "record": _fields(record)})


def _document(value: object) -> str:
    """Return a value as JSON. A journal can have numbers of any size, which orjson refuses."""
    return json.dumps(encodable(value), indent=2)


def _row(record: Record, *, folded: bool) -> tuple[str, ...]:
    sentence = _one_line(record.sentence) if record.sentence else ""
    if folded and record.run:
        sentence = f"{_one_line(record.detail.get('outcome', 'not ended'))}: {sentence}"
    return (str(record.id), _time(record.at), record.outcome, record.kind, record.key[:_KEY_SHOWN], sentence)


def _fields(record: Record) -> dict[str, object]:
    return {
        "id": record.id,
        "at": _time(record.at),
        "kind": record.kind,
        "outcome": record.outcome,
        "key": record.key,
        "gonogo": record.version,
        "tools": dict(record.tools),
        "detail": dict(record.detail),
    }


def _one_line(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join(text.split())


def _time(at: float) -> str:
    """Return unix seconds as UTC to the second; a time outside the calendar as its number."""
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return f"{at:g}"
