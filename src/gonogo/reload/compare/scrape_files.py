"""The jobs of ``scrape_config_files``. A server shows only their pools and targets.

``/api/v1/status/config`` shows only the patterns. Source: Prometheus, ``config.go`` (``GetScrapeConfigs``), and
servers 3.5.3 and 3.16.0 as run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta

from msgspec import Struct, field

from gonogo.durations import parse_duration
from gonogo.reload.compare.completed import completed_job
from gonogo.reload.compare.document import (
    NULL,
    Branch,
    ConfigurationScalar,
    KeyPath,
    Tree,
    UnreadableConfiguration,
    read,
)
from gonogo.reload.compare.spelling import same

JOBS_KEY = "scrape_configs"
"""The key of the list of jobs, in a configuration and in a file of ``scrape_config_files``."""


class ListedJob(Struct, frozen=True):
    """A scrape job, and the number of times it lists each address."""

    name: str
    targets: Counter[str]

    def holds(self, path: str) -> bool:
        """Return whether a difference is in this job."""
        here = KeyPath().key(JOBS_KEY).item(self.name).shown
        return path == here or path.startswith((f"{here}.", f"{here}["))


def jobs_of(configuration: str) -> Mapping[str, ListedJob]:
    """List the jobs of a configuration by name.

    Raises:
        UnreadableConfiguration: the text is not a configuration.
    """
    return {
        name: ListedJob(name, Counter(target.text for _, target in static_targets(job)))
        for name, job in job_trees(configuration).items()
    }


def job_trees(configuration: str) -> Mapping[str, Branch]:
    """Return the jobs of a configuration by name, as they are written.

    Raises:
        UnreadableConfiguration: the text is not a configuration.
    """
    jobs: dict[str, Branch] = {}
    for job in items(read(configuration, "the configuration").get(JOBS_KEY)):
        if isinstance(job, dict) and isinstance(name := job.get("job_name"), ConfigurationScalar):
            jobs[name.text] = job
    return jobs


def static_targets(job: Branch) -> Iterator[tuple[Branch, ConfigurationScalar]]:
    """List the static targets of a job, each with the labels of its group."""
    for group in items(job.get("static_configs")):
        if isinstance(group, dict):
            labels = group.get("labels")
            for target in items(group.get("targets")):
                if isinstance(target, ConfigurationScalar):
                    yield labels if isinstance(labels, dict) else {}, target


def items(tree: Tree | None) -> list[Tree]:
    """Return the items of a list, or none for anything else."""
    return tree if isinstance(tree, list) else []


_SHOWN = frozenset({"job_name", "scheme", "metrics_path", "scrape_interval", "scrape_timeout", "static_configs"})
"""Keys whose values the static targets of a job show."""


class FileJob(Struct, frozen=True):
    """A job of a scrape file, as written, and as a tree with the times of the section ``global``."""

    file: str
    written: Branch
    tree: Branch
    interval: timedelta

    @property
    def is_static(self) -> bool:
        """Return whether all targets of the job are written in it."""
        return not any(key.endswith("_sd_configs") and value for key, value in self.tree.items())

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return the addresses of the static targets, as often as they are written."""
        return tuple(target.text for _, target in static_targets(self.tree))

    @property
    def hidden(self) -> tuple[str, ...]:
        """Return the keys that neither the pool nor the targets show."""
        shown = _SHOWN if self.is_static else {"job_name"}
        return tuple(key for key in self.written if key not in shown and not (key == "params" and self._shows_params))

    @property
    def _shows_params(self) -> bool:
        """Return whether the targets show all parameters. A target shows only the first value of a parameter."""
        params = self.written.get("params")
        each = params.values() if isinstance(params, dict) else ()
        return self.is_static and not any(isinstance(values, list) and len(values) > 1 for values in each)

    def differences(self, other: FileJob) -> tuple[str, ...]:
        """List the keys in which two jobs differ by meaning."""
        keys = dict.fromkeys((*self.tree, *other.tree))
        place = KeyPath((JOBS_KEY,))
        return tuple(key for key in keys if not _alike(place.key(key), self.tree.get(key), other.tree.get(key)))


class ScrapeFiles(Struct, frozen=True):
    """The jobs of all scrape files of a configuration by name, or why a server could not load the files."""

    jobs: Mapping[str, FileJob] = field(default_factory=dict)
    unreadable: str = ""

    def of(self, file: str) -> dict[str, Branch]:
        """Return the jobs of one file, as they are written."""
        return {name: job.written for name, job in self.jobs.items() if job.file == file}


def read_scrape_files(configuration: str, files: Mapping[str, str]) -> ScrapeFiles:
    """Read the files that the ``scrape_config_files`` of a configuration match, given their texts by name."""
    try:
        return ScrapeFiles(dict(_jobs(configuration, files)) if files else {})
    except (UnreadableConfiguration, ValueError) as error:
        return ScrapeFiles(unreadable=str(error))


def _jobs(configuration: str, files: Mapping[str, str]) -> Iterator[tuple[str, FileJob]]:
    main = read(configuration, "the configuration")
    found = {_name(job, "the configuration"): "the configuration" for job in items(main.get(JOBS_KEY))}
    for file, text in files.items():
        whole = read(text, file)
        if unknown := [key for key in whole if key != JOBS_KEY]:
            raise UnreadableConfiguration(
                f"{file} has the key {unknown[0]}: a file of scrape_config_files may have only scrape_configs"
            )
        jobs = whole.get(JOBS_KEY, NULL)
        if not isinstance(jobs, list) and jobs != NULL:
            raise UnreadableConfiguration(f"{JOBS_KEY} of {file} is not a list of jobs")
        for job in items(jobs):
            name = _name(job, file)
            if name in found:
                raise UnreadableConfiguration(
                    f"job {name} is in {found[name]} and in {file}: the name of a job must be unique"
                )
            found[name] = file
            yield name, _job(job, file, main)


def _name(job: Tree, file: str) -> str:
    name = job.get("job_name") if isinstance(job, dict) else None
    if not isinstance(name, ConfigurationScalar) or not name.text:
        raise UnreadableConfiguration(f"a job of {file} has no job_name")
    return name.text


def _job(job: Tree, file: str, main: Branch) -> FileJob:
    assert isinstance(job, dict)  # noqa: S101 - the job has a name
    tree = completed_job(job, main)
    interval = tree["scrape_interval"]
    return FileJob(file, job, tree, parse_duration(interval.text if isinstance(interval, ConfigurationScalar) else ""))


def _alike(place: KeyPath, one: Tree | None, other: Tree | None) -> bool:
    """Return whether two files have the same value at one place, in any spelling."""
    if isinstance(one, ConfigurationScalar) and isinstance(other, ConfigurationScalar):
        return same(one, other, place, "") or same(other, one, place, "")
    if isinstance(one, dict) and isinstance(other, dict):
        return all(_alike(place.key(key), one.get(key), other.get(key)) for key in {*one, *other})
    if isinstance(one, list) and isinstance(other, list):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(_alike(place, *pair) for pair in pairs)
    return one == other
