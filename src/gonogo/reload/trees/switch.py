"""Switches the live folder to another tree and back. A kill at any moment leaves a way to either tree.

::

    plan = plan_switch(live, staged)        # or plan_in_place(state, live, good)
    switch(state, plan)                     # the new tree is on disk, the marker exists
    ...                                     # trigger, verify
    settle(state, live)                     # proved: kept as the last good copy, the marker is removed
    restore(state); ...; settle(state)      # not proved: the old tree is back, and proved

While the marker exists, ``recover`` can go to either tree, from any process, any number of times.
The caller holds the server's lock all the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gonogo.errors import ActionFailed
from gonogo.reload.trees.good_trees import GoodTree, Load, hashes_of_good, keep_good, newest
from gonogo.reload.trees.manifest import content_differences, snapshot
from gonogo.reload.trees.marker import Marker, marker_of, pending, remove_marker, write_marker
from gonogo.reload.trees.state_folder import StateFolder, drop_others, keep
from gonogo.reload.trees.switch_plan import Plan
from gonogo.reload.trees.switch_standing import (
    Foreign,
    Standing,
    TreeSide,
    besides,
    strangers,
    survey,
    unlinked,
    verify,
)
from gonogo.reload.trees.switch_steps import OVERWRITES, UNREADABLE, Step, bring, put, stage, stuck, undone, withdrawn
from gonogo.reload.trees.switch_trouble import Refused, refused
from gonogo.reload.trees.tree import Tree


@dataclass(frozen=True, slots=True)
class Brought:
    """The result of bringing the live folder to one tree.

    Attributes:
        side: the tree that is on disk now. Every file of the switch was read again and has its hash.
        found: the tree that was on disk before.
        overwritten: the files of neither tree that were overwritten, and the paths of their copies.
        besides: other differences from that tree that the switch did not make, as clauses.
        unlinked: the files that are where links were, with the targets of the links.
    """

    side: TreeSide
    found: Standing
    overwritten: tuple[tuple[str, Path], ...] = ()
    besides: tuple[str, ...] = ()
    unlinked: tuple[tuple[str, str], ...] = ()


def _ignored(step: str) -> None:
    del step


def switch(state: StateFolder, plan: Plan, at_step: Step = _ignored) -> Marker:
    """Carry out a plan. When this function returns, the whole new tree is on disk and the marker exists.

    Raises:
        Refused: nothing was changed.
        Undone: a step failed, and the old tree was put back and verified.
        Stuck: a step failed, and the old tree could not be put back. The marker exists.
    """
    if pending(state) is not None:
        raise Refused(
            "an earlier switch has not ended",
            where=str(state.marker),
            why="its process was killed, or could not undo the switch",
            next_step="recover it first: gonogo reload --recover",
        )
    marker = marker_of(plan)
    at_step("begun")
    _prepare(state, plan, marker, at_step)
    try:
        at_step("marked")
        staged = None if plan.in_place else stage(state, marker, TreeSide.NEW, at_step)
        if staged is None:
            verify(marker, TreeSide.NEW)
            at_step("verified")
    except (OSError, ActionFailed) as error:
        raise withdrawn(state, marker, error) from error
    if staged is not None:
        try:
            put(marker, staged, at_step)
            verify(marker, TreeSide.NEW)
            at_step("verified")
        except (OSError, ActionFailed) as error:
            raise undone(state, marker, error, at_step) from error
    return marker


def restore(state: StateFolder, at_step: Step = _ignored, *, overwrite: bool = False) -> Brought:
    """Put the old tree back. The marker exists until ``settle``.

    Args:
        state: the server's folder.
        at_step: is called after each step.
        overwrite: whether files that another program changed since may be overwritten. Their bytes are kept.

    Raises:
        ActionFailed: there is nothing to restore, or another program changed files. Nothing was changed.
        Stuck: a step failed.
    """
    marker = pending(state)
    if marker is None:
        raise ActionFailed("there is no switch to undo", where=str(state.marker), next_step="nothing was changed")
    return _bring(state, marker, TreeSide.OLD, at_step, overwrite=overwrite)


def recover(
    state: StateFolder, side: TreeSide | None = None, at_step: Step = _ignored, *, overwrite: bool = False
) -> Brought | None:
    """Finish or undo a killed switch. Return ``None`` if there is none. The marker exists until ``settle``.

    Args:
        state: the server's folder.
        side: the tree to go to. The default is the old tree, or the new tree if it is already kept as verified.
        at_step: is called after each step.
        overwrite: as for ``restore``.

    Raises:
        ActionFailed: as for ``restore``.
        Stuck: as for ``restore``.
    """
    marker = pending(state)
    if marker is None:
        return None
    return _bring(state, marker, side or _proved(state, marker), at_step, overwrite=overwrite)


def settle(
    state: StateFolder, verified: Tree | None = None, loaded: Load | None = None, read_from: str = ""
) -> GoodTree | None:
    """End a switch: keep the verified tree, if one is given, then remove the marker.

    A tree that is neither side of the switch any more is not kept, and the result is ``None``: another program wrote
    there since, and a rollback must not use files that were never verified.

    Args:
        state: the server's folder.
        verified: the verified tree.
        loaded: the verified load of the tree.
        read_from: the path where the server was seen to read the tree.

    Raises:
        ActionFailed: the tree cannot be kept, or the marker cannot be removed. Then the marker exists.
    """
    good = None
    if verified is not None:
        seen, marker = snapshot(verified), pending(state)
        sides = () if marker is None else (marker.old, marker.new)
        if marker is None or not all(content_differences(side, seen) for side in sides):
            gone = {} if marker is None or content_differences(marker.old, seen) else unlinked(marker, TreeSide.OLD)
            good = keep_good(state, verified, seen, loaded, gone, read_from)
    try:
        remove_marker(state)
    except FileNotFoundError:
        return good  # no folder, no marker
    except OSError as error:
        raise refused("the marker of the switch cannot be removed", state.marker, error) from error
    with suppress(ActionFailed):  # a damaged note has no hashes: then nothing is deleted
        drop_others(state.objects, frozenset(hashes_of_good(state)))
    return good


def _prepare(state: StateFolder, plan: Plan, marker: Marker, at_step: Step) -> None:
    """Keep the bytes of both sides, then write the marker. Before that nothing else is changed."""
    try:
        state.make()
        keep(state.objects, _bytes_of(state, plan))
        at_step("kept both sides")
        write_marker(state, marker)
    except (OSError, ActionFailed) as error:
        with suppress(OSError):  # the error may have come right after the marker was written
            remove_marker(state)
        if isinstance(error, OSError):
            raise refused("the switch cannot be prepared", state.folder, error) from error
        raise


def _bytes_of(state: StateFolder, plan: Plan) -> Iterator[tuple[Path, str]]:
    """List the files to keep. In place, the old files are kept already."""
    for change in plan.changes:
        if change.after is not None:
            yield plan.source.path(change.name), change.after.sha256
        if change.before is not None:
            was = plan.live.path(change.name)
            yield state.objects / change.before.sha256 if plan.in_place else was, change.before.sha256


def _bring(state: StateFolder, marker: Marker, side: TreeSide, at_step: Step, *, overwrite: bool) -> Brought:
    found = survey(marker)
    unread = tuple(one for one in found.foreign if one.why)
    if unread:
        raise strangers(marker, unread, UNREADABLE)
    if found.foreign and not overwrite:
        raise strangers(marker, found.foreign, OVERWRITES)
    overwritten = tuple(_set_aside(state, marker, found.foreign))
    try:
        bring(state, marker, side, at_step, found.foreign)
        verify(marker, side)
        at_step("verified")
    except (OSError, ActionFailed) as error:
        raise stuck(state, marker, error) from error
    return Brought(side, found.standing, overwritten, besides(marker, side), tuple(unlinked(marker, side).items()))


def _set_aside(state: StateFolder, marker: Marker, foreign: Iterable[Foreign]) -> Iterator[tuple[str, Path]]:
    """Keep the bytes of the files that will be overwritten, or return the target of a foreign link."""
    for one in foreign:
        if one.leads_to:
            yield one.name, Path(one.leads_to)
        elif one.found is not None:
            try:
                keep(state.overwritten, [(marker.live.path(one.name), one.found.sha256)])
            except OSError as error:
                raise refused("the files to overwrite cannot be copied first", state.overwritten, error) from error
            yield one.name, state.overwritten / one.found.sha256


def _proved(state: StateFolder, marker: Marker) -> TreeSide:
    """Return the side to go to. A new tree that is verified already is not undone."""
    good = newest(state)
    verified = good is not None and good.manifest.contents == marker.new.contents
    return TreeSide.NEW if verified and marker.old.contents != marker.new.contents else TreeSide.OLD
