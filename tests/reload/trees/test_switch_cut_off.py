"""A switch that is killed right before any one of its system calls that change the disk."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from gonogo.reload.trees.good_trees import keep_good, newest
from gonogo.reload.trees.marker import pending
from gonogo.reload.trees.switch import recover, restore, settle, switch
from gonogo.reload.trees.switch_plan import plan_in_place
from gonogo.reload.trees.switch_standing import Standing, TreeSide, survey
from tests.children import dies
from tests.config_trees import Place, Stand, linked_place, place, switch_now, text_of, write
from tests.conftest import THIRD

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

CHANGING = frozenset(
    {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.chmod", "os.chown", "os.truncate"}
)
HAD = {
    "prometheus.yml": "rule_files: [rules/*.yml]\n",
    "rules/a.yml": "groups: [] # a\n",
    "rules/gone.yml": "groups: [] # gone\n",
}
WANTED = {
    "prometheus.yml": "rule_files: [rules/*.yml, deep/er/*.yml]\n",
    "rules/a.yml": "groups: [] # changed\n",
    "deep/er/x.yml": "groups: []\n",
}


def killed_before(number: int, folder: Path) -> None:
    """Let this process be killed before its change of that number to anything below a folder, counted from 0."""
    left = [number]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event not in CHANGING or not changes(event, arguments, str(folder)):
            return
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1

    sys.addaudithook(watch)


def changes(event: str, arguments: tuple[object, ...], folder: str) -> bool:
    """Return True if an audit event is a change below a folder.

    The only descriptors that count are those of the folder.
    """
    if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
        return False
    return isinstance(arguments[0], int) or any(str(one).startswith(folder) for one in arguments[:2])


def killing(number: int, folder: Path, work: Callable[[], object]) -> None:
    """Do the work, and be killed before the change with this number."""
    killed_before(number, folder)
    work()


def reload_and_keep(here: Place) -> None:
    """Switch to the staged tree, as if it were verified."""
    switch_now(here)
    settle(here.state, here.live)


def reload_and_go_back(here: Place) -> None:
    """Switch to the staged tree and back, as if it could not be verified."""
    switch_now(here)
    restore(here.state)
    settle(here.state)


def left_over(here: Place) -> list[str]:
    """List the temporary files that a switch left in the live tree."""
    return [path.name for path in here.live.root.rglob("*") if "gonogo" in path.name]


def small_place(folder: Path) -> Place:
    """Write a place where a switch changes a file, removes another, and puts a third one into new folders."""
    return place(folder, HAD, WANTED)


@pytest.mark.parametrize(
    ("make", "work", "first"),
    [
        (small_place, reload_and_keep, 0),
        (small_place, reload_and_go_back, 1),
        (linked_place, reload_and_keep, 2),
        (linked_place, reload_and_go_back, 0),
    ],
)
def test_a_switch_killed_before_any_change_leaves_both_trees_recoverable(
    tmp_path: Path,
    make: Callable[[Path], Place],
    work: Callable[[Place], None],
    first: int,
    steps: Callable[[int], Iterator[int]],
) -> None:
    """The switch is killed before each of its system calls that change the disk."""
    sample = make(tmp_path / "sample")
    old = sample.stand()
    switch_now(sample)
    new = sample.stand()
    number, found = 0, set()
    for number in steps(first):
        here = make(tmp_path / str(number))
        if not dies(partial(killing, number, tmp_path, partial(work, here))):
            break
        marker = pending(here.state)
        found.add("settled" if marker is None else survey(marker).standing)
        if marker is None:
            assert here.stand() == old if work is reload_and_go_back or newest(here.state) is None else new
        else:
            assert both_ways(here, first=TreeSide.NEW if number % 2 else TreeSide.OLD) == (old, new)
        assert left_over(here) == []
    assert number > 15
    assert found >= {"settled", Standing.OLD, Standing.NEW}
    assert (Standing.MIXED in found) == (make is small_place)


def both_ways(here: Place, first: TreeSide) -> tuple[Stand, Stand]:
    """Recover to one side and to the other. Return the live tree after each."""
    stands = {}
    for side in (first, TreeSide.NEW if first is TreeSide.OLD else TreeSide.OLD):
        brought = recover(here.state, side)
        assert brought is not None
        assert (brought.side, brought.besides, brought.overwritten) == (side, (), ())
        stands[side] = here.stand()
        assert left_over(here) == []
    settle(here.state)
    return stands[TreeSide.OLD], stands[TreeSide.NEW]


def test_in_place_a_kill_before_any_change_leaves_both_trees_recoverable(
    tmp_path: Path, steps: Callable[[int], Iterator[int]]
) -> None:
    """The good tree and the edited tree can both be restored, with modes and new folders."""
    number = 0
    for number in steps(1):
        here = small_place(tmp_path / str(number))
        old, good = here.stand(), keep_good(here.state, here.live)
        write(here.live.root, WANTED)
        (here.live.root / "rules/gone.yml").unlink()
        (here.live.root / "rules/a.yml").chmod(0o604)
        edited = here.stand()

        def work(here: Place = here, plan: object = plan_in_place(here.state, here.live, good)) -> None:
            switch(here.state, plan)  # type: ignore[arg-type] # a default that is a plan
            restore(here.state)
            settle(here.state)

        alive = not dies(partial(killing, number, tmp_path, work))
        if pending(here.state) is None:
            assert here.stand() in (edited, {**old, "deep/er/x.yml": edited["deep/er/x.yml"]})
        else:
            back, forth = both_ways(here, first=TreeSide.OLD)
            beside = {"deep/er/x.yml": edited["deep/er/x.yml"]}  # what only the new configuration finds stays
            assert (back, text_of(forth)) == ({**old, **beside}, text_of(edited))
        if alive:
            break
    assert number > 20


@pytest.mark.parametrize(("make", "first"), [(small_place, 0), (linked_place, 1)])
def test_a_recovery_killed_before_any_change_is_completed_by_the_next(
    tmp_path: Path, make: Callable[[Path], Place], first: int, steps: Callable[[int], Iterator[int]]
) -> None:
    """Each attempt is killed one change later than the one before. One attempt completes the recovery."""
    sample = make(tmp_path / "sample")
    stands = {TreeSide.OLD: sample.stand()}
    switch_now(sample)
    stands[TreeSide.NEW] = sample.stand()
    cut = 0
    for cut in steps(first):
        here = make(tmp_path / str(cut))
        if not dies(partial(killing, cut, tmp_path, partial(switch_now, here))):
            break
        if pending(here.state) is not None:
            side = TreeSide.NEW if cut % 2 else TreeSide.OLD
            for number in steps(cut // THIRD):
                if not dies(partial(killing, number, tmp_path, partial(recover, here.state, side))):
                    break
                assert pending(here.state) is not None
            assert here.stand() == stands[side]
            assert left_over(here) == []
    assert cut > 10
