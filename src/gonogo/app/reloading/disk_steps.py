"""What was found ready to be changed, and the steps that settle it on disk: keep, restore, settle."""

from __future__ import annotations

from dataclasses import dataclass

from gonogo.actuators.manifest import content_differences, snapshot
from gonogo.actuators.switch import restore, settle
from gonogo.actuators.tree import Tree
from gonogo.app.reloading.contents import Contents
from gonogo.app.reloading.course import Done, passed
from gonogo.app.reloading.place import Place
from gonogo.app.reloading.rejected import keep_rejected
from gonogo.app.reloading.snapshot import Snapshot
from gonogo.model.outcome import Outcome
from gonogo.prometheus.server_state import ServerState


@dataclass(frozen=True, slots=True)
class Ready:
    """All that was found good enough to go on.

    Attributes:
        place: where.
        found: what there was before.
        before: the server before anything was touched.
        live: the tree that the server reads.
        new: what shall be loaded.
        preview: what will change, a line each.
        without_rollback: whether to go on where there is nothing to go back to.
    """

    place: Place
    found: Snapshot
    before: ServerState
    live: Tree
    new: Contents
    preview: tuple[str, ...]
    without_rollback: bool = False


def keep_step(ready: Ready) -> Done:
    """Keep the verified tree to go back to, if it still is what was verified; then the switch is settled."""
    state, live, manifest = ready.place.state, ready.live, ready.found.manifest
    now = snapshot(live)
    changed = content_differences(manifest, now) if manifest is not None else ()
    if changed:
        settle(state)
        return Done(Outcome.UNKNOWN, f"not kept: somebody changed the files since: {'; '.join(changed[:3])}")
    good = settle(state, live)
    return passed(f"kept as good tree {good.number}" if good else "kept", tree=ready.new.digest)


def restore_step(ready: Ready) -> Done:
    """Put the old files back; what was edited in place is laid aside first."""
    state, live = ready.place.state, ready.live
    aside = keep_rejected(state, live, ready.found.manifest) if ready.place.staged is None else None
    brought = restore(state)
    told = f"the old files are back in {live.root}"
    besides = f"; besides: {'; '.join(brought.besides[:3])}" if brought.besides else ""
    laid = f"; the new ones are in {aside}" if aside else ""
    return passed(f"{told}{laid}{besides}", tree=ready.found.old.digest if ready.found.old else "")


def settle_old(ready: Ready) -> Done:
    """End the switch; the old tree was just verified, so it is the last good one."""
    good = settle(ready.place.state, ready.live)
    return passed(f"kept as good tree {good.number}" if good else "settled")
