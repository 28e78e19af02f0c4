"""One beat: it is published whole, under a number that was never used before."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gonogo.disk.exposition import values
from gonogo.disk.lock import hold
from gonogo.disk.textfile import Textfile
from gonogo.errors import ActionFailed, Busy
from gonogo.heartbeat.pushgateway import PushGroup
from gonogo.heartbeat.seal import PLAUSIBLE
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.replacing import replace
from gonogo.programs.processes import node_exporter, pushgateway

NOW = 1_700_000_000
NOBODY = 65_534


def writer_in(folder: Path, *, address: str | None = None, now: float = NOW, patience: float = 10) -> HeartbeatWriter:
    """Make a writer whose clock stands still."""
    return HeartbeatWriter(
        prefix="duri",
        labels={"metric_realm": "test"},
        state_dir=folder,
        textfile=Textfile(folder / "duri_textfile_heartbeat.prom"),
        group=PushGroup.at(address, {"job": "duri_heartbeat", "instance": "web-1"}) if address else None,
        nanoseconds=lambda: int(now * 10**9),
        lock_patience=patience,
    )


def on_file(folder: Path) -> int:
    """Give the number in the textfile."""
    text = (folder / "duri_textfile_heartbeat.prom").read_text(encoding="utf-8")
    (number,) = values(text, "duri_textfile_heartbeat_seq", {"via": "textfile", "metric_realm": "test"})
    return int(number)


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Let this process write no file beyond ``size`` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def powerless(tmp_path: Path) -> Iterator[Path]:
    """Give a folder of its own, without the rights of root."""
    if os.geteuid() != 0:
        yield tmp_path
        return
    with tempfile.TemporaryDirectory() as own:
        os.chown(own, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield Path(own)
        finally:
            os.seteuid(0)


def lost(folder: Path, content: bytes | None) -> None:
    """Damage the state."""
    state = folder / ".duri_heartbeat.state"
    state.unlink()
    if content is not None:
        state.write_bytes(content)


@pytest.mark.parametrize(
    "damage", [None, b"", b"\0\xff\0\xfe", b"-3\n", b"NaN\n", b"9" * 5000, b"%d\n" % 2**53, b"7 8\n"]
)
def test_a_lost_state_continues_from_the_published_number(tmp_path: Path, damage: bytes | None) -> None:
    """The state is missing, empty, binary, negative, not a number or huge. The textfile has the last number."""
    first = writer_in(tmp_path).beat()
    lost(tmp_path, damage)
    second = writer_in(tmp_path, now=NOW + 900).beat()
    assert second.sequence == first.sequence + 1 == on_file(tmp_path)
    assert "the last published number is" in second.recovered
    third = writer_in(tmp_path).beat()
    assert (third.sequence, third.recovered) == (second.sequence + 1, "")


@pytest.mark.parametrize("textfile", [None, b"", b"\0\xff", b"duri_textfile_heartbeat_seq NaN\n", b"duri_textfile_hea"])
def test_without_any_number_the_sequence_starts_from_the_time(tmp_path: Path, textfile: bytes | None) -> None:
    """A sequence never starts at 1 again."""
    if textfile is not None:
        (tmp_path / "duri_textfile_heartbeat.prom").write_bytes(textfile)
    beat = writer_in(tmp_path).beat()
    assert beat.sequence == NOW
    assert "no published number was found" in beat.recovered


def test_a_state_from_an_old_backup_does_not_set_the_sequence_back(tmp_path: Path) -> None:
    """The published number counts also if the state can be read."""
    for _ in range(3):
        last = writer_in(tmp_path).beat()
    lost(tmp_path, b"5\n")
    assert writer_in(tmp_path).beat().sequence == last.sequence + 1


def test_a_clock_set_back_changes_only_the_time(tmp_path: Path) -> None:
    """The number grows with any clock."""
    first = writer_in(tmp_path, now=NOW).beat()
    second = writer_in(tmp_path, now=NOW - 86_400.5).beat()
    assert second.sequence == first.sequence + 1
    assert second.milliseconds == (NOW - 86_400) * 1000 - 500


def test_a_state_that_cannot_be_read_is_replaced(powerless: Path) -> None:
    """The folder belongs to the writer, so an unreadable state is treated as lost."""
    first = writer_in(powerless).beat()
    (powerless / ".duri_heartbeat.state").chmod(0)
    second = writer_in(powerless).beat()
    assert second.sequence == first.sequence + 1
    assert "cannot be read (Permission denied)" in second.recovered


def test_an_unreadable_textfile_is_replaced_too(powerless: Path) -> None:
    """Without state and textfile the sequence starts from the unix time, and both files are replaced."""
    writer_in(powerless).beat()
    for path in (".duri_heartbeat.state", "duri_textfile_heartbeat.prom"):
        (powerless / path).chmod(0)
    beat = writer_in(powerless, now=NOW + 60).beat()
    assert beat.sequence == NOW + 60 == on_file(powerless)


def test_a_read_only_folder_is_an_error_and_keeps_the_old_beat(powerless: Path) -> None:
    """The error says where, why and what to do."""
    first = writer_in(powerless).beat()
    powerless.chmod(0o555)
    try:
        with pytest.raises(ActionFailed, match=r"Permission denied[\s\S]*next: let the user") as caught:
            writer_in(powerless).beat()
    finally:
        powerless.chmod(0o755)
    assert caught.value.exit_code == 1
    assert on_file(powerless) == first.sequence


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    """The folder is not made, because node_exporter would not read it."""
    with pytest.raises(ActionFailed, match=r"No such file[\s\S]*next: create the folder"):
        writer_in(tmp_path / "none").beat()


def test_a_folder_in_the_place_of_the_state_prevents_the_beat(tmp_path: Path) -> None:
    """A number that cannot be stored is not published."""
    first = writer_in(tmp_path).beat()
    lost(tmp_path, None)
    (tmp_path / ".duri_heartbeat.state").mkdir()
    with pytest.raises(ActionFailed, match=r"Is a directory[\s\S]*remove the folder"):
        writer_in(tmp_path).beat()
    assert on_file(tmp_path) == first.sequence


def test_a_folder_in_the_place_of_the_textfile_is_an_error(tmp_path: Path) -> None:
    """The number counts as used, and the next number is higher."""
    textfile = tmp_path / "duri_textfile_heartbeat.prom"
    textfile.mkdir()
    with pytest.raises(ActionFailed, match=rf"beat {NOW} was published nowhere[\s\S]*Is a directory"):
        writer_in(tmp_path).beat()
    textfile.rmdir()
    assert writer_in(tmp_path).beat().sequence == NOW + 1


@pytest.mark.parametrize("room", [0, 5, 100])
def test_a_full_disk_is_an_error_and_keeps_the_old_beat(tmp_path: Path, room: int) -> None:
    """The state or the textfile does not fit. The old file stays, and the next number is higher."""
    first = writer_in(tmp_path).beat()
    before = (tmp_path / "duri_textfile_heartbeat.prom").read_bytes()
    with files_up_to(room), pytest.raises(ActionFailed, match=r"File too large[\s\S]*next: raise the limit"):
        writer_in(tmp_path).beat()
    assert (tmp_path / "duri_textfile_heartbeat.prom").read_bytes() == before
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".new"]
    assert writer_in(tmp_path).beat().sequence > first.sequence


def test_a_busy_lock_has_its_own_error(tmp_path: Path) -> None:
    """The exit code is 3, and nothing is published."""
    writer = writer_in(tmp_path, patience=0.05)
    held, end = threading.Event(), threading.Event()

    def keep() -> None:
        with hold(writer.lock, 1):
            held.set()
            end.wait(10)

    keeper = threading.Thread(target=keep)
    keeper.start()
    held.wait(10)
    with pytest.raises(Busy, match="may hold it") as caught:
        writer.beat()
    end.set()
    keeper.join()
    assert caught.value.exit_code == 3
    assert not (tmp_path / "duri_textfile_heartbeat.prom").exists()


def test_only_two_values_of_the_textfile_change(tmp_path: Path) -> None:
    """HELP, TYPE, labels and the final line feed never change. The time has milliseconds."""
    writer_in(tmp_path, now=NOW + 0.0625).beat()
    assert (tmp_path / "duri_textfile_heartbeat.prom").read_text(encoding="utf-8") == (
        "# HELP duri_textfile_heartbeat_seq Number of the last heartbeat; it only grows.\n"
        "# TYPE duri_textfile_heartbeat_seq gauge\n"
        'duri_textfile_heartbeat_seq{metric_realm="test",via="textfile"} 1700000000\n'
        "# HELP duri_textfile_heartbeat_ts Unix time of the last heartbeat, by the writer's clock, in seconds.\n"
        "# TYPE duri_textfile_heartbeat_ts gauge\n"
        'duri_textfile_heartbeat_ts{metric_realm="test",via="textfile"} 1700000000.062\n'
    )


STEPS = ("os.open", "os.write", "os.fsync", "os.close", "os.fchmod", "pathlib.Path.rename")


def dying_at(step: int) -> Callable[[], None]:
    """Count the calls of system functions, and kill this process before the given call."""
    left = [step]

    def count() -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return count


def beat_killed_before(step: int, folder: Path) -> bool:
    """Beat in a child that is killed before the given system call. Return whether the child was killed."""
    child = os.fork()
    if child == 0:
        monkeypatch, count = pytest.MonkeyPatch(), dying_at(step)
        for name in STEPS:
            owner, _, attribute = name.rpartition(".")
            target = Path if owner == "pathlib.Path" else os
            real = getattr(target, attribute)

            def call(*arguments: object, real: Callable[..., object] = real, **keywords: object) -> object:
                count()
                return real(*arguments, **keywords)

            monkeypatch.setattr(target, attribute, call)
        writer_in(folder).beat()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_a_kill_before_any_step_leaves_a_whole_file_and_an_unused_number(tmp_path: Path) -> None:
    """A child is killed before each system call of a beat. The textfile stays readable, and the sequence grows."""
    last = writer_in(tmp_path).beat().sequence
    step = 0
    while beat_killed_before(step, tmp_path):
        published = on_file(tmp_path)
        assert published >= last
        last = writer_in(tmp_path).beat().sequence
        assert last > published
        assert last == on_file(tmp_path)
        step += 1
    assert step > 15


@pytest.mark.live
def test_a_failed_push_is_an_error_that_names_the_written_textfile(tmp_path: Path) -> None:
    """A beat must reach both the textfile and the Pushgateway."""
    with pushgateway(tmp_path / "server") as server:
        writer = writer_in(tmp_path, address=server.url)
        first = writer.beat()
    assert first.published == (
        str(tmp_path / "duri_textfile_heartbeat.prom"),
        f"{server.url}/metrics/job/duri_heartbeat/instance/web-1",
    )
    with pytest.raises(ActionFailed) as caught:
        writer.beat()
    assert caught.value.exit_code == 1
    assert f"beat {NOW + 1} reached {tmp_path / 'duri_textfile_heartbeat.prom'}" in str(caught.value)
    assert "Connection refused" in str(caught.value)
    assert on_file(tmp_path) == NOW + 1


@pytest.mark.live
def test_a_push_only_writer_recovers_from_the_pushgateway(tmp_path: Path) -> None:
    """The group on the Pushgateway has the last number."""
    with pushgateway(tmp_path / "server") as server:
        writer = replace(writer_in(tmp_path, address=server.url), textfile=None)
        writer.beat()
        writer.beat()
        lost(tmp_path, b"garbage")
        assert writer.beat().sequence == NOW + 2


@pytest.mark.live
def test_no_push_replaces_a_number_that_could_not_be_read(tmp_path: Path) -> None:
    """The textfile gets beats meanwhile. The Pushgateway gets the next number after it has answered."""
    with pushgateway(tmp_path / "server") as server:
        writer = writer_in(tmp_path, address=server.url)
        for _ in range(3):
            last = writer.beat()
        lost(tmp_path, None)
        (tmp_path / "duri_textfile_heartbeat.prom").unlink()
        assert writer.group is not None
        hasty = replace(writer, group=replace(writer.group, patience=0.3))
        server.pause()
        for sequence in (NOW, NOW + 1):
            with pytest.raises(ActionFailed, match=rf"beat {sequence} reached [\s\S]*timed out"):
                hasty.beat()
        assert on_file(tmp_path) < last.sequence
        server.resume()
        beat = writer.beat()
        assert writer.group.published(writer.sequence_metric) == (float(beat.sequence),)
    assert beat.sequence == last.sequence + 1
    assert on_file(tmp_path) == beat.sequence


@pytest.mark.live
@pytest.mark.parametrize("digits", [b"5\n", b"%d\n" % (NOW - 600)])
def test_a_damaged_number_does_not_set_the_pushed_sequence_back(tmp_path: Path, digits: bytes) -> None:
    """A readable number that does not match the seal does not count, and the group is read."""
    with pushgateway(tmp_path / "server") as server:
        writer = replace(writer_in(tmp_path, address=server.url), textfile=None)
        for _ in range(3):
            last = writer.beat()
        writer.state.write_bytes(digits)
        assert writer.beat().sequence == last.sequence + 1


@pytest.mark.live
@pytest.mark.parametrize("beats", [1, 2, 3])
def test_a_restored_folder_does_not_set_the_pushed_sequence_back(tmp_path: Path, beats: int) -> None:
    """State, lock and textfile are restored with their times. The group has a higher number."""
    folder = tmp_path / "own"
    folder.mkdir()
    with pushgateway(tmp_path / "server") as server:
        writer = writer_in(folder, address=server.url)
        writer.beat()
        shutil.copytree(folder, tmp_path / "backup")
        for _ in range(beats):
            last = writer.beat()
        shutil.copytree(tmp_path / "backup", folder, dirs_exist_ok=True)
        assert writer.beat().sequence == last.sequence + 1
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / "backup", folder)
        assert writer.beat().sequence == last.sequence + 2


@pytest.mark.live
@pytest.mark.parametrize("passed", [-1, 136, 86_400])
def test_the_pushgateway_is_read_after_a_pause_of_the_clock(tmp_path: Path, passed: float) -> None:
    """A restored machine looks like a machine that slept, and so does a clock that was set."""
    with pushgateway(tmp_path / "server") as server:
        writer = replace(writer_in(tmp_path, address=server.url), textfile=None)
        writer.beat()
        ahead = replace(writer, state_dir=tmp_path / "server")
        ahead.state.write_bytes(b"%d\n" % (NOW + 500))
        assert ahead.beat().sequence == NOW + 501
        assert replace(writer, nanoseconds=lambda: int((NOW + passed) * 10**9)).beat().sequence == NOW + 502


@pytest.mark.live
def test_the_pushgateway_is_not_read_at_every_beat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer of the Pushgateway is large. The state of the last beat is enough, also for quick beats."""
    with pushgateway(tmp_path / "server") as server:
        writer = replace(writer_in(tmp_path, address=server.url), textfile=None)
        writer.beat()
        monkeypatch.delattr(PushGroup, "published")
        numbers = [writer.beat().sequence for _ in range(3)]
    assert numbers == [NOW + 1, NOW + 2, NOW + 3]


def test_a_lock_file_that_cannot_be_written_still_locks(powerless: Path) -> None:
    """A missing seal does not prevent a beat. The next beat reads the Pushgateway."""
    writer = writer_in(powerless)
    writer.lock.touch(0o444)
    assert writer.beat().sequence + 1 == writer.beat().sequence
    assert writer.newest() is None


@pytest.mark.live
def test_the_higher_of_textfile_and_pushgateway_counts(tmp_path: Path) -> None:
    """An old textfile restored from a backup does not take the sequence back."""
    with pushgateway(tmp_path / "server") as server:
        writer = writer_in(tmp_path, address=server.url)
        writer.beat()
        old = (tmp_path / "duri_textfile_heartbeat.prom").read_bytes()
        writer.beat()
        (tmp_path / "duri_textfile_heartbeat.prom").write_bytes(old)
        lost(tmp_path, b"")
        assert writer.beat().sequence == NOW + 2


@pytest.mark.live
def test_node_exporter_reads_a_textfile_with_unusual_labels(tmp_path: Path) -> None:
    """Quotes, backslashes, line feeds, returns and other scripts are read back unchanged."""
    odd = {
        "quote": 'a"b',
        "slash": "a\\nb\\",
        "line": "a\nb\rc\u2028d",
        "script": "\u5fc3\u62cd \U0001fac0",
        "brace": "}, x=",
    }
    textfile = Textfile(tmp_path / "textfile" / "duri_textfile_heartbeat.prom")
    textfile.path.parent.mkdir()
    writer = HeartbeatWriter("duri", odd, textfile.path.parent, textfile, None)
    beat = writer.beat()
    with node_exporter(textfile.path.parent) as server:
        text = server.client.get(server.url, "/metrics").body.decode()
    assert list(values(text, writer.sequence_metric, {**odd, "via": "textfile"})) == [float(beat.sequence)]
    assert list(values(text, writer.time_metric, odd)) == [beat.milliseconds / 1000]
    assert list(values(text, "node_textfile_scrape_error", {})) == [0.0]


@pytest.mark.parametrize("digits", [b"9007199254740990", b"9007199254740991", b"4503599627370496"])
@pytest.mark.parametrize("damaged", ["state", "textfile"])
def test_a_number_near_the_highest_exact_number_is_damage(tmp_path: Path, digits: bytes, damaged: str) -> None:
    """The beats continue from the number before the damage, and never go back."""
    writer = writer_in(tmp_path)
    before = writer.beat().sequence
    path = writer.state if damaged == "state" else tmp_path / "duri_textfile_heartbeat.prom"
    path.write_bytes(path.read_bytes().replace(b"%d" % before, digits))
    numbers = [writer.beat().sequence for _ in range(4)]
    assert numbers == [before + 1, before + 2, before + 3, before + 4]


def test_a_sealed_sequence_continues_at_any_height(tmp_path: Path) -> None:
    """A number that matches the seal is not damage."""
    writer = writer_in(tmp_path)
    writer.beat()
    path = tmp_path / "duri_textfile_heartbeat.prom"
    for kept in (writer.state, path):
        kept.write_bytes(kept.read_bytes().replace(b"%d" % NOW, b"%d" % (PLAUSIBLE - 2)))
    numbers = [writer.beat().sequence for _ in range(4)]
    assert numbers == [PLAUSIBLE - 1, PLAUSIBLE, PLAUSIBLE + 1, PLAUSIBLE + 2]


def in_realm(writer: HeartbeatWriter, realm: str, **changes: Any) -> HeartbeatWriter:  # noqa: ANN401 - of a dataclass
    """Make the writer of another realm in the same folder."""
    return replace(writer, labels={"metric_realm": realm, "host": 'a"\\'}, **changes)


def test_a_second_writer_of_a_textfile_is_refused(tmp_path: Path) -> None:
    """The error shows both sets of labels. The file stays, and the first writer continues."""
    first = writer_in(tmp_path)
    first.beat()
    before = (tmp_path / "duri_textfile_heartbeat.prom").read_bytes()
    with pytest.raises(ActionFailed) as refused:
        in_realm(first, "other").beat()
    said = str(refused.value)
    assert "another writer with other labels" in said
    assert 'metric_realm="test"' in said
    assert 'metric_realm="other"' in said
    assert "--take-over" in said
    assert (tmp_path / "duri_textfile_heartbeat.prom").read_bytes() == before
    assert first.beat().sequence == NOW + 1


def test_a_writer_with_new_labels_can_take_over(tmp_path: Path) -> None:
    """After the takeover the old writer is refused."""
    first = writer_in(tmp_path)
    first.beat()
    second = in_realm(first, "other")
    assert second.beat(take_over=True).sequence == NOW + 1
    assert second.beat().sequence == NOW + 2
    with pytest.raises(ActionFailed, match="another writer"):
        first.beat()


@pytest.mark.parametrize(
    ("later", "every", "lives"), [(599, 45, True), (601, 45, False), (899, 300, True), (901, 300, False)]
)
def test_a_writer_that_has_ended_is_replaced(tmp_path: Path, later: int, every: int, *, lives: bool) -> None:
    """A writer has ended after three intervals without a beat, and after 10 min at least."""
    writer_in(tmp_path).beat()
    second = in_realm(writer_in(tmp_path, now=NOW + later), "other", every=timedelta(seconds=every))
    if lives:
        with pytest.raises(ActionFailed, match="another writer"):
            second.beat()
    else:
        assert second.beat().sequence == NOW + 1


def test_a_damaged_label_is_no_other_writer(tmp_path: Path) -> None:
    """If only one of the two lines has another label, the file is damaged."""
    writer = writer_in(tmp_path)
    writer.beat()
    path = tmp_path / "duri_textfile_heartbeat.prom"
    path.write_bytes(path.read_bytes().replace(b'metric_realm="test"', b'metric_realm="tesu"', 1))
    assert writer.beat().sequence == NOW + 1


def test_beats_of_another_machine_are_reported(tmp_path: Path) -> None:
    """The same labels may mean that the service moved. The writer beats and reports the other machine."""
    here, there = replace(writer_in(tmp_path), machine=1), replace(writer_in(tmp_path), machine=2)
    assert here.beat().beside == ""
    assert here.beat().beside == ""
    assert "another machine beat" in there.beat().beside
    assert "another machine beat" in here.beat().beside
    assert replace(writer_in(tmp_path), machine=0).beat().beside == ""
    assert here.beat().beside == ""
    later = replace(writer_in(tmp_path, now=NOW + 601), machine=2)
    assert later.beat().beside == ""


def test_a_device_in_the_place_of_the_lock_is_named(tmp_path: Path) -> None:
    """The error names the lock, not the state, which is valid."""
    writer = writer_in(tmp_path)
    writer.lock.symlink_to("/dev/zero")
    with pytest.raises(ActionFailed, match="no regular file") as caught:
        writer.beat()
    assert (caught.value.where, caught.value.next_step) == (
        str(writer.lock),
        "remove the pipe, device or socket that has the file's name",
    )
