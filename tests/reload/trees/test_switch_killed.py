"""A switch that is killed, at every step and at random moments."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from gonogo.reload.trees.good_trees import GoodTree, keep_good
from gonogo.reload.trees.marker import pending
from gonogo.reload.trees.reload_lock import hold_server
from gonogo.reload.trees.switch import recover, restore, settle, switch
from gonogo.reload.trees.switch_plan import plan_in_place, plan_switch
from gonogo.reload.trees.switch_standing import Standing, TreeSide, survey
from tests.children import dies, exit_code, forked, killed_at
from tests.config_trees import BOTH_LAYOUTS, NEW, Place, Stand, place, switch_now, write

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

KILLS = 200
BOTH_SIDES = pytest.mark.parametrize("side", [TreeSide.OLD, TreeSide.NEW])


def killed_after_a_change(step: str) -> None:
    """Kill this process after the first change of a file of the live tree."""
    if step.startswith(("renamed", "removed")):
        os.kill(os.getpid(), signal.SIGKILL)


def both(folder: Path, make: Callable[[Path], Place]) -> tuple[Place, Stand, Stand]:
    """Make a place. Return the live tree before and after an undisturbed switch."""
    sample = make(folder / "sample")
    old = sample.stand()
    switch_now(sample)
    return make(folder / "real"), old, sample.stand()


@BOTH_SIDES
@BOTH_LAYOUTS
def test_a_switch_killed_at_any_step_leaves_both_trees_recoverable(
    tmp_path: Path, make: Callable[[Path], Place], side: TreeSide, steps: Callable[[int], Iterator[int]]
) -> None:
    """The marker shows how far the switch came. A recovery restores the tree that is asked for."""
    here, old, new = both(tmp_path, make)
    found = set()
    for number in steps(0):
        if not dies(partial(switch_now, here, killed_at(number))):
            break
        marker = pending(here.state)
        if marker is None:
            assert here.stand() == old
            assert recover(here.state, side) is None
        else:
            brought = recover(here.state, side)
            assert brought is not None
            found.add(brought.found)
            assert (brought.side, brought.besides) == (side, ())
            assert here.stand() == (old if side is TreeSide.OLD else new)
            assert survey(marker).standing == side.value
            restore(here.state)
            settle(here.state)
        assert here.stand() == old
    assert here.stand() == new
    assert found == {Standing.OLD, Standing.NEW, *([Standing.MIXED] if make is place else [])}


@BOTH_SIDES
def test_a_recovery_killed_after_each_change_is_completed_by_the_next(tmp_path: Path, side: TreeSide) -> None:
    """Each attempt changes one more file. The last attempt completes the recovery."""
    here, old, new = both(tmp_path, place)
    plan = plan_switch(here.live, here.staged)
    assert dies(partial(switch_now, here, killed_after_a_change))
    if side is TreeSide.OLD:
        assert recover(here.state, TreeSide.NEW) is not None
    times = 0
    while dies(partial(recover, here.state, side, killed_after_a_change)):
        marker = pending(here.state)
        assert marker is not None
        times += 1
        assert survey(marker).standing == (
            Standing.MIXED if times < len(plan.changes) - (side is TreeSide.NEW) else side.value
        )
    assert times == len(plan.changes) - (side is TreeSide.NEW)
    assert here.stand() == (old if side is TreeSide.OLD else new)


def test_a_rollback_killed_at_every_step_is_recovered_to_the_old_tree(
    tmp_path: Path, steps: Callable[[int], Iterator[int]]
) -> None:
    """A restore after a finished switch is as safe as the switch."""
    here, old, _ = both(tmp_path, place)
    number = 0
    for number in steps(2):
        switch_now(here)
        alive = not dies(partial(restore, here.state, killed_at(number)))
        assert recover(here.state) is not None
        assert here.stand() == old
        settle(here.state)
        if alive:
            break
    assert number > 10


def test_in_place_a_kill_at_any_step_goes_back_to_the_good_tree(
    tmp_path: Path, steps: Callable[[int], Iterator[int]]
) -> None:
    """An editor changed the files. After a kill at any step, the last good copy comes back whole."""
    here = place(tmp_path)
    old = here.stand()
    good = keep_good(here.state, here.live)
    number = 0
    for number in steps(0):
        write(here.live.root, {name: text for name, text in NEW.items() if not name.startswith("targets")})
        (here.live.root / "rules/gone.yml").unlink(missing_ok=True)
        edited = here.stand()
        alive = not dies(partial(reload_in_place, here, good, killed_at(number)))
        if pending(here.state) is None:
            assert here.stand() == edited
        else:
            assert recover(here.state) is not None
            assert here.stand() == old
            settle(here.state)
        if alive:
            break
    assert number > 15


def reload_in_place(here: Place, good: GoodTree, at_step: Callable[[str], None]) -> None:
    """Mark the files as changed already, then go back."""
    switch(here.state, plan_in_place(here.state, here.live, good), at_step)
    restore(here.state, at_step)


def test_after_a_kill_at_a_random_moment_a_recovery_restores_a_whole_tree(
    tmp_path: Path, share: Callable[[int], int]
) -> None:
    """A process switches back and forth without a pause, and is killed again and again."""
    chance, moments = random.Random(20_260_103), Counter[str]()  # noqa: S311 - moments, no secrets
    here, old, new = both(tmp_path, place)
    kills, start = share(KILLS), time.monotonic()
    to_and_fro(here, 1)
    cycle = time.monotonic() - start
    for _ in range(kills):
        child = forked(partial(to_and_fro, here, 1_000_000))
        time.sleep(chance.uniform(0, 2 * cycle))
        os.kill(child, signal.SIGKILL)
        assert exit_code(child) == -signal.SIGKILL
        with hold_server(here.state, 5):
            marker = pending(here.state)
            moments["settled" if marker is None else survey(marker).standing] += 1
            if marker is None:
                assert here.stand() == old
            side = chance.choice([TreeSide.OLD, TreeSide.NEW])
            brought = recover(here.state, side)
            if brought is not None:
                assert here.stand() == (old if side is TreeSide.OLD else new)
                restore(here.state)
                settle(here.state)
            assert here.stand() == old
    assert kills - moments["settled"] >= kills // 10, moments


def to_and_fro(here: Place, times: int) -> None:
    """Switch and undo the given number of times."""
    for _ in range(times):
        with hold_server(here.state, 5):
            switch_now(here)
            restore(here.state)
            settle(here.state)
