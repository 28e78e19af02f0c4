"""The steps that change files: switch and keep, restore and settle."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from gonogo.disk import durable
from gonogo.disk.regular_file import NotReadable, read_regular
from gonogo.errors import ActionFailed
from gonogo.model.outcome import Outcome
from gonogo.model.plain import counted
from gonogo.reload.course import Done, judged, passed
from gonogo.reload.own_file import Which
from gonogo.reload.snapshot import Ready
from gonogo.reload.trees.good_trees import Load
from gonogo.reload.trees.manifest import Manifest, ManifestEntry, content_differences, snapshot
from gonogo.reload.trees.marker import Plan, pending
from gonogo.reload.trees.state_folder import PRIVATE_FILE, PRIVATE_FOLDER, StateFolder
from gonogo.reload.trees.switch import restore, settle, switch
from gonogo.reload.trees.switch_plan import plan_in_place, plan_switch
from gonogo.reload.trees.switch_trouble import NoWayBack
from gonogo.reload.trees.tree import FileKind

MOST_KEPT = 3
"""The number of rejected trees to keep. The oldest ones are deleted."""


def keep_rejected(state: StateFolder, plan: Plan) -> Path | None:
    """Copy every file that the rollback would overwrite or remove. Return the folder, or ``None`` if there is none.

    Raises:
        ActionFailed: the files cannot be copied, so they must not be overwritten.
    """
    rejected = state.folder / "rejected"
    try:
        edited = _edited(plan)
        if not edited:
            return None
        lines = (f"{hashlib.sha256(content).hexdigest()} {name}\n" for name, content in sorted(edited.items()))
        folder = rejected / hashlib.sha256("".join(lines).encode(errors="surrogateescape")).hexdigest()[:16]
        copies = {folder / _inside(name, edited): content for name, content in edited.items()}
        for copy, content in copies.items():
            copy.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            durable.replace(copy, content, PRIVATE_FILE)
        for made in {above for copy in copies for above in copy.parents if above.is_relative_to(state.folder)}:
            durable.sync_folder(made)
        others = sorted((one for one in rejected.iterdir() if one != folder), key=lambda one: one.stat().st_mtime)
        for old in others[: max(0, len(others) - MOST_KEPT + 1)]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise _not_kept(rejected, error, "make room or repair the folder") from error
    return folder


def _edited(plan: Plan) -> dict[str, bytes]:
    """Read the files that the rollback would replace or remove."""
    edited = {}
    for change in plan.changes:
        path = plan.live.path(change.name)
        if os.path.lexists(path):
            try:
                content = read_regular(path)[0]
            except NotReadable as error:
                raise _not_kept(path, error, "move it away") from error
            if change.before is None or hashlib.sha256(content).hexdigest() != change.before.sha256:
                edited[change.name] = content
    return edited


def _not_kept(where: Path, error: Exception, next_step: str) -> ActionFailed:
    return ActionFailed(
        "the edited files cannot be copied, so they were not overwritten",
        where=str(where),
        why=str(error),
        next_step=f"{next_step}, then: gonogo reload --recover --overwrite",
    )


def _inside(name: str, edited: dict[str, bytes]) -> str:
    """Return the name of a copy. A file outside the configuration's folder is below ``outside``, by its whole path."""
    outside = "outside"
    while any(other.startswith(f"{outside}/") for other in edited):
        outside += "_"
    return f"{outside}{name}" if name.startswith("/") else name


_NO_WAY_BACK = "the files are changed already, and no rollback is possible"
_FIRST = "there is no last good copy yet, and the server shows these files: they are loaded once more"


def switch_step(ready: Ready) -> Done[None]:
    """Put the new tree on disk. In place, only note the way back; without one, the outcome is UNKNOWN."""
    staged, good = ready.place.staged, ready.found.good
    try:
        if staged is not None:
            plan = plan_switch(ready.live, staged)
        elif good is not None:
            plan = plan_in_place(ready.place.state, ready.live, good)
        else:
            return passed(_FIRST) if ready.found.has_new else Done(Outcome.UNKNOWN, _NO_WAY_BACK)
    except NoWayBack as error:
        if not ready.without_rollback:
            raise
        return Done(Outcome.UNKNOWN, f"{_NO_WAY_BACK}: {error.why}")
    switch(ready.place.state, plan)
    leads = "; ".join(f"{link.path} leads to {link.after}" for link in plan.links)
    if plan.in_place:
        differ = f"{counted(len(plan.changes), 'file')} and {counted(len(plan.links), 'symbolic link')} differ"
        return passed(f"{differ} from the last good copy, which a rollback can use{leads and f': {leads}'}")
    return passed(leads or f"{counted(len(plan.changes), 'file')} put or removed in {ready.live.root}")


def keep_step(ready: Ready, loaded: Load | None) -> Done[None]:
    """Keep the verified tree as the last good copy, and end the switch.

    If another program changed files meanwhile, the disk does not have the verified tree. Then nothing is kept or
    overwritten, and the switch stays open.
    """
    now, found = snapshot(ready.live), ready.found
    if changed := _other_bytes(ready, found.manifest, now):
        return judged((changed,), "")
    was = _as_put(ready)
    ours = ((name, entry) for name, entry in now.entries.items() if entry.kind is not FileKind.TARGETS)
    rewritten = any(was.get(name, entry) != entry for name, entry in ours)
    is_read = (found.seen is not None and found.seen.file) or (found.own is not None and found.own.which is Which.SAME)
    read_from = ready.before.configuration_path if is_read else ""
    proved = None if rewritten else loaded  # after a rewrite the server may have read other bytes
    good = settle(ready.place.state, ready.live, proved, read_from)
    return passed(f"kept as good copy {good.number}" if good else "kept", tree=ready.new.digest)


def restore_step(ready: Ready) -> Done[None]:
    """Put the old files back. Before that, keep copies of files that were edited in place."""
    state = ready.place.state
    plan = pending(state)
    aside = keep_rejected(state, plan) if plan is not None and plan.in_place else None
    brought = restore(state)
    turned = "".join(f"; {link.path} leads to {link.before} again" for link in (plan.links if plan else ()))
    words = f"the old files are back in {ready.live.root}{turned}{unlinked_words(brought.unlinked)}"
    laid = f"; the new ones are in {aside}" if aside else ""
    seen = {**({"rejected": str(aside)} if aside else {}), "tree": ready.found.old.digest if ready.found.old else ""}
    return Done(Outcome.PASS, f"{words}{laid}", besides_reasons(brought.besides), seen)


def keep_old_step(ready: Ready, loaded: Load | None) -> Done[None]:
    """End the switch, and keep the old tree as the last good copy if it is still on disk."""
    found = ready.found
    old = found.standing if found.good is None else found.good.manifest
    if changed := _other_bytes(ready, old, snapshot(ready.live)):
        return judged((changed,), "")
    good = settle(ready.place.state, ready.live, loaded)
    return passed(f"kept as good copy {good.number}" if good else "settled")


def besides_reasons(besides: tuple[str, ...]) -> tuple[str, ...]:
    """Return a reason for each other file that another program changed meanwhile. gonogo did not touch these files."""
    return tuple(f"somebody else changed a file meanwhile, and gonogo did not overwrite it: {one}" for one in besides)


def unlinked_words(unlinked: Iterable[tuple[str, str]]) -> str:
    """Return a clause for each file that took the place of a link."""
    return "".join(
        f"; {name} is a file now, where a link to {text} was: the file behind the link has changed or is gone"
        for name, text in unlinked
    )


def _as_put(ready: Ready) -> dict[str, ManifestEntry]:
    """Return the files of the live folder as they were when the server was asked to read them."""
    found, plan = ready.found, pending(ready.place.state)
    if ready.place.staged is None or found.standing is None or plan is None or plan.links:
        return dict(found.manifest.entries) if found.manifest is not None else {}
    put = {change.name: change.after for change in plan.changes if change.after is not None}
    return {**found.standing.entries, **put}


def _other_bytes(ready: Ready, verified: Manifest | None, now: Manifest) -> str:
    """Return why the verified tree is not on disk any more, or an empty text."""
    changed = () if verified is None else content_differences(verified, now)
    if not changed:
        return ""
    back = "gonogo reload --recover --overwrite goes back to the old files, and keeps a copy of these"
    forth = "gonogo reload --without-rollback loads what is there now"
    return (
        f"somebody changed files in {ready.live.root} during the verification: {'; '.join(changed[:3])}: the server "
        f"has the verified files, the disk has other bytes, and nothing was overwritten (look at these files; then "
        f"{forth if pending(ready.place.state) is None else back})"
    )
