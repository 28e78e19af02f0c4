"""The file that a server reads as its configuration: the policy's file, another file, or an unknown file.

A server masks its secrets, so its answers prove nothing about them. If a policy names a copy of the server's file,
every change of a password would seem reloaded. So if the server's process runs on this machine, gonogo looks at the
file as that process sees it, containers and links included. The file must be the policy's. Elsewhere a visible change
must prove it.
"""

from __future__ import annotations

import os
import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from gonogo.errors import cause_of
from gonogo.formats.prometheus_config import read_configuration
from gonogo.model.evidence import Target
from gonogo.programs.server_processes import PROC, processes_of
from gonogo.reload.compare.configuration import difference
from gonogo.reload.compare.document import secrets_in
from gonogo.reload.compare.scrape_files import FileJob
from gonogo.reload.compare.shown_targets import misfits
from gonogo.reload.contents import Contents, folder_of
from gonogo.reload.trees.tree import Tree, walked
from gonogo.server.server_state import ServerState


class Which(StrEnum):
    """The file that a server reads."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"


class OwnFile(Struct, frozen=True):
    """The file that a server reads. ``detail`` names another file, or says why the file is not known."""

    which: Which
    detail: str = ""


class Visible(Struct, frozen=True):
    """The changes of a reload that the server shows, and the secrets, which it masks.

    ``file``: the configuration visibly changes. ``rules``: only rules or the jobs of scrape files do. ``secrets``:
    secrets in the configuration change. ``masked``: the configuration has secrets.
    """

    file: bool
    rules: bool
    secrets: bool
    masked: bool

    @property
    def proves(self) -> bool:
        """Return whether a visible change shows that the server reads this configuration, secrets included."""
        return self.file or (self.rules and not self.secrets)


def own_file(server: ServerState, file: Path, proc: Path = PROC) -> OwnFile:
    """Find whether the server reads this file. The path alone proves nothing."""
    return read_by(server_processes(server, proc), Path(server.configuration_path), file)


def server_processes(server: ServerState, proc: Path = PROC) -> tuple[Path, ...]:
    """List the processes of this machine that may be the server."""
    started, config = server.vitals.metrics.started_at, server.flags.get("config.file", "")
    return () if started is None else tuple(processes_of(started, config, proc))


def read_by(processes: Iterable[Path], path: Path, file: Path) -> OwnFile:
    """Find whether the processes see this file at a path."""
    files = tuple(_seen_by(process, path, file) for process in processes)
    if not files:
        return OwnFile(Which.UNKNOWN, "the server's process is not visible on this machine")
    if len({one.which for one in files}) > 1:
        return OwnFile(Which.UNKNOWN, "several processes may be the server, and they read different files")
    return files[0]


def visible(new: Contents, old: Contents | None, server: ServerState, *, differs: bool) -> Visible:
    """Find the changes that the server will show.

    ``old`` is the loaded tree, if that is known. ``differs``: the new tree, its rules and scrape files included,
    differs from the server's answers.
    """
    secrets = secrets_in(new.text)
    file = bool(difference(new.text, server.configuration, folder=folder_of(server)))
    return Visible(
        file=file,
        rules=differs and not file,
        secrets=old is not None and secrets_in(old.text) != secrets,
        masked=bool(secrets),
    )


def unproved(file: Path, own: OwnFile, seen: Visible, *, known: bool) -> Iterator[str]:
    """Report why a reload would prove nothing.

    ``known``: an earlier reload showed that the server reads this configuration.
    """
    if seen.proves:
        return
    if own.which is Which.OTHER:
        yield (
            f"the server reads another file than {file}: {own.detail}; this reload would change nothing there "
            "(let prometheus.config name the server's file, or start the server with this one)"
        )
    elif own.which is Which.UNKNOWN and seen.secrets and not known:
        yield (
            f"secrets in {file} change, the server masks them, and it is not known whether the server reads this "
            f"file: {own.detail} (change something visible in the same file with them, such as an external label, or "
            "run this as root where the server runs)"
        )


def unproved_secrets(file: Path, own: OwnFile, seen: Visible, *, known: bool) -> Iterator[str]:
    """Warn about secrets that do not change and that nothing proves."""
    if own.which is Which.UNKNOWN and seen.masked and not (seen.proves or known):
        yield (
            f"the secrets in {file} are not proved: the server masks them, and it is not known whether the server "
            f"reads this file: {own.detail}"
        )


def _seen_by(process: Path, path: Path, file: Path) -> OwnFile:
    """Compare the file that a process sees at a path with this one."""
    try:
        theirs = walked(path, root=process / "root")[0].stat()
        ours = file.stat()
    except OSError as error:
        why = cause_of(error)
        return OwnFile(Which.UNKNOWN, f"{path} of process {process.name} cannot be seen: {why}")
    if os.path.samestat(theirs, ours):
        return OwnFile(Which.SAME)
    return OwnFile(Which.OTHER, f"process {process.name} has another file at {path}")


def scrape_differences(contents: Contents, server: ServerState) -> tuple[str, ...]:
    """List where the pools and targets of a server differ from a tree's scrape files.

    A job whose targets come from a discovery has no pool until the discovery answers.
    """
    jobs = contents.scrapes.jobs
    has_any = jobs or "scrape_config_files" in server.configuration
    return (*contents.unreadable, *(_unseen(jobs, server) if has_any else ()))


def unproved_scrapes(
    live: Tree, server: ServerState, new: Contents, old: Contents | None, own: OwnFile
) -> Iterator[str]:
    """Report the scrape files that would count as reloaded although nothing shows that the server reads them.

    ``old`` is the loaded tree, if that is known. ``own`` counts for a scrape file that does not exist yet.
    """
    for file, read in _unshown(live, server, new, old):
        path, found = live.path(file), read or own
        changes = old is None or old.scrapes.of(file) != new.scrapes.of(file)
        if found.which is Which.OTHER:
            yield (
                f"the server reads another file than {path}, of scrape_config_files: {found.detail} "
                "(let prometheus.config name the server's file, or start the server with this one)"
            )
        elif found.which is Which.UNKNOWN and changes:
            yield (
                f"{path}, of scrape_config_files, changes in parts that the server does not show, and it is not "
                f"known whether the server reads this file: {found.detail} (change something visible in the same file "
                "with them, such as a static label or the name of a job, or run this as root where the server runs)"
            )


def unproved_parts(live: Tree, server: ServerState, new: Contents, old: Contents | None) -> Iterator[str]:
    """Warn about parts of scrape files that do not change and that nothing proves."""
    for file, read in _unshown(live, server, new, old):
        hidden = {name: job.hidden for name, job in new.scrapes.jobs.items() if job.file == file and job.hidden}
        if hidden and read is not None and read.which is Which.UNKNOWN:
            parts = "; ".join(f"{', '.join(keys)} of job {name}" for name, keys in hidden.items())
            yield (
                f"parts of {live.path(file)} are not proved: the server does not show them, and it is not known "
                f"whether the server reads this file: {read.detail} ({parts})"
            )


def _unshown(
    live: Tree, server: ServerState, new: Contents, old: Contents | None
) -> Iterator[tuple[str, OwnFile | None]]:
    """List the scrape files that no visible change proves, each with the file that the server reads at its path."""
    files = dict.fromkeys(job.file for job in new.scrapes.jobs.values())
    seen = set(_seen(server, new, old)) if files else set()
    processes, folder = server_processes(server), posixpath.dirname(server.configuration_path)
    for file in sorted(files.keys() - seen):
        path = live.path(file)
        yield file, read_by(processes, Path(folder, file), path) if path.exists() else None


def _seen(server: ServerState, new: Contents, old: Contents | None) -> Iterator[str]:
    """List the scrape files with a visible change: a pool comes or goes, or targets change."""
    had, targets = _pools_of_files(server), defaultdict[str, list[Target]](list)
    for target in server.targets:
        targets[target.pool].append(target)
    for name, job in new.scrapes.jobs.items():
        if name not in had or any(misfits({name: job}, targets[name])):
            yield job.file
    before = {} if old is None else old.scrapes.jobs
    yield from (job.file for name, job in before.items() if name not in new.scrapes.jobs)


def _unseen(jobs: Mapping[str, FileJob], server: ServerState) -> Iterator[str]:
    if server.pools is not None:
        due = {name for name, job in jobs.items() if job.is_static}
        lacking, more = due - set(server.pools), _pools_of_files(server) - jobs.keys()
        yield from (f"job {name} of {jobs[name].file} has no scrape pool on the server" for name in sorted(lacking))
        yield from (f"the server scrapes job {name}, which is in no file here" for name in sorted(more))
    yield from misfits(jobs, server.targets)


def _pools_of_files(server: ServerState) -> set[str]:
    """Return the jobs that a server scrapes and that its configuration does not show."""
    shown, _ = read_configuration(server.configuration, "")
    return set(server.pools or ()) - {job.name for job in shown.jobs}
