"""The scrape jobs of a configuration: their names, and their static targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gonogo.reloading.document import Branch, Leaf, Tree, read
from gonogo.reloading.place import Place


@dataclass(frozen=True, slots=True)
class Job:
    """A scrape job, and how often it lists each address."""

    name: str
    targets: Counter[str]

    def holds(self, path: str) -> bool:
        """Tell whether the path of a difference lies in this job."""
        here = Place().key("scrape_configs").item(self.name).shown
        return path == here or path.startswith((f"{here}.", f"{here}["))


def jobs_of(configuration: str) -> Mapping[str, Job]:
    """List the jobs of a configuration by name.

    Raises:
        Unreadable: the text is no configuration.
    """
    return {
        name: Job(name, Counter(_addresses(job.get("static_configs"))))
        for name, job in job_trees(configuration).items()
    }


def job_trees(configuration: str) -> Mapping[str, Branch]:
    """Return the jobs of a configuration by name, as they are written.

    Raises:
        Unreadable: the text is no configuration.
    """
    jobs: dict[str, Branch] = {}
    for job in _items(read(configuration, "the configuration").get("scrape_configs")):
        if isinstance(job, dict) and isinstance(name := job.get("job_name"), Leaf):
            jobs[name.text] = job
    return jobs


def _addresses(groups: Tree | None) -> Iterator[str]:
    for group in _items(groups):
        if isinstance(group, dict):
            yield from (target.text for target in _items(group.get("targets")) if isinstance(target, Leaf))


def _items(tree: Tree | None) -> list[Tree]:
    return tree if isinstance(tree, list) else []
