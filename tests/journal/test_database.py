"""A file that is no journal is refused, and so is each change of a record."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from gonogo.errors import ActionFailed, Busy, GonogoError, SourceError
from gonogo.journal import database
from gonogo.journal.records import append, newest, records
from gonogo.model.record import Record

RECORD = Record("obs-lint", "k", "PASS", 1000.0)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal of one record."""
    path = tmp_path / ".gonogo" / "journal.sqlite"
    append(path, RECORD)
    return path


@pytest.fixture
def raw(journal: Path) -> Iterator[sqlite3.Connection]:
    """A connection that goes around the journal."""
    with closing(sqlite3.connect(journal, isolation_level=None)) as connection:
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records SET outcome = 'FAIL'",
        "DELETE FROM records",
        "INSERT OR REPLACE INTO records SELECT id, at, kind, key, 'FAIL', detail, version, tools FROM records",
        "INSERT INTO records SELECT * FROM records WHERE true ON CONFLICT (id) DO UPDATE SET outcome = 'FAIL'",
    ],
)
def test_nothing_written_can_be_changed(journal: Path, raw: sqlite3.Connection, statement: str) -> None:
    """No statement changes or removes a record."""
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute(statement)
    assert [record.outcome for record in records(journal)] == ["PASS"]


@pytest.mark.parametrize("detail", ["no json", "[1]", "null"])
def test_a_detail_that_is_no_object_is_refused(raw: sqlite3.Connection, detail: str) -> None:
    """The table itself refuses a detail that could not be read back."""
    insert = (
        "INSERT INTO records (at, kind, key, outcome, detail, version, tools) "
        "VALUES (1, 'a', 'b', 'PASS', ?, '1', '{}')"
    )
    with pytest.raises(sqlite3.Error):
        raw.execute(insert, (detail,))


def test_the_journal_uses_write_ahead_logging_and_full_sync(journal: Path) -> None:
    """A reader never waits for a writer, and an acknowledged record is on disk."""
    with database.writing(journal) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_the_folder_of_the_journal_is_private(journal: Path) -> None:
    """Only the owner can enter a folder that the journal made. The folder has no temporary files left."""
    assert journal.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in journal.parent.iterdir() if path.name.startswith(".")] == []


def test_reading_a_missing_journal_makes_no_file(tmp_path: Path) -> None:
    """A missing journal has no records, and reading it creates neither a file nor a folder."""
    path = tmp_path / ".gonogo" / "journal.sqlite"
    assert records(path) == ()
    assert newest(path, "obs-lint", "k").last_passed is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_a_folder_should_be_holds_no_journal(tmp_path: Path) -> None:
    """Below a plain file there is no journal to read and none to make."""
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "journal.sqlite"
    assert records(path) == ()
    with pytest.raises(ActionFailed, match="cannot be written"):
        append(path, RECORD)


def _folder(path: Path) -> None:
    path.mkdir()


def _text(path: Path) -> None:
    path.write_text("version: 1\n" * 100)


def _empty(path: Path) -> None:
    path.touch()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _stranger(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE cookies (name TEXT)")


def _newer(path: Path) -> None:
    append(path, RECORD)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {database.SCHEMA_VERSION + 1}")


def _torn(path: Path) -> None:
    for _ in range(200):
        append(path, RECORD)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\x5a" * (len(whole) - 4096))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_folder, "not a regular file"),
        (_text, "file is not a database"),
        (_empty, "another program, or empty"),
        (_pipe, "not a regular file"),
        (_loop, "symbolic links"),
        (_stranger, "another program"),
        (_newer, "another version of gonogo"),
        (_torn, "malformed"),
    ],
)
@pytest.mark.parametrize(
    ("use", "failure"),
    [
        (lambda path: append(path, RECORD), ActionFailed),
        (records, SourceError),
        (lambda path: newest(path, "obs-lint", "k"), SourceError),
    ],
    ids=["append", "records", "newest"],
)
def test_a_file_that_is_no_journal_is_an_error_with_its_cause(
    tmp_path: Path,
    make: Callable[[Path], None],
    said: str,
    use: Callable[[Path], object],
    failure: type[GonogoError],
) -> None:
    """The error names the file, the cause and the next step."""
    path = tmp_path / "journal.sqlite"
    make(path)
    with pytest.raises(failure) as caught:
        use(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert caught.value.next_step


def test_the_database_of_another_program_is_not_changed(tmp_path: Path) -> None:
    """A database without the journal's table is not turned into a journal."""
    path = tmp_path / "journal.sqlite"
    _stranger(path)
    before = path.read_bytes()
    with pytest.raises(ActionFailed):
        append(path, RECORD)
    assert path.read_bytes() == before


def test_a_writer_waits_for_a_locked_journal_and_then_reports_the_lock(journal: Path, raw: sqlite3.Connection) -> None:
    """A writer waits for a limited time, then the error names the lock. A reader does not wait."""
    raw.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with (
        pytest.raises(Busy, match=r"is locked\n.*another process has held its lock for 0.05 s"),
        database.writing(journal, patience=0.05) as connection,
    ):
        connection.execute("BEGIN IMMEDIATE")
    assert 0.05 <= time.monotonic() - began < database.PATIENCE_SECONDS
    assert len(records(journal)) == 1


def test_a_full_disk_is_an_error_and_keeps_the_records(journal: Path) -> None:
    """The error of a journal that cannot grow names the next step. The records stay."""
    with pytest.raises(ActionFailed, match="make room"):
        _fill(journal)
    assert len(records(journal)) == 1


def _fill(journal: Path) -> None:
    with database.writing(journal) as connection:
        connection.execute("PRAGMA max_page_count = 1")
        connection.execute(
            "INSERT INTO records (at, kind, key, outcome, detail, version, tools) "
            "VALUES (1, 'a', 'b', 'PASS', json_object('detail', ?), '1', '{}')",
            ("x" * 100_000,),
        )


def test_a_folder_without_write_permission_is_an_error_with_its_cause(tmp_path: Path) -> None:
    """The error of a folder without the right to write says to check the permissions."""
    (tmp_path / "locked").mkdir(mode=0o500)
    with ProcessPoolExecutor(1) as pool:
        said = pool.submit(_append_without_rights, tmp_path / "locked" / "journal.sqlite").result()
    assert "Permission denied" in said
    assert "check the permissions" in said


def _append_without_rights(path: Path) -> str:
    if os.geteuid() == 0:
        os.setuid(65534)
    with pytest.raises(ActionFailed) as caught:
        append(path, RECORD)
    return str(caught.value)


def test_many_first_writers_make_one_journal_with_every_record(tmp_path: Path) -> None:
    """Several processes find no journal at the same time. They end with one journal that has every record."""
    path = tmp_path / ".gonogo" / "journal.sqlite"
    with ProcessPoolExecutor(8) as pool:
        places = list(pool.map(append, [path] * 64, [RECORD] * 64))
    assert sorted(places) == list(range(1, 65))
    assert len(records(path, limit=100)) == 64
    assert [left.name for left in path.parent.iterdir() if left.name.startswith(".")] == []
