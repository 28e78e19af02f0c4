"""Farms of symbolic links: a rollback turns the link back and keeps it one, or says that it cannot."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from gonogo.reload.trees.good_trees import GoodTree, keep_good
from gonogo.reload.trees.marker import pending
from gonogo.reload.trees.switch import recover, restore, settle, switch
from gonogo.reload.trees.switch_plan import plan_in_place
from gonogo.reload.trees.switch_standing import Standing, TreeSide
from tests.children import dies, killed_at
from tests.config_trees import OLD, Place, place, write
from tests.marked_files import attributes

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

NAMES = ("prometheus.yml", "rules/a.yml", "rules/b.yml", "rules/gone.yml")


def config_map(folder: Path) -> Place:
    """Make the layout of a Kubernetes ConfigMap: every file leads through ``..data``."""
    here = place(folder)
    release(here, "1", {name: OLD[name] for name in NAMES})
    live = here.live.root
    (live / "..data").symlink_to("..1")
    for name in NAMES:
        (live / name).unlink()
        up = "../" * name.count("/")
        (live / name).symlink_to(f"{up}..data/{Path(name).name}")
    return here


def releases(folder: Path) -> Place:
    """Make the layout of a deployment by releases: the live folder is a link to one."""
    here = place(folder)
    (folder / "releases").mkdir()
    for number in (1, 2):
        shutil.copytree(here.live.root, folder / f"releases/{number}")
    shutil.rmtree(here.live.root)
    here.live.root.symlink_to("releases/1")
    return here


def release(here: Place, number: str, files: dict[str, str]) -> None:
    """Write a release beside the others."""
    write(here.live.root / f"..{number}", {Path(name).name: text for name, text in files.items()})


def flip(link: Path, text: str) -> None:
    """Turn a link as a deployment does."""
    link.with_name("..tmp").symlink_to(text)
    link.with_name("..tmp").rename(link)


def flipped_map(folder: Path) -> tuple[Place, GoodTree]:
    """Make a farm, keep it as good, and deploy another release."""
    here = config_map(folder)
    good = keep_good(here.state, here.live)
    release(here, "2", {name: f"{OLD[name]}# changed\n" for name in NAMES})
    flip(here.live.root / "..data", "..2")
    return here, good


def flipped_releases(folder: Path) -> tuple[Place, GoodTree]:
    """Make releases, keep one as good, and deploy another that has a file more."""
    here = releases(folder)
    good = keep_good(here.state, here.live)
    write(folder / "releases/2", {"rules/a.yml": "groups: [] # changed\n", "rules/new.yml": "groups: []\n"})
    flip(here.live.root, "releases/2")
    return here, good


FARMS = pytest.mark.parametrize("make", [flipped_map, flipped_releases])


def test_a_link_to_a_removed_release_comes_back_as_a_file(tmp_path: Path) -> None:
    """Kubernetes removes the old release at once. The report lists the links that files with the old bytes replaced."""
    here, good = flipped_map(tmp_path)
    shutil.rmtree(here.live.root / "..1")
    plan = plan_in_place(here.state, here.live, good)
    assert (plan.links, {one.name for one in plan.changes}) == ((), set(NAMES))
    switch(here.state, plan)
    brought = restore(here.state)
    assert dict(brought.unlinked) == {
        name: f"{'../' * name.count('/')}..data/{Path(name).name}" for name in sorted(NAMES)
    }
    assert all((here.live.root / name).read_text(encoding="utf-8") == OLD[name] for name in NAMES)
    kept = settle(here.state, here.live)
    assert kept is not None
    assert kept.unlinked == dict(brought.unlinked)
    again = keep_good(here.state, here.live)
    assert again.unlinked == kept.unlinked
    (here.live.root / "rules/a.yml").unlink()
    (here.live.root / "rules/a.yml").symlink_to("../..data/a.yml")
    write(here.live.root, {"rules/b.yml": "groups: [] # meant\n"})
    assert set(keep_good(here.state, here.live).unlinked) == {"prometheus.yml", "rules/gone.yml"}


@pytest.mark.parametrize("name", ["a.yml", "new.yml"])
def test_a_link_is_not_turned_back_to_an_edited_release(tmp_path: Path, name: str) -> None:
    """An edited release is not the verified one.

    A new file that no glob of the configuration matches does not count.
    """
    here, good = flipped_map(tmp_path)
    write(here.live.root / "..1", {name: "groups: [] # somebody's\n"})
    plan = plan_in_place(here.state, here.live, good)
    assert bool(plan.links) == (name == "new.yml")


def test_a_link_that_cannot_be_written_is_not_turned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are written one by one instead."""
    here, good = flipped_releases(tmp_path)
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, *_, **more: path != tmp_path and access(path, *_, **more))
    plan = plan_in_place(here.state, here.live, good)
    assert (plan.links, {one.name for one in plan.changes}) == ((), {"rules/a.yml", "rules/new.yml"})


@FARMS
def test_a_rollback_turns_the_link_back(tmp_path: Path, make: Callable[[Path], tuple[Place, GoodTree]]) -> None:
    """No file is written, neither in the old release nor in the new one."""
    here, good = make(tmp_path)
    new = here.stand()
    plan = plan_in_place(here.state, here.live, good)
    assert (len(plan.links), plan.changes) == (1, ())
    switch(here.state, plan)
    assert here.stand() == new
    brought = restore(here.state)
    assert (brought.side, brought.found, brought.besides, brought.unlinked) == (TreeSide.OLD, Standing.NEW, (), ())
    link = plan.links[0]
    assert str(link.path.readlink()) == link.before
    assert keep_good(here.state, here.live).manifest == good.manifest
    assert recover(here.state, TreeSide.NEW) is not None
    assert here.stand() == new


def test_a_file_edited_beside_the_farm_is_restored_too(tmp_path: Path) -> None:
    """The link is turned back, and the file gets its old rights."""
    here, good = flipped_map(tmp_path)
    write(here.live.root, {"tls/ca.pem": "edited\n"})
    os.removexattr(here.live.root / "tls/ca.pem", "user.deployed")
    plan = plan_in_place(here.state, here.live, good)
    assert [one.name for one in plan.changes] == ["tls/ca.pem"]
    switch(here.state, plan)
    assert json.loads(here.state.marker.read_text(encoding="utf-8"))["links"]
    restore(here.state)
    assert attributes(here.live.root / "tls/ca.pem")["user.deployed"] == b"ca.pem"
    assert keep_good(here.state, here.live).manifest == good.manifest


@FARMS
def test_a_kill_at_any_step_leaves_both_releases_recoverable(
    tmp_path: Path, make: Callable[[Path], tuple[Place, GoodTree]]
) -> None:
    """A recovery turns the link to the old release or to the new one."""
    here, good = make(tmp_path)
    new = here.stand()

    def back_and_forth(at_step: Callable[[str], None]) -> None:
        switch(here.state, plan_in_place(here.state, here.live, good), at_step)
        restore(here.state, at_step)

    number, alive = 0, False
    while not alive:
        alive = not dies(partial(back_and_forth, killed_at(number)))
        if pending(here.state) is None:
            assert here.stand() == new
        else:
            assert recover(here.state) is not None
            assert keep_good(here.state, here.live).manifest == good.manifest
            assert recover(here.state, TreeSide.NEW) is not None
            assert here.stand() == new
            settle(here.state)
        number += 1
    assert number > 5
