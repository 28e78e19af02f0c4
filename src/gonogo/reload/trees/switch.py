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
from pathlib import Path

from msgspec import Struct

from gonogo.errors import ActionFailed
from gonogo.reload.trees.good_trees import GoodTree, Load, hashes_of_good, keep_good, newest
from gonogo.reload.trees.manifest import content_differences, snapshot
from gonogo.reload.trees.marker import Plan, pending, remove_marker, write_marker
from gonogo.reload.trees.state_folder import StateFolder, drop_others, keep
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
from gonogo.reload.trees.switch_steps import Step, bring, clear, drop_folders, put, stage
from gonogo.reload.trees.switch_trouble import Refused, Strangers, Stuck, Undone, next_of, refused, words
from gonogo.reload.trees.tree import Tree

_OVERWRITES = "gonogo reload --recover --overwrite overwrites these files, and keeps their bytes"
_UNREADABLE = (
    "these files cannot be copied: move them away, or put the link back, then: gonogo reload --recover --overwrite"
)


class Brought(Struct, frozen=True):
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


def switch(state: StateFolder, plan: Plan, at_step: Step = _ignored) -> None:
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
    at_step("begun")
    _prepare(state, plan, at_step)
    try:
        at_step("marked")
        todo = () if plan.in_place else stage(state, plan, TreeSide.NEW, at_step)
        if plan.in_place:
            verify(plan, TreeSide.NEW)
            at_step("verified")
    except (OSError, ActionFailed) as error:
        raise _withdrawn(state, plan, error) from error
    if plan.in_place:
        return
    try:
        put(plan, TreeSide.NEW, todo, at_step)
        verify(plan, TreeSide.NEW)
        at_step("verified")
    except (OSError, ActionFailed) as error:
        raise _undone(state, plan, error, at_step) from error


def restore(state: StateFolder, at_step: Step = _ignored, *, overwrite: bool = False) -> Brought:
    """Put the old tree back, as ``recover`` does. The marker exists until ``settle``.

    Raises:
        ActionFailed: there is nothing to restore, or another program changed files. Nothing was changed.
        Stuck: a step failed.
    """
    brought = recover(state, TreeSide.OLD, at_step, overwrite=overwrite)
    if brought is None:
        raise ActionFailed("there is no switch to undo", where=str(state.marker), next_step="nothing was changed")
    return brought


def recover(
    state: StateFolder, side: TreeSide | None = None, at_step: Step = _ignored, *, overwrite: bool = False
) -> Brought | None:
    """Finish or undo a killed switch. Return ``None`` if there is none. The marker exists until ``settle``.

    The default of ``side`` is the old tree, or the new tree if it is already kept as verified. With ``overwrite``,
    files that another program changed since are overwritten, and their bytes are kept.

    Raises:
        ActionFailed: another program changed files. Nothing was changed.
        Stuck: a step failed.
    """
    plan = pending(state)
    if plan is None:
        return None
    side, found = side or _proved(state, plan), survey(plan)
    if unread := tuple(one for one in found.foreign if one.why):
        raise strangers(plan, unread, _UNREADABLE)
    if found.foreign and not overwrite:
        raise strangers(plan, found.foreign, _OVERWRITES)
    overwritten = tuple(_set_aside(state, plan, found.foreign))
    try:
        bring(state, plan, side, at_step, found.foreign)
        verify(plan, side)
        at_step("verified")
    except (OSError, ActionFailed) as error:
        raise _stuck(state, plan, error) from error
    return Brought(side, found.standing, overwritten, besides(plan, side), tuple(unlinked(plan, side).items()))


def settle(
    state: StateFolder, verified: Tree | None = None, loaded: Load | None = None, read_from: str = ""
) -> GoodTree | None:
    """End a switch: keep the verified tree, if one is given, then remove the marker.

    A tree that is neither side of the switch any more is not kept, and the result is ``None``: another program wrote
    there since, and a rollback must not use files that were never verified. ``loaded`` is the verified load of the
    tree. ``read_from`` is the path where the server was seen to read it.

    Raises:
        ActionFailed: the tree cannot be kept, or the marker cannot be removed. Then the marker exists.
    """
    good = None
    if verified is not None:
        seen, plan = snapshot(verified), pending(state)
        if plan is None or not all(content_differences(side, seen) for side in (plan.old, plan.new)):
            gone = {} if plan is None or content_differences(plan.old, seen) else unlinked(plan, TreeSide.OLD)
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


def _prepare(state: StateFolder, plan: Plan, at_step: Step) -> None:
    """Keep the bytes of both sides, then write the marker. Before that nothing else is changed."""
    try:
        state.make()
        keep(state.objects, _bytes_of(state, plan))
        at_step("kept both sides")
        write_marker(state, plan)
    except (OSError, ActionFailed) as error:
        with suppress(OSError):  # the error may have come right after the marker was written
            remove_marker(state)
        if isinstance(error, OSError):
            raise refused("the switch cannot be prepared", state.folder, error) from error
        raise


def _bytes_of(state: StateFolder, plan: Plan) -> Iterator[tuple[Path, str]]:
    """List the files to keep. In place, the old files are kept already."""
    for change in plan.changes:
        if change.after is not None and plan.source is not None:
            yield plan.source.path(change.name), change.after.sha256
        if change.before is not None:
            was = plan.live.path(change.name)
            yield state.objects / change.before.sha256 if plan.in_place else was, change.before.sha256


def _set_aside(state: StateFolder, plan: Plan, foreign: Iterable[Foreign]) -> Iterator[tuple[str, Path]]:
    """Keep the bytes of the files that will be overwritten, or return the target of a foreign link."""
    for one in foreign:
        if one.leads_to:
            yield one.name, Path(one.leads_to)
        elif one.found is not None:
            try:
                keep(state.overwritten, [(plan.live.path(one.name), one.found.sha256)])
            except OSError as error:
                raise refused("the files to overwrite cannot be copied first", state.overwritten, error) from error
            yield one.name, state.overwritten / one.found.sha256


def _proved(state: StateFolder, plan: Plan) -> TreeSide:
    """Return the side to go to. A new tree that is verified already is not undone."""
    good = newest(state)
    verified = good is not None and good.manifest.contents == plan.new.contents
    return TreeSide.NEW if verified and plan.old.contents != plan.new.contents else TreeSide.OLD


def _withdrawn(state: StateFolder, plan: Plan, error: OSError | ActionFailed) -> ActionFailed:
    """Withdraw a switch before any file of the live folder was changed. Return the error to raise."""
    clear(plan)
    drop_folders(plan)
    try:
        remove_marker(state)
    except OSError as second:
        return _stuck(state, plan, second)
    return _ended(Refused, "nothing was switched", plan, error)


def _undone(state: StateFolder, plan: Plan, error: OSError | ActionFailed, at_step: Step) -> ActionFailed:
    """Put the old tree back after a file was changed. Return the error to raise."""
    try:
        bring(state, plan, TreeSide.OLD, at_step)
        verify(plan, TreeSide.OLD)
        remove_marker(state)
    except (OSError, ActionFailed) as second:
        return _stuck(state, plan, second)
    return _ended(Undone, "the switch failed and was undone; the old tree is back", plan, error)


def _stuck(state: StateFolder, plan: Plan, error: OSError | ActionFailed) -> Stuck:
    """Return the error for a live folder that could not be brought to one side. The marker exists."""
    clear(plan)
    way_out = _OVERWRITES if isinstance(error, Strangers) else "fix that problem, then: gonogo reload --recover"
    return Stuck(
        f"the live tree is {survey(plan).standing}: it could not be brought to one side",
        where=str(plan.live.root),
        why=words(error) if isinstance(error, OSError) else str(error),
        next_step=f"{way_out} (the bytes of both trees are in {state.folder})",
    )


def _ended(sort: type[Refused | Undone], what: str, plan: Plan, error: OSError | ActionFailed) -> Refused | Undone:
    if isinstance(error, OSError):
        where = str(error.filename2 or error.filename or plan.live.root)
        return sort(what, where=where, why=words(error), next_step=next_of(error))
    return sort(what, where=error.where, why=error.why or error.what, next_step=error.next_step)
