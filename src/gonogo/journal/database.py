"""The file of the journal: a SQLite database to which records are only added.

A new journal is made under another name and then linked into place, so that no process
ever sees half a journal, even if many processes make one at once. The journal is in
write-ahead mode with ``synchronous=FULL``: a record that was acknowledged survives a
power cut. Triggers refuse every change and every removal of a record.
"""

from __future__ import annotations

import errno
import os
import secrets
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from gonogo.errors import ActionFailed, Busy, GonogoError, NoRoom, SourceError, cause_of

APPLICATION_ID = 0x676F6E6F
"""``gono``: marks the database as a journal of gonogo."""

SCHEMA_VERSION = 1
"""The version of the table. Every change that an older gonogo could misread raises it."""

PATIENCE_SECONDS = 10.0
"""The longest wait for a lock, in seconds."""

_SCHEMA = """
PRAGMA journal_mode = WAL;
BEGIN;
CREATE TABLE records (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      REAL NOT NULL,
    kind    TEXT NOT NULL,
    key     TEXT NOT NULL,
    outcome TEXT NOT NULL,
    detail  TEXT NOT NULL CHECK (json_type(detail) = 'object'),
    version TEXT NOT NULL,
    tools   TEXT NOT NULL CHECK (json_type(tools) = 'object')
) STRICT;
CREATE INDEX records_by_key ON records (kind, key, id);
CREATE TRIGGER records_keep_values BEFORE UPDATE ON records
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER records_keep_rows BEFORE DELETE ON records
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER records_keep_places BEFORE INSERT ON records
    WHEN NEW.id IN (SELECT id FROM records)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
COMMIT;
"""  # the third trigger refuses INSERT OR REPLACE, which fires no trigger for the row that it removes


@contextmanager
def writing(path: Path, patience: float = PATIENCE_SECONDS) -> Iterator[sqlite3.Connection]:
    """Open a journal to add records. A missing journal is made, with its folder (mode 0700).

    Raises:
        ActionFailed: the file cannot be written, or is not a journal that this gonogo can write.
        Busy: another process held the lock for longer than ``patience`` seconds.
    """
    with _explained(path, ActionFailed, "the journal cannot be written", locked=Busy, patience=patience):
        if not path.exists():
            _create(path)
        with _opened(path, "rw", ActionFailed, patience) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            yield connection


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection | None]:
    """Open a journal for reading; ``None`` if there is no journal.

    Raises:
        SourceError: the file cannot be read, is not a journal that this gonogo can read, or
            was locked for longer than ``PATIENCE_SECONDS``.
    """
    with _explained(path, SourceError, "the journal cannot be read", locked=SourceError):
        if _missing(path):
            yield None
            return
        with _opened(path, "ro", SourceError) as connection:
            yield connection


def _missing(path: Path) -> bool:
    """Return whether there is no journal. A journal that cannot be looked at raises an OSError."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    return False


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with closing(_connect(fresh, "rwc")) as connection:
            connection.executescript(_SCHEMA)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        with suppress(FileExistsError):  # another process was first, and its file is the journal
            os.link(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _opened(
    path: Path, mode: str, failure: type[GonogoError], patience: float = PATIENCE_SECONDS
) -> Iterator[sqlite3.Connection]:
    if not stat.S_ISREG(path.stat().st_mode):
        raise failure("this is not a journal", where=str(path), why="it is not a regular file", next_step=_ANOTHER_FILE)
    with closing(_connect(path, mode, patience)) as connection:
        _check_schema(connection, path, failure)
        yield connection


def _connect(path: Path, mode: str, patience: float = PATIENCE_SECONDS) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=patience, isolation_level=None)


def _check_schema(connection: sqlite3.Connection, path: Path, failure: type[GonogoError]) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        why = "it is a database of another program, or empty"
        raise failure("this is not a journal", where=str(path), why=why, next_step=_ANOTHER_FILE)
    if version != SCHEMA_VERSION:
        raise failure(
            f"the journal has schema version {version}, this gonogo knows {SCHEMA_VERSION}",
            where=str(path),
            why="another version of gonogo made it",
            next_step="use that version of gonogo, or name another file as 'journal' in the policy",
        )


_ANOTHER_FILE = "name another file as 'journal' in the policy, or move this one away"
_NEXT_STEPS = {
    sqlite3.SQLITE_NOTADB: _ANOTHER_FILE,
    sqlite3.SQLITE_CORRUPT: "move it away and run the checks again: its records do not count",
    sqlite3.SQLITE_IOERR: "look for errors of the disk in the kernel's log",
}
_PERHAPS_FULL = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})
"""Result codes that SQLite also returns if the disk has no room for its log or its index."""

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PROBE = 64 * 1024  # bytes; the index of a log takes 32 KiB
_PRIMARY_CODE = 0xFF  # the low byte of an extended result code (https://www.sqlite.org/rescode.html)


@contextmanager
def _explained(
    path: Path, failure: type[GonogoError], what: str, *, locked: type[GonogoError], patience: float = PATIENCE_SECONDS
) -> Iterator[None]:
    """Raise the errors of SQLite and of the system as errors of gonogo, with a next step."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            why = f"another process has held its lock for {patience:g} s"
            raise locked("the journal is locked", where=str(path), why=why, next_step="try again") from error
        if code == sqlite3.SQLITE_FULL or (code in _PERHAPS_FULL and _is_full(path.parent)):
            raise _no_room(path, str(error)) from error
        step = _NEXT_STEPS.get(code, "check the permissions of the file and its folder")
        raise failure(what, where=str(path), why=str(error), next_step=step) from error
    except OSError as error:
        if error.errno in NO_SPACE:
            raise _no_room(path, cause_of(error)) from error
        step = "check the permissions of the file and its folder"
        raise failure(what, where=str(path), why=cause_of(error), next_step=step) from error


def _is_full(folder: Path) -> bool:
    """Return whether the folder has no room for a small file. SQLite does not say why it could not write."""
    import tempfile  # noqa: PLC0415 - a journal that can be written does not pay for it

    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as probe:
            probe.write(bytes(_PROBE))
            os.fsync(probe.fileno())
    except OSError as error:
        return error.errno in NO_SPACE
    return False


def _no_room(path: Path, why: str) -> NoRoom:
    return NoRoom(
        f"no space left on {path.parent}",
        where=str(path),
        why=f"{why}; what the journal had before is whole, and this run has no record",
        next_step="make room there (a file may also be larger than ulimit -f allows), and run the command again",
    )
