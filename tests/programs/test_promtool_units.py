"""Several promtools at the same time."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.errors import MissingTool
from gonogo.model.replacing import replace
from gonogo.programs.promtool import Promtool
from gonogo.programs.promtool_units import UnitBounds, memory_folder, run_as_asked, run_units
from tests.fake_promtool import fake_promtool
from tests.waiting import await_true

pytestmark = pytest.mark.versions

PROMTOOL = Promtool(version="2.42.0")


def test_a_missing_promtool_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No process was started yet."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingTool, match="apt-get install prometheus"):
        list(run_units([[tmp_path]], 2, PROMTOOL))


def test_every_shard_runs_with_one_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each result has the number of its shard."""
    fake_promtool(tmp_path / "bin", monkeypatch, 'echo "$GOMAXPROCS $GOGC $*"; echo late >&2; [ "$1" != b ]\n')
    ran = dict(run_units([[Path("a")], [Path("b"), Path("c")], [Path("d")]], 2, PROMTOOL))
    assert [ran[number].passed for number in range(3)] == [True, False, True]
    assert [ran[number].output for number in range(3)] == ["1 400 a\nlate\n", "1 400 b c\nlate\n", "1 400 d\nlate\n"]


def test_a_promtool_past_its_deadline_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run has failed, and its output so far is kept."""
    fake_promtool(tmp_path / "bin", monkeypatch, "echo begun; sleep 60\n")
    ((_, ran),) = run_units([[Path("a")]], 2, PROMTOOL, UnitBounds(deadline=timedelta(seconds=0.3)))
    assert (ran.passed, ran.output) == (False, "begun\n\nstopped: the program had not ended after 0.3 s\n")


def test_only_the_beginning_of_long_output_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promtool never waits until its output is read."""
    fake_promtool(tmp_path / "bin", monkeypatch, "head -c 1000000 /dev/zero | tr '\\0' x\n")
    ((_, ran),) = run_units([[Path("a")]], 1, PROMTOOL, UnitBounds(longest_output=10))
    assert (ran.passed, ran.output) == (True, "x" * 10)


def test_closing_the_results_stops_the_running_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is left."""
    fake_promtool(tmp_path / "bin", monkeypatch, f'[ "$1" = a ] && exit; echo $$ >{tmp_path}/pid; exec sleep 60\n')
    runs = run_units([[Path("b")], [Path("a")]], 2, PROMTOOL)
    assert next(runs)[0] == 1
    pid_file = tmp_path / "pid"
    await_true(lambda: pid_file.exists() and bool(pid_file.read_text(encoding="utf-8").strip()))
    runs.close()  # type: ignore[attr-defined]  # it is a generator
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text(encoding="utf-8")), 0)


def test_a_shard_is_requested_when_a_process_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``None`` for a shard does not end the run while a shard is running."""
    fake_promtool(tmp_path / "bin", monkeypatch, "exit 0\n")
    given = iter([(1, [Path("a")]), None, (2, [Path("b")]), None])
    began = time.monotonic()
    assert [number for number, _ in run_as_asked(lambda: next(given, None), 2, PROMTOOL)] == [1, 2]
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("in_memory", [False, True])
def test_databases_are_in_memory_on_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, in_memory: bool
) -> None:
    """The databases are in a folder that is removed at the end."""
    monkeypatch.delenv("TMPDIR", raising=False)
    bounds = UnitBounds(shared=tmp_path / "shared", room=0)
    (tmp_path / "shared").mkdir()
    fake_promtool(tmp_path / "bin", monkeypatch, 'mkdir "${TMPDIR:?}/test_storage" && echo "$TMPDIR"\n')
    given = iter([(1, [Path("a")])])
    ((_, ran),) = run_as_asked(lambda: next(given, None), 1, PROMTOOL, in_memory=in_memory, bounds=bounds)
    assert ran.passed
    assert not Path(ran.output.strip()).exists()
    assert ran.output.startswith(str(tmp_path / "shared")) is in_memory
    assert list((tmp_path / "shared").iterdir()) == []


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UnitBounds:
    """Use an empty folder with enough room as the memory."""
    monkeypatch.delenv("TMPDIR", raising=False)
    return UnitBounds(shared=tmp_path, room=0)


def test_without_shared_memory_there_is_no_memory_folder(shared: UnitBounds) -> None:
    """Outside of Linux there is no folder in memory."""
    shared.shared.rmdir()
    with memory_folder(shared) as folder:
        assert folder is None


def test_with_little_room_there_is_no_memory_folder(shared: UnitBounds) -> None:
    """The shared memory of a container may be too small."""
    with memory_folder(replace(shared, room=1 << 62)) as folder:
        assert folder is None


def test_without_write_access_there_is_no_memory_folder(shared: UnitBounds) -> None:
    """The free room alone is not enough."""
    file = shared.shared / "file"
    file.touch()
    with memory_folder(replace(shared, shared=file)) as folder:
        assert folder is None


def test_a_chosen_temporary_folder_is_kept(shared: UnitBounds, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder in TMPDIR is kept."""
    monkeypatch.setenv("TMPDIR", str(shared.shared))
    with memory_folder(shared) as folder:
        assert folder is None


def test_the_memory_folder_is_removed(shared: UnitBounds) -> None:
    """The files of a stopped promtool are removed as well."""
    with memory_folder(shared) as folder:
        assert folder is not None
        assert folder.stat().st_mode & 0o77 == 0
        (folder / "test_storage1" / "wal").mkdir(parents=True)
    assert list(shared.shared.iterdir()) == []
