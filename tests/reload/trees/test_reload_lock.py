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
    """Give the folder of a server."""
    return state_folder(tmp_path / ".gonogo", SERVER)


def held_by_a_child(state: StateFolder) -> int:
    """Hold the lock in a child until it is killed; give its id once it has it."""
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


def test_who_waits_in_vain_is_told_who_reloads_and_since_when(state: StateFolder) -> None:
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


def test_a_killed_holder_frees_it_at_once(state: StateFolder) -> None:
    """The kernel releases what a dead process held; its note is overwritten."""
    end(held_by_a_child(state))
    with hold_server(state, 0):
        found = holder(state.lock)
        assert found is not None
        assert found.pid == os.getpid()


def test_a_note_of_a_dead_process_is_not_believed(state: StateFolder) -> None:
    """A holder that could not sign yet is not mistaken for the one before it."""
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


def test_nobody_is_named_where_nobody_signed(state: StateFolder) -> None:
    """A missing, damaged or empty file names no holder."""
    assert holder(state.lock) is None
    state.make()
    for rubbish in (b"", b"1 2", b"x host now", b"\xff\xfe 1 2"):
        state.lock.write_bytes(rubbish)
        assert holder(state.lock) is None


def test_a_holder_says_itself_as_a_clause() -> None:
    """Process, machine and time."""
    assert str(Holder(7, "a", "then")) == "process 7 on a has been reloading since then"


def test_servers_are_told_apart_and_hold_each_other_up_in_nothing(tmp_path: Path) -> None:
    """Two servers have two locks, in folders with different readable names."""
    one, other = (state_folder(tmp_path, f"http://prometheus-{name}:9090/x") for name in "ab")
    with hold_server(one, 0), hold_server(other, 0):
        assert one.folder.name.startswith("prometheus-a_9090_x-")
        assert one.lock != other.lock


def test_all_folders_are_their_owners_alone(state: StateFolder) -> None:
    """Configurations may hold passwords."""
    with hold_server(state, 0):
        folders = [path for path in (state.folder, *state.folder.iterdir(), *state.folder.parents[:2]) if path.is_dir()]
    assert len(folders) == 6
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}


def test_a_state_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with (
        pytest.raises(Refused, match="cannot be taken") as caught,
        hold_server(state_folder(tmp_path / "file", "x://y"), 0),
    ):
        pytest.fail("got a lock without a folder")
    assert "nothing was changed" in caught.value.next_step


def test_lockers_at_once_are_never_two(state: StateFolder, share: Callable[[int], int]) -> None:
    """Each process counts on while it holds the lock: no number is lost."""
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


def test_two_states_over_one_live_tree_are_one_lock(tmp_path: Path) -> None:
    """Two checkouts of a policy, and any spelling of the server, reload the same folder; nothing is put into it."""
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


def test_a_linked_tree_is_one_lock_wherever_its_link_leads(tmp_path: Path) -> None:
    """The holder turns the link meanwhile; a tree that is not there has nothing to hold."""
    here = linked_place(tmp_path)
    other = state_folder(tmp_path / "other", SERVER)
    with hold_server(here.state, 0, here.live):
        here.live.root.unlink()
        here.live.root.symlink_to("releases/2")
        with pytest.raises(Busy), hold_server(other, 0.05, here.live):
            pytest.fail("got a lock that somebody else holds")
        with hold_server(other, 0, live_tree(tmp_path / "nowhere" / "prometheus.yml")):
            assert other.lock.is_file()
