"""Notes for later reloads: JSON files, whole or absent, for their owner alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gonogo.disk import durable
from gonogo.disk.regular_file import NotReadable, read_regular
from gonogo.reload.trees.server_state import PRIVATE_FILE
from gonogo.reload.trees.switch_trouble import Refused

LARGEST_NOTE = 64 * 1024 * 1024
"""The largest size in bytes. A switch of 10,000 files takes about 10 MB."""


def write_note(path: Path, schema: str, value: Mapping[str, object]) -> None:
    """Write a note. When this function returns, the note survives a power cut.

    Raises:
        OSError: the note cannot be written.
        Refused: the note would be too large to be read again.
    """
    content = json.dumps({"schema": schema, **value}, separators=(",", ":")).encode()
    if len(content) > LARGEST_NOTE:
        raise Refused(
            "the names of these files are too many and too long to be recorded",
            where=str(path),
            why=f"{len(content)} bytes, at most {LARGEST_NOTE} can be read again",
            next_step="nothing was changed; put the rules into fewer files, or into folders with shorter names",
        )
    durable.replace(path, content, PRIVATE_FILE)


def read_note(path: Path, schema: str) -> Mapping[str, Any]:
    """Read a note.

    Raises:
        NotReadable: the note cannot be read, or has another schema.
    """
    try:
        value = json.loads(read_regular(path, LARGEST_NOTE)[0])
    except (ValueError, RecursionError) as error:
        raise NotReadable(str(error)) from error
    found = value.get("schema") if isinstance(value, dict) else None
    if found != schema:
        raise NotReadable(f"its schema is {found}, not {schema}")
    return dict(value)
