"""The warnings of a reload: facts that a user should know although the server has the files on disk."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from gonogo.reload.compare.result import ReloadResult
from gonogo.reload.own_file import unproved_secrets
from gonogo.reload.own_scrapes import unproved_parts
from gonogo.reload.place import ReloadPlace
from gonogo.reload.snapshot import Snapshot
from gonogo.reload.trees.good_trees import newest


def warnings_of(place: ReloadPlace, found: Snapshot, result: ReloadResult) -> tuple[str, ...]:
    """Return the warnings of a successful result. A failed result has reasons instead."""
    if not result.became.success:
        return ()
    return (*_unlinked(place, found, result), *_secrets(place, found))


def _secrets(place: ReloadPlace, found: Snapshot) -> Iterator[str]:
    if found.own is not None and found.seen is not None and place.live is not None:
        yield from unproved_secrets(place.live.path(place.live.config), found.own, found.seen, known=found.is_known)
        if found.before is not None and found.new is not None:
            yield from unproved_parts(place.live, found.before, found.new, found.old)


def _unlinked(place: ReloadPlace, found: Snapshot, result: ReloadResult) -> Iterator[str]:
    """Report the files that a rollback put where links were. Deployments through the links do not reach them."""
    good = found.last if result.looked else newest(place.state)
    if good is None or place.live is None:
        return
    for name, text in good.unlinked.items():
        path = place.live.path(name)
        if path.is_file() and not path.is_symlink():
            yield (
                f"{path} is a file where a link to {text} was: a rollback put it there, and what is deployed through "
                f"the link does not reach the server (put the link back: {shlex.join(('ln', '-sfn', text, str(path)))})"
            )
