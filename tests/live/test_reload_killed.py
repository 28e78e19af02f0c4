"""A reload that is killed: disk and server are then brought to the old tree or the new one, whole, and proved."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gonogo.reload.recovery import recover
from gonogo.reload.result import Became, ReloadResult, ReloadStep
from gonogo.reload.run import reload
from tests.live.reload_stage import RULES, stage
from tests.live.reload_yard import NEW_RULE, Yard, told

pytestmark = [pytest.mark.live]

SCRIPT = Path(__file__).with_name("killed_reload.py")
FORTH = tuple(ReloadStep)[: tuple(ReloadStep).index(ReloadStep.KEEP) + 1]
BOUNDARIES = tuple((step, moment) for step in FORTH for moment in ("begins", "ended"))
TELLING = (
    (ReloadStep.SWITCH, "begins"),
    (ReloadStep.SWITCH, "ended"),
    (ReloadStep.SETTLE, "ended"),
    (ReloadStep.KEEP, "ended"),
)
"""Where what is left differs: nothing, a marker, a loaded server that nobody verified, all of it."""

KILLS = 200
PAIRS = 50
FEW = 2
LONGEST = 8.0
"""Seconds within which such a reload is over."""


Rounds = Callable[[int], int]


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> Rounds:
    """Turn a full number into that for this run: whole with ``--soak``, else a few, for each takes seconds."""
    soak = request.config.getoption("--soak")
    return lambda full: full if soak else FEW


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """Run one server for all of it: each test begins from what the last one proved."""
    folder = tmp_path_factory.mktemp("killed")
    with stage(folder / "live") as live:
        live.settled()
        yield Yard(folder, live)


def begun(yard: Yard, number: int, *at: str) -> subprocess.Popen[bytes]:
    """Begin a reload to rules that differ from those that are live."""
    rules = yard.stage()
    rules.rules(RULES.replace("1h", f"{number % 50 + 2}h"))
    if number % 2:
        rules.rules(NEW_RULE, "second.yml")
    else:
        (yard.staged / "rules" / "second.yml").unlink(missing_ok=True)
    yard.policy()
    argv = (sys.executable, str(SCRIPT), str(yard.folder / "gonogo.yaml"), str(yard.staged), *at)
    return subprocess.Popen(argv, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})


def recovered(yard: Yard, old: object, new: object) -> ReloadResult:
    """Recover, and check that disk and server have one of the two trees: the one in the journal."""
    result = recover(yard.in_place())
    assert result.became in {Became.RELOADED, Became.ROLLED_BACK, Became.UNCHANGED}, told(result)
    assert yard.files() in (old, new)
    assert yard.is_whole()
    sides = {Became.RELOADED: new, Became.ROLLED_BACK: old}
    assert yard.files() == sides.get(result.became, yard.files())
    last = yard.journal()[0]
    assert last.detail["outcome"] == result.became
    return result


def staged_files(yard: Yard) -> dict[str, object]:
    """Give what the live tree will be: modes come from the live files."""
    mode = {name: one[0] for name, one in yard.files().items()}
    template = mode["prometheus.yml"]
    files = {str(path.relative_to(yard.staged)): path for path in yard.staged.rglob("*") if path.is_file()}
    return {name: (mode.get(name, template), path.read_bytes()) for name, path in files.items()}


def test_a_kill_at_a_step_leaves_the_old_tree_or_the_new_one(yard: Yard, request: pytest.FixtureRequest) -> None:
    """With --soak the kill comes at every boundary of every step, else at the most important ones."""
    boundaries = BOUNDARIES if request.config.getoption("--soak") else TELLING
    assert boundaries
    for number, (step, moment) in enumerate(boundaries):
        old = yard.files()
        child = begun(yard, number, step, moment)
        new = staged_files(yard)
        assert child.wait(60) == -signal.SIGKILL, (step, moment)
        result = recovered(yard, old, new)
        switched = (step, moment) not in TELLING[:1] and FORTH.index(step) >= FORTH.index(ReloadStep.SWITCH)
        if (step, moment) == (ReloadStep.KEEP, "ended"):
            assert (result.became, yard.files()) == (Became.UNCHANGED, new)
        elif switched:
            assert result.became is Became.ROLLED_BACK, (step, moment, told(result))
        else:
            assert (result.became, yard.files()) == (Became.UNCHANGED, old)


def test_a_kill_at_a_random_moment_leaves_the_old_tree_or_the_new_one(yard: Yard, rounds: Rounds) -> None:
    """A reload that ended before the kill is loaded."""
    dice = random.Random(4)  # noqa: S311 - the same moments in every run
    kills = rounds(KILLS)
    assert kills
    for number in range(kills):
        old = yard.files()
        child = begun(yard, number)
        new = staged_files(yard)
        time.sleep(dice.uniform(0.3, LONGEST))
        child.kill()
        child.wait()
        result = recovered(yard, old, new)
        assert yard.files() in (old, new), (number, told(result))


def test_two_operators_at_once_never_mix_their_files(yard: Yard, rounds: Rounds) -> None:
    """One reload waits for the other. In the end the server has the files of the second, and never a mixture."""
    for number in range(rounds(PAIRS)):
        pair = []
        for place in (2 * number, 2 * number + 1):
            yard.staged = yard.folder / f"staged{place % 2}"
            pair.append(begun(yard, place))
        assert [child.wait(90) for child in pair] == [0, 0]
        assert yard.is_whole()
    assert reload(yard.in_place()).became is Became.UNCHANGED
