"""Switches the live tree to another one, and back, so that any death leaves a way to either, whole.

::

    plan = plan_switch(live, staged)        # or plan_in_place(state, live, good)
    switch(state, plan)                     # the new tree is on disk, the marker stands
    ...                                     # trigger, verify
    settle(state, live)                     # proved: kept as the last good tree, the marker is gone
    restore(state); ...; settle(state)      # not proved: the old tree is back, and proved

While the marker stands, ``recover`` goes either way, from any process, as often as one likes.
The caller holds the server's lock through all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gonogo.actuators.good_trees import GoodTree, hashes_of_good, keep_good, newest
from gonogo.actuators.kept_bytes import drop_others, keep, kept
from gonogo.actuators.manifest import content_differences, snapshot
from gonogo.actuators.recover_marker import Marker, marker_of, pending, remove_marker, write_marker
from gonogo.actuators.server_state import ServerState
from gonogo.actuators.switch_plan import Plan
from gonogo.actuators.switch_steps import (
    Side,
    Standing,
    Step,
    bring,
    clear,
    foreign_files,
    is_there,
    standing,
)
from gonogo.actuators.switch_trouble import Refused, Stuck, Undone, Unfit, next_of, refused, words
from gonogo.actuators.tree import Tree
from gonogo.errors import ActionFailed


@dataclass(frozen=True, slots=True)
class Brought:
    """What was brought to the disk.

    Attributes:
        side: the tree that stands there now; every file of the switch was read again and has its hash.
        found: what stood there before.
        overwritten: files of neither tree that were overwritten, and where their bytes are kept.
        besides: other differences from that tree that the switch did not make, as clauses; empty: it is whole.
    """

    side: Side
    found: Standing
    overwritten: tuple[tuple[str, Path], ...] = ()
    besides: tuple[str, ...] = ()


def _unheard(step: str) -> None:
    del step


def switch(state: ServerState, plan: Plan, at_step: Step = _unheard) -> Marker:
    """Carry a plan out; when this returns, the new tree is on disk, whole, and the marker stands.

    Raises:
        Refused: nothing was touched.
        Undone: a step failed, and the old tree was put back and verified.
        Stuck: that failed too; the marker stands.
    """
    if pending(state) is not None:
        raise Refused(
            "an earlier switch is not settled",
            where=str(state.marker),
            why="its process was killed, or could not undo it",
            next_step="recover it first: gonogo reload --recover",
        )
    marker = marker_of(plan)
    at_step("begun")
    _prepare(state, plan, marker, at_step)
    try:
        bring(state, marker, Side.NEW, at_step)
        _verify(marker, Side.NEW)
        at_step("verified")
    except (OSError, ActionFailed) as error:
        raise _undone(state, marker, error, at_step) from error
    return marker


def restore(state: ServerState, at_step: Step = _unheard, *, overwrite: bool = False) -> Brought:
    """Put the old tree back; the marker stands until ``settle``.

    Args:
        state: the server's folder.
        at_step: is told of each step.
        overwrite: whether files may be overwritten that somebody else changed since; their bytes are kept.

    Raises:
        ActionFailed: there is nothing to restore, or somebody else's files stand in the way: nothing was touched.
        Stuck: a step failed.
    """
    marker = pending(state)
    if marker is None:
        raise ActionFailed("there is no switch to undo", where=str(state.marker), next_step="nothing was changed")
    return _bring(state, marker, Side.OLD, at_step, overwrite=overwrite)


def recover(
    state: ServerState, side: Side | None = None, at_step: Step = _unheard, *, overwrite: bool = False
) -> Brought | None:
    """Finish or undo what a killed switch left; ``None`` where nothing is left. The marker stands until ``settle``.

    Args:
        state: the server's folder.
        side: the tree to go to; by default the old one, unless the new one is already kept as verified.
        at_step: is told of each step.
        overwrite: as for ``restore``.

    Raises:
        ActionFailed: as for ``restore``.
        Stuck: as for ``restore``.
    """
    marker = pending(state)
    if marker is None:
        return None
    return _bring(state, marker, side or _proved(state, marker), at_step, overwrite=overwrite)


def settle(state: ServerState, verified: Tree | None = None) -> GoodTree | None:
    """End a switch: keep the tree that was verified, if one is given, then take the marker away.

    Raises:
        ActionFailed: the tree cannot be kept, or the marker not be taken away; then the marker stands.
    """
    good = None if verified is None else keep_good(state, verified)
    try:
        remove_marker(state)
    except FileNotFoundError:
        return good  # no folder, no marker
    except OSError as error:
        raise refused("the marker of the switch cannot be taken away", state.marker, error) from error
    drop_others(state.objects, frozenset(hashes_of_good(state)))
    return good


def _prepare(state: ServerState, plan: Plan, marker: Marker, at_step: Step) -> None:
    """Keep all bytes of both sides, then put the marker: until that is done, nothing else is touched."""
    try:
        state.make()
        for change in plan.changes:
            if change.after is not None:
                keep(state.objects, plan.source.path(change.name), change.after.sha256)
            if change.before is not None and plan.in_place:
                kept(state.objects, change.before.sha256)
            elif change.before is not None:
                keep(state.objects, plan.live.path(change.name), change.before.sha256)
            at_step(f"kept {change.name}")
        write_marker(state, marker)
    except OSError as error:
        raise refused("the switch cannot be prepared", state.folder, error) from error
    at_step("marked")


def _bring(state: ServerState, marker: Marker, side: Side, at_step: Step, *, overwrite: bool) -> Brought:
    found = standing(marker)
    foreign = foreign_files(marker)
    names = ", ".join(f"{one.name} ({one.why})" if one.why else one.name for one in foreign)
    unreadable = any(one.why for one in foreign)
    if (found is Standing.FOREIGN and not overwrite) or unreadable:
        raise ActionFailed(
            f"somebody else changed files since the switch began: {names or 'the link of the tree'}",
            where=str(marker.live.root),
            why="they are neither of the old tree nor of the new one, and would be lost",
            next_step="look at them; nothing was changed"
            + ("" if unreadable else "; tell to overwrite them if they may go"),
        )
    try:
        overwritten = []
        for one in foreign:
            if one.found is not None:
                keep(state.overwritten, marker.live.path(one.name), one.found.sha256)
                overwritten.append((one.name, state.overwritten / one.found.sha256))
        bring(state, marker, side, at_step)
        _verify(marker, side)
    except (OSError, ActionFailed) as error:
        raise _stuck(state, marker, error) from error
    at_step("verified")
    return Brought(side, found, tuple(overwritten), _besides(marker, side))


def _verify(marker: Marker, side: Side) -> None:
    """Read every file of the switch again; towards the new tree, all that a reload would read.

    Raises:
        ActionFailed: something is not as it must be.
    """
    wrong = tuple(change.name for change in marker.changes if not is_there(marker, change, side))
    if marker.link is not None and standing(marker).value != side.value:
        wrong = (str(marker.link.path),)
    if not wrong and side is Side.NEW:
        wrong = _besides(marker, side)
    if wrong:
        raise ActionFailed(f"the {side} tree is not on disk", where=str(marker.live.root), why="; ".join(wrong))


def _besides(marker: Marker, side: Side) -> tuple[str, ...]:
    try:
        return content_differences(marker.old if side is Side.OLD else marker.new, snapshot(marker.live))
    except Unfit as error:
        return error.reasons


def _undone(state: ServerState, marker: Marker, error: OSError | ActionFailed, at_step: Step) -> ActionFailed:
    """Put the old tree back after a failed step; gives the error to raise."""
    untouched = marker.in_place or standing(marker) is Standing.OLD
    try:
        if not marker.in_place:
            bring(state, marker, Side.OLD, at_step)
            _verify(marker, Side.OLD)
        remove_marker(state)
    except (OSError, ActionFailed) as second:
        return _stuck(state, marker, second)
    sort, what = (Refused, "nothing was switched") if untouched else (Undone, "the switch failed and was undone")
    where = str(getattr(error, "filename", None) or marker.live.root)
    if isinstance(error, OSError):
        return sort(f"{what}; the old tree stands", where=where, why=words(error), next_step=next_of(error))
    return sort(f"{what}; the old tree stands", where=where, why=error.why or error.what, next_step=error.next_step)


def _stuck(state: ServerState, marker: Marker, error: OSError | ActionFailed) -> Stuck:
    clear(marker)
    return Stuck(
        f"the live tree is {standing(marker)}: it could not be brought to one side",
        where=str(marker.live.root),
        why=words(error) if isinstance(error, OSError) else str(error),
        next_step=f"mend that, then: gonogo reload --recover (what was and what shall be is in {state.folder})",
    )


def _proved(state: ServerState, marker: Marker) -> Side:
    """Tell the side to go to: a new tree that was verified already is not undone."""
    good = newest(state)
    verified = good is not None and good.manifest.contents == marker.new.contents
    return Side.NEW if verified and marker.old.contents != marker.new.contents else Side.OLD
