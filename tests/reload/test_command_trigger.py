"""A command that asks for a reload. The end of the command does not prove the reload."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from gonogo.reload.trigger import KEPT, Reply, missing_program, reload_by_command
from tests.waiting import ended

SOON = timedelta(seconds=0.5)
LATER = timedelta(seconds=20)


def test_a_missing_program_settles_the_reload() -> None:
    """The program never ran, so no reload was asked for."""
    told = reload_by_command(("no-such-program-at-all",), LATER)
    assert (told.reply, told.settled, told.accepted) == (Reply.NOT_SENT, True, False)


def test_a_program_that_cannot_run_settles_the_reload(tmp_path: Path) -> None:
    """An example is a script without its interpreter."""
    script = tmp_path / "script"
    script.write_text("#!/no/such/interpreter\n", encoding="utf-8")
    script.chmod(0o755)
    told = reload_by_command((str(script),), LATER)
    assert (told.reply, "cannot be run: No such file" in told.detail) == (Reply.NOT_SENT, True)


def test_a_failed_command_does_not_settle_the_reload() -> None:
    """The connection may be lost after the signal was sent. The message has the exit code and the output."""
    told = reload_by_command(("sh", "-c", "echo no such container >&2; exit 3"), LATER)
    assert (told.reply, told.settled, told.accepted) == (Reply.COMMAND_FAILED, False, None)
    assert "exit code 3; it said: no such container" in told.detail


def test_a_successful_command_does_not_settle_the_reload() -> None:
    """A signal was sent, which proves no reload. Only the beginning of long output is kept."""
    told = reload_by_command(("sh", "-c", f"head -c {10 * KEPT} /dev/zero | tr '\\0' x"), LATER)
    assert (told.reply, told.settled) == (Reply.SENT, False)
    assert len(told.detail) < KEPT


def test_a_command_that_does_not_end_is_stopped_with_its_children(tmp_path: Path) -> None:
    """The command is stopped when its time is over."""
    note = tmp_path / "pid"
    told = reload_by_command(("sh", "-c", f"sleep 60 & echo $! > {note}; wait"), SOON)
    assert (told.reply, "had not ended after 0.5 s" in told.detail) == (Reply.UNANSWERED, True)
    assert SOON.total_seconds() <= told.seconds < LATER.total_seconds()
    assert ended(int(note.read_text(encoding="utf-8")), 5)


def test_a_missing_program_is_found_without_a_run() -> None:
    """The program need not be run for that."""
    assert "no-such-program-at-all is not installed" in missing_program(("no-such-program-at-all", "x"))
    assert missing_program(("true",)) == ""
