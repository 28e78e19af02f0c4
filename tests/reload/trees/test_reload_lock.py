"""The lock of reloads: one reload at a time for each server."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from gonogo.errors import Busy
from gonogo.reload.trees.reload_lock import Holder, hold_server, holder
from gonogo.reload.trees.state_folder import StateFolder, state_folder
from gonogo.reload.trees.switch_trouble import Refused
from gonogo.reload.trees.tree import live_tree
from tests.config_trees import SERVER, linked_place, place

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

LOCKERS = 50


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    """Return the state folder of a server."""
    return state_folder(tmp_path / ".gonogo", SERVER)


def held_by_a_child(state: StateFolder) -> int:
    """Hold the lock in a child until the child is killed. Return its process id once it has the lock."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        with hold_server(state, 5):
            os.write(tell, b"held")
            signal.pause()
    os.close(tell)
    assert os.read(told, 4) == b"held"
    os.close(told)
    return child


def end(child: int) -> None:
    """Kill a child and wait for its end."""
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_a_wait_for_a_held_lock_ends_with_the_name_of_its_holder(state: StateFolder) -> None:
    """The error names the server, the process and the time."""
    child = held_by_a_child(state)
    start = time.monotonic()
    with pytest.raises(Busy) as caught, hold_server(state, 0.1):
        pytest.fail("got a lock that somebody else holds")
    assert 0.1 <= time.monotonic() - start < 5
    end(child)
    assert SERVER in caught.value.what
    found = holder(state.lock)
    assert found is not None
    assert (found.pid, found.host) == (child, os.uname().nodename)
    assert caught.value.why == f"process {child} on {found.host} has been reloading since {found.since}"
    assert abs(time.mktime(time.strptime(found.since, "%Y-%m-%dT%H:%M:%SZ")) - time.mktime(time.gmtime())) < 30


def test_a_killed_holder_frees_the_lock_at_once(state: StateFolder) -> None:
    """The kernel releases the lock of a dead process. The next holder overwrites its note."""
    end(held_by_a_child(state))
    with hold_server(state, 0):
        found = holder(state.lock)
        assert found is not None
        assert found.pid == os.getpid()


def test_a_note_of_a_dead_process_is_not_believed(state: StateFolder) -> None:
    """A holder that has not signed yet is not mistaken for an earlier one."""
    child = held_by_a_child(state)
    gone = os.fork()
    if gone == 0:
        os._exit(0)
    os.waitpid(gone, 0)
    state.lock.write_text(f"{gone} {os.uname().nodename} 2026-01-01T00:00:00Z\n", encoding="utf-8")
    with pytest.raises(Busy) as caught, hold_server(state, 0.05):
        pytest.fail("got a lock that somebody else holds")
    end(child)
    assert str(gone) not in caught.value.why.split()


def test_a_lock_without_a_valid_note_names_no_holder(state: StateFolder) -> None:
    """A missing, damaged or empty file names no holder."""
    assert holder(state.lock) is None
    state.make()
    for rubbish in (b"", b"1 2", b"x host now", b"\xff\xfe 1 2"):
        state.lock.write_bytes(rubbish)
        assert holder(state.lock) is None


def test_the_text_of_a_holder_is_a_clause() -> None:
    """The clause names the process, the machine and the time."""
    assert str(Holder(7, "a", "then")) == "process 7 on a has been reloading since then"


def test_two_servers_have_two_locks(tmp_path: Path) -> None:
    """Each server has a folder with a readable name of its own."""
    one, other = (state_folder(tmp_path, f"http://prometheus-{name}:9090/x") for name in "ab")
    with hold_server(one, 0), hold_server(other, 0):
        assert one.folder.name.startswith("prometheus-a_9090_x-")
        assert one.lock != other.lock


def test_all_state_folders_are_private(state: StateFolder) -> None:
    """Only the owner can read the folders, because configurations may hold passwords."""
    with hold_server(state, 0):
        folders = [path for path in (state.folder, *state.folder.iterdir(), *state.folder.parents[:2]) if path.is_dir()]
    assert len(folders) == 6
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}


def test_a_state_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    """A file is in the place of the folder."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with (
        pytest.raises(Refused, match="cannot be taken") as caught,
        hold_server(state_folder(tmp_path / "file", "x://y"), 0),
    ):
        pytest.fail("got a lock without a folder")
    assert "nothing was changed" in caught.value.next_step


def test_only_one_of_many_processes_holds_the_lock(state: StateFolder, share: Callable[[int], int]) -> None:
    """Each process increments a counter while it holds the lock, and no increment is lost."""
    state.make()
    counter = state.folder / "counter"
    counter.write_text("0", encoding="utf-8")
    children = []
    for _ in range(share(LOCKERS)):
        child = os.fork()
        if child == 0:
            with hold_server(state, 30):
                before = int(counter.read_text(encoding="utf-8"))
                time.sleep(0.005)
                counter.write_text(str(before + 1), encoding="utf-8")
            os._exit(0)
        children.append(child)
    codes = Counter(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
    assert codes == {0: len(children)}
    assert counter.read_text(encoding="utf-8") == str(len(children))


def test_two_state_folders_of_one_live_tree_share_a_lock(tmp_path: Path) -> None:
    """Two checkouts of a policy, or two spellings of the server, reload the same folder.

    The lock adds no file to it.
    """
    here = place(tmp_path)
    other = state_folder(tmp_path / "other", "http://localhost:9090")
    (tmp_path / "spelled").symlink_to("live")
    with hold_server(here.state, 0, here.live):
        stood = here.stand()
        with pytest.raises(Busy) as caught, hold_server(other, 0.05, here.live):
            pytest.fail("got a lock that somebody else holds")
    assert "localhost:9090 is being reloaded by another process" in caught.value.what
    assert caught.value.where == str(here.live.root)
    assert stood == here.stand()
    with hold_server(other, 0, here.live):
        assert here.live.root.is_dir()


def test_a_linked_tree_keeps_its_lock_when_the_link_turns(tmp_path: Path) -> None:
    """The holder turns the link meanwhile. A missing tree needs no lock."""
    here = linked_place(tmp_path)
    other = state_folder(tmp_path / "other", SERVER)
    with hold_server(here.state, 0, here.live):
        here.live.root.unlink()
        here.live.root.symlink_to("releases/2")
        with pytest.raises(Busy), hold_server(other, 0.05, here.live):
            pytest.fail("got a lock that somebody else holds")
        with hold_server(other, 0, live_tree(tmp_path / "nowhere" / "prometheus.yml")):
            assert other.lock.is_file()
