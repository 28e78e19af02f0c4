"""The scrape jobs of a configuration: their names, and their static targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gonogo.reload.compare.document import Branch, ConfigurationScalar, Tree, read
from gonogo.reload.compare.place import KeyPath

JOBS_KEY = "scrape_configs"
"""The key of the list of jobs, in a configuration and in a file of ``scrape_config_files``."""


@dataclass(frozen=True, slots=True)
class ListedJob:
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
