"""The steps that end a change on disk: keep, restore, settle; and the checked state that they need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gonogo.model.outcome import Outcome
from gonogo.reload.contents import Contents
from gonogo.reload.course import Done, judged, passed
from gonogo.reload.own_file import Which, own_file, unproved
from gonogo.reload.own_scrapes import unproved_scrapes
from gonogo.reload.place import ReloadPlace
from gonogo.reload.rejected import keep_rejected
from gonogo.reload.snapshot import Snapshot
from gonogo.reload.trees.good_trees import Load
from gonogo.reload.trees.manifest import ManifestEntry, content_differences, snapshot
from gonogo.reload.trees.recover_marker import pending
from gonogo.reload.trees.switch import restore, settle
from gonogo.reload.trees.tree import FileKind, Tree
from gonogo.server.server_state import ServerState


@dataclass(frozen=True, slots=True)
class Ready:
    """The checked state from which a reload continues.

    Attributes:
        place: the server and its trees.
        found: the state before the reload.
        before: the server before anything was changed.
        live: the tree that the server reads.
        new: the contents of the new tree.
        preview: one line for each change.
        without_rollback: whether to continue without a way back.
    """

    place: ReloadPlace
    found: Snapshot
    before: ServerState
    live: Tree
    new: Contents
    preview: tuple[str, ...]
    without_rollback: bool = False


def keep_step(ready: Ready, loaded: Load | None) -> Done:
    """Keep the verified tree as the last good copy, and end the switch.

    If another program changed files meanwhile, the disk does not have the verified tree. Then nothing is kept or
    overwritten, and the switch stays open.

    """
    state, live, manifest = ready.place.state, ready.live, ready.found.manifest
    now = snapshot(live)
    changed = content_differences(manifest, now) if manifest is not None else ()
    if changed:
        return judged((_other_bytes(live, changed, is_pending=pending(state) is not None),), "")
    was = _as_put(ready)
    ours = ((name, entry) for name, entry in now.entries.items() if entry.kind is not FileKind.TARGETS)
    rewritten = any(was.get(name, entry) != entry for name, entry in ours)
    seen, own = ready.found.seen, ready.found.own
    is_read = (seen is not None and seen.file) or (own is not None and own.which is Which.SAME)
    read_from = ready.before.configuration_path if is_read else ""
    proved = None if rewritten else loaded  # after a rewrite the server may have read other bytes
    good = settle(state, live, proved, read_from)
    return passed(f"kept as good copy {good.number}" if good else "kept", tree=ready.new.digest)


def other_file(ready: Ready) -> tuple[str, ...]:
    """Report if the server reads another file now, unless a visible change proves that it reads this one.

    If a single file is mounted into a container, the container keeps the old file after a new one replaces it.
    """
    file, found = ready.live.path(ready.live.config), ready.found
    if found.seen is None:
        return ()
    own = own_file(ready.before, file)
    return (
        *unproved(file, own, found.seen, known=found.is_known),
        *unproved_scrapes(ready.live, ready.before, ready.new, found.old, own),
    )


def restore_step(ready: Ready) -> Done:
    """Put the old files back. Before that, keep copies of files that were edited in place."""
    state, live = ready.place.state, ready.live
    marker = pending(state)
    aside = keep_rejected(state, marker) if marker is not None and marker.in_place else None
    brought = restore(state)
    turned = "".join(f"; {link.path} leads to {link.before} again" for link in (marker.links if marker else ()))
    words = f"the old files are back in {live.root}{turned}{unlinked_words(brought.unlinked)}"
    laid = f"; the new ones are in {aside}" if aside else ""
    seen = {"rejected": str(aside)} if aside else {}
    seen["tree"] = ready.found.old.digest if ready.found.old else ""
    return Done(Outcome.PASS, f"{words}{laid}", besides_reasons(brought.besides), seen)


def besides_reasons(besides: tuple[str, ...]) -> tuple[str, ...]:
    """Return a reason for each other file that another program changed meanwhile. gonogo did not touch these files."""
    return tuple(f"somebody else changed a file meanwhile, and gonogo did not overwrite it: {one}" for one in besides)


def unlinked_words(unlinked: Iterable[tuple[str, str]]) -> str:
    """Return a clause for each file that took the place of a link."""
    return "".join(
        f"; {name} is a file now, where a link to {text} was: the file behind the link has changed or is gone"
        for name, text in unlinked
    )


def settle_old(ready: Ready, loaded: Load | None) -> Done:
    """End the switch, and keep the old tree as the last good copy if it is still on disk."""
    found = ready.found
    old = found.standing if found.good is None else found.good.manifest
    changed = content_differences(old, snapshot(ready.live)) if old is not None else ()
    if changed:
        return judged((_other_bytes(ready.live, changed, is_pending=pending(ready.place.state) is not None),), "")
    good = settle(ready.place.state, ready.live, loaded)
    return passed(f"kept as good copy {good.number}" if good else "settled")


def _as_put(ready: Ready) -> dict[str, ManifestEntry]:
    """Return the files of the live folder as they were when the server was asked to read them."""
    found, marker = ready.found, pending(ready.place.state)
    if ready.place.staged is None or found.standing is None or marker is None or marker.links:
        return dict(found.manifest.entries) if found.manifest is not None else {}
    put = {change.name: change.after for change in marker.changes if change.after is not None}
    return {**found.standing.entries, **put}


def _other_bytes(live: Tree, changed: tuple[str, ...], *, is_pending: bool) -> str:
    back = "gonogo reload --recover --overwrite goes back to the old files, and keeps a copy of these"
    forth = "gonogo reload --without-rollback loads what is there now"
    return (
        f"somebody changed files in {live.root} during the verification: {'; '.join(changed[:3])}: the server has the "
        f"verified files, the disk has other bytes, and nothing was overwritten (look at these files; then "
        f"{back if is_pending else forth})"
    )
