"""The scrape files of a configuration: the parts that a server shows, and the proof of the other parts.

The server shows the pools and the targets of their jobs. The server does not show relabelling, credentials and
discoveries. A change there is proved only if the server reads that very file, or if the same file has a visible change.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from gonogo.formats.prometheus_config import read_configuration
from gonogo.model.evidence import Target
from gonogo.reload.compare.scrape_files import FileJob
from gonogo.reload.compare.shown_targets import misfits
from gonogo.reload.contents import Contents
from gonogo.reload.own_file import OwnFile, Which, read_by, server_processes
from gonogo.reload.trees.tree import Tree
from gonogo.server.server_state import ServerState


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

    Args:
        live: the live tree.
        server: the server before anything is changed.
        new: the new tree.
        old: the loaded tree, if that is known.
        own: the file that the server reads as its configuration. It counts for a scrape file that does not exist yet.
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
