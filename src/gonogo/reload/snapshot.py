"""The state before the reload: of the server, of the files on disk, and of the last good copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from gonogo.errors import GonogoError
from gonogo.model.rule import LoadedGroup
from gonogo.reload.compare.completed import evaluation_interval
from gonogo.reload.compare.configuration import difference
from gonogo.reload.compare.document import UnreadableConfiguration
from gonogo.reload.compare.rules import rules_difference
from gonogo.reload.contents import Contents, contents_kept, contents_of, folder_of
from gonogo.reload.course import Done, judged
from gonogo.reload.discovery import discovered_state
from gonogo.reload.own_file import OwnFile, Visible, own_file, unproved, visible
from gonogo.reload.own_scrapes import scrape_differences, unproved_scrapes
from gonogo.reload.place import ReloadPlace
from gonogo.reload.request import ReloadRequest
from gonogo.reload.trees.good_trees import GoodTree, good_tree, newest
from gonogo.reload.trees.manifest import Manifest, snapshot
from gonogo.reload.trees.switch_trouble import Unfit
from gonogo.server.server_state import ServerState

TOLD = 3
"""The number of differences that a message lists if the server has neither the old files nor the new ones."""


@dataclass(slots=True)
class Snapshot:
    """The state before the reload. A field is ``None`` if it could not be read; the step's message says why.

    Attributes:
        before: the server.
        manifest: the files of the new tree, as they are on disk.
        new: the contents of the new tree.
        old: the contents of the tree to roll back to.
        good: the last good copy, for a reload in place.
        standing: the files of the live folder, as they are on disk.
        last: the last good copy, of any folder.
        has_new: whether the server has loaded the new tree already.
        has_old: whether the server has loaded the tree to roll back to.
        own: the file that the server reads.
        seen: the parts of the new tree that the server visibly loads.
        reasons: the reasons not to reload.
    """

    before: ServerState | None = None
    manifest: Manifest | None = None
    new: Contents | None = None
    old: Contents | None = None
    good: GoodTree | None = None
    standing: Manifest | None = None
    last: GoodTree | None = None
    has_new: bool = False
    has_old: bool = False
    own: OwnFile | None = None
    seen: Visible | None = None
    reasons: list[str] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        """Return whether an earlier reload showed that the server reads this configuration."""
        if self.last is None or self.before is None or self.standing is None:
            return False
        here = (self.last.manifest.home, self.last.manifest.config) == (self.standing.home, self.standing.config)
        return here and self.last.read_from == self.before.configuration_path


def snapshot_step(request: ReloadRequest, place: ReloadPlace, found: Snapshot) -> Done:
    """Read the state into ``found``, and report what would make a rollback impossible."""
    for take in (_server, _trees, _spelled, _known, _own):
        try:
            found.reasons += take(request, place, found)
        except Unfit as unfit:
            found.reasons += (f"{unfit.where}: {reason}" for reason in unfit.reasons)
        except GonogoError as error:
            found.reasons.append(str(error))
    loaded = "" if found.before is None else f"version {found.before.version}, {_loaded_rules(found.before)} rules"
    digests = {name: one.digest for name, one in (("old", found.old), ("new", found.new)) if one is not None}
    return judged(tuple(found.reasons), f"{place.server.url} is ready: {loaded}", trees=digests)


def _server(request: ReloadRequest, place: ReloadPlace, found: Snapshot) -> Iterator[str]:
    del request
    if why := place.server.unready():
        yield why
        return
    good = newest(place.state)
    found.before = discovered_state(place.server.state, None if good is None else good.loaded)


def _trees(request: ReloadRequest, place: ReloadPlace, found: Snapshot) -> Iterator[str]:
    del request
    if place.live is None:
        yield "the policy names no configuration: give prometheus.config, the file that the server reads"
        return
    tree = place.staged or place.live
    found.manifest = snapshot(tree)
    found.new = contents_of(tree, found.manifest)
    found.last = newest(place.state)
    found.standing = found.manifest if place.staged is None else snapshot(place.live)
    if place.staged is not None:
        found.old = contents_of(place.live, found.standing)
        return
    found.good = good_tree(place.state, place.live)
    if found.good is not None:
        found.old = contents_kept(place.state, found.good.manifest)


def _spelled(request: ReloadRequest, place: ReloadPlace, found: Snapshot) -> Iterator[str]:
    """Replace the expressions that gonogo cannot parse by the server's spelling, on both sides."""
    del request
    if found.before is None:
        return
    found.new = None if found.new is None else place.server.as_spelled(found.new)
    found.old = None if found.old is None else place.server.as_spelled(found.old)
    found.before = place.server.spelled(found.before)
    yield from ()


def _known(request: ReloadRequest, place: ReloadPlace, found: Snapshot) -> Iterator[str]:
    """Check that the server has loaded either the tree to roll back to or the new tree."""
    if found.before is None or found.new is None:
        return
    new = unlike(found.new, found.before)
    old = ("",) if found.old is None else unlike(found.old, found.before)
    found.has_new, found.has_old = not new, not old
    if found.old is None and found.has_new:
        found.old, found.has_old = found.new, True  # the new tree is proved loaded, so a rollback can use it
    elif found.old is None and place.staged is not None:
        return  # the live files could not be read: another reason says so
    elif found.old is None and not request.without_rollback:
        yield (
            "no rollback is possible: the files are changed already, and there is no last good copy yet "
            "(put the old files back and reload once, or stage the new ones elsewhere and use --from, "
            "or use --without-rollback)"
        )
    elif not (found.old is None or request.repair or found.has_old or (found.has_new and place.staged is None)):
        yield (
            f"the server has neither the old files nor the new ones: {'; '.join(old[:TOLD])} "
            "(find out who reloaded the server, and with which files; --repair reloads anyway)"
        )


def _own(request: ReloadRequest, place: ReloadPlace, found: Snapshot) -> Iterator[str]:
    """Check that the server reads the policy's configuration, if no visible change can prove that."""
    del request
    if found.before is None or found.new is None or place.live is None:
        return
    file = place.live.path(place.live.config)
    found.own, found.seen = (
        own_file(found.before, file),
        visible(found.new, found.old, found.before, differs=not found.has_new),
    )
    yield from unproved(file, found.own, found.seen, known=found.is_known)
    yield from unproved_scrapes(place.live, found.before, found.new, found.old, found.own)


def unlike(contents: Contents, server: ServerState) -> tuple[str, ...]:
    """List where a server differs from a tree's configuration, rules and scrape files. Secrets cannot be compared."""
    found = difference(contents.text, server.configuration, folder=folder_of(server))
    try:
        interval = evaluation_interval(contents.text)
    except (UnreadableConfiguration, ValueError) as error:
        return (str(error),)
    return (
        *(one.words for one in found),
        *rules_difference(contents.rules, server.rules, interval).words,
        *scrape_differences(contents, server),
    )


def _loaded_rules(server: ServerState) -> int:
    groups: tuple[LoadedGroup, ...] = server.rules
    return sum(len(group.rules) for group in groups)
