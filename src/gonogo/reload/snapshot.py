"""The state before the reload: of the server, of the files on disk, and of the last good copy."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from msgspec import Struct

from gonogo.errors import GonogoError
from gonogo.formats.prometheus_config import read_configuration
from gonogo.model.evidence import TargetHealth
from gonogo.reload.compare.completed import evaluation_interval
from gonogo.reload.compare.configuration import difference
from gonogo.reload.compare.document import UnreadableConfiguration
from gonogo.reload.compare.rules import rules_difference
from gonogo.reload.contents import Contents, StagedConfiguration, contents_kept, contents_of, folder_of, wanted_of
from gonogo.reload.course import Done, judged
from gonogo.reload.own_file import OwnFile, Visible, own_file, scrape_differences, unproved, unproved_scrapes, visible
from gonogo.reload.place import ReloadPlace, ReloadRequest
from gonogo.reload.trees.good_trees import GoodTree, Load, good_tree, newest
from gonogo.reload.trees.manifest import Manifest, snapshot
from gonogo.reload.trees.switch_trouble import Unfit
from gonogo.reload.trees.tree import Tree
from gonogo.reload.waits import RELOAD_WAITS
from gonogo.server.server_state import ServerState
from gonogo.stopping import pause

TOLD = 3
"""The number of differences that a message lists if the server has neither the old files nor the new ones."""

DISCOVERED_WITHIN = timedelta(seconds=15)
"""The longest time of a discovery after a load. After that time a job without a scrape pool will not get one."""


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
        path = None if self.before is None else self.before.configuration_path
        return self._last_is_here and self.last is not None and self.last.read_from == path

    @property
    def seems_unchanged(self) -> bool:
        """Return whether the server's last load was verified by gonogo with the bytes that are on disk now.

        The server's answers alone do not prove that, because the server masks secrets. A restart, or a reload by
        another program, is another load, of the files at that time.
        """
        before, good, now = self.before, self.last, self.standing
        if before is None or good is None or now is None or self.new is None or self.old is None:
            return False
        same_files = good.manifest.kept == now.kept and self.old.digest == self.new.digest  # rights and links too
        same_secrets = good.manifest.references == now.references
        same_load = good.loaded == Load.of(before.vitals) and before.vitals.metrics.successful
        return self._last_is_here and same_files and same_secrets and same_load and self.has_new

    @property
    def _last_is_here(self) -> bool:
        if self.last is None or self.standing is None:
            return False
        return (self.last.manifest.home, self.last.manifest.config) == (self.standing.home, self.standing.config)


class Ready(Struct, frozen=True):
    """The checked state from which a reload continues: nothing of it is missing."""

    place: ReloadPlace
    found: Snapshot
    before: ServerState
    live: Tree
    new: Contents
    without_rollback: bool = False

    def wanted(self, contents: Contents) -> StagedConfiguration:
        """Return the state that the server must have once it has loaded a tree."""
        return wanted_of(contents, self.before, self.found.old if self.found.has_old else None)


def snapshot_step(request: ReloadRequest, place: ReloadPlace, wrong: list[str]) -> Done[Snapshot]:
    """Read the state before the reload. Report what would make a rollback impossible, after the known reasons."""
    found = Snapshot(reasons=wrong)
    for take in (_server, _trees, _spelled, _known, _own):
        try:
            found.reasons += take(request, place, found)
        except Unfit as unfit:
            found.reasons += (f"{unfit.where}: {reason}" for reason in unfit.reasons)
        except GonogoError as error:
            found.reasons.append(str(error))
    count = 0 if found.before is None else sum(len(group.rules) for group in found.before.rules)
    loaded = "" if found.before is None else f"version {found.before.version}, {count} rules"
    digests = {name: one.digest for name, one in (("old", found.old), ("new", found.new)) if one is not None}
    return judged(tuple(found.reasons), f"{place.server.url} is ready: {loaded}", found, trees=digests)


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


def discovered_state(
    look: Callable[[], ServerState], verified: Load | None = None, every: timedelta = RELOAD_WAITS.look_every
) -> ServerState:
    """Look at a server until its discovery is finished, or its time is up by the server's own clock.

    Before that, a target that was always down is missing or has no health. A snapshot could not distinguish it from a
    target that the reload broke. Soon after a load, two looks must agree: the questions of one look are answered at
    different moments, and a pool may be there before its targets are. ``verified`` is the last load that gonogo
    verified.
    """
    was_through = False
    while True:
        asked = time.monotonic()
        now = look()
        # the server does not show the jobs of its scrape files, so only a verified load has all pools for certain
        has_all = "scrape_config_files" not in now.configuration or Load.of(now.vitals) == verified
        through = has_all and is_through(now)
        if (through and was_through) or now.now >= _deadline(now):
            return now
        was_through = through
        pause(max(every.total_seconds(), time.monotonic() - asked))


def is_through(state: ServerState) -> bool:
    """Return whether every job of the loaded configuration has its scrape pool, and every target has its health."""
    configuration, _ = read_configuration(state.configuration, "")
    jobs = {job.name for job in configuration.jobs}
    has_pools = state.pools is None or jobs <= set(state.pools)
    return has_pools and not any(one.health is TargetHealth.UNKNOWN for one in state.targets)


def _deadline(state: ServerState) -> float:
    """Return when each target should have been scraped once since the server started or loaded its configuration."""
    intervals = (one.scrape_interval for one in state.targets if one.health is TargetHealth.UNKNOWN)
    longest = max((one for one in intervals if one is not None), default=timedelta(0))
    loaded = max(state.vitals.born, state.vitals.metrics.success_at)
    return loaded + (DISCOVERED_WITHIN + longest).total_seconds()


def _server(_: ReloadRequest, place: ReloadPlace, found: Snapshot) -> Iterator[str]:
    if why := place.server.unready():
        yield why
        return
    good = newest(place.state)
    verified = None if good is None else good.loaded
    found.before = discovered_state(place.server.state, verified, place.waits.look_every)


def _trees(_: ReloadRequest, place: ReloadPlace, found: Snapshot) -> Iterator[str]:
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


def _spelled(_: ReloadRequest, place: ReloadPlace, found: Snapshot) -> tuple[str, ...]:
    """Replace the expressions that gonogo cannot parse by the server's spelling, on both sides."""
    if found.before is not None:
        found.new = None if found.new is None else place.server.as_spelled(found.new)
        found.old = None if found.old is None else place.server.as_spelled(found.old)
        found.before = place.server.spelled(found.before)
    return ()


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


def _own(_: ReloadRequest, place: ReloadPlace, found: Snapshot) -> Iterator[str]:
    """Check that the server reads the policy's configuration, if no visible change can prove that."""
    if found.before is None or found.new is None or place.live is None:
        return
    file = place.live.path(place.live.config)
    found.own = own_file(found.before, file)
    found.seen = visible(found.new, found.old, found.before, differs=not found.has_new)
    yield from unproved(file, found.own, found.seen, known=found.is_known)
    yield from unproved_scrapes(place.live, found.before, found.new, found.old, found.own)
