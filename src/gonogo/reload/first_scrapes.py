"""The first scrape of every new or changed target after a reload.

A rule that is evaluated before the server has the samples of a new target proves nothing about these samples. So an
evaluation counts only if it is later than these scrapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from gonogo.model.evidence import Target, TargetHealth
from gonogo.reload.compare.document import Tree, UnreadableConfiguration
from gonogo.reload.compare.jobs import job_trees
from gonogo.server.server_state import ServerState

Who = tuple[str, tuple[tuple[str, str], ...]]


def who(target: Target) -> Who:
    """Return the identity of a target: its job and its labels."""
    return target.pool, tuple(sorted(target.labels.items()))


@dataclass(frozen=True, slots=True)
class FirstScrapes:
    """The earliest end of a scrape since the reload that was seen of each target.

    The first scrape may have ended earlier, unseen. An evaluation after the seen scrape is after the first one, too.
    """

    ended: Mapping[Who, float] = field(default_factory=dict)

    def seen(self, now: ServerState, since: float) -> FirstScrapes:
        """Add the scrapes of one look."""
        found = {
            who(one): one.last_scrape + one.last_scrape_seconds
            for one in now.targets
            if one.last_scrape is not None and one.last_scrape > since
        }
        return FirstScrapes({**found, **self.ended})

    def latest(
        self, before: ServerState, now: ServerState, same_jobs: frozenset[str] = frozenset()
    ) -> tuple[Target, float] | None:
        """Return the new or changed target that was scraped last, with the time, or None if there is no such target.

        Args:
            before: the server before the reload.
            now: the server as it is now.
            same_jobs: the unchanged jobs of scrape files, which the server does not show.
        """
        changed = new_or_changed(before, now, same_jobs)
        scraped = ((one, self.ended[who(one)]) for one in changed if who(one) in self.ended)
        return max(scraped, key=lambda each: each[1], default=None)


def new_or_changed(before: ServerState, now: ServerState, same_jobs: frozenset[str] = frozenset()) -> Iterator[Target]:
    """List the targets that were missing, were not up, or whose job has another configuration than before.

    A target that was down and is still down brings no samples to any rule.
    """
    was = {who(one): one.health for one in before.targets}
    had, have = _jobs(before.configuration), _jobs(now.configuration)
    for one in now.targets:
        same_job = one.pool in same_jobs or (one.pool in had and had[one.pool] == have.get(one.pool))
        known = was.get(who(one)) if same_job else None
        stays_down = known is TargetHealth.DOWN and one.health is TargetHealth.DOWN
        if known is not TargetHealth.UP and not stays_down:
            yield one


@lru_cache(maxsize=4)
def _jobs(configuration: str) -> Mapping[str, Tree]:
    """Return the jobs by name. If the configuration cannot be read, every job counts as changed."""
    try:
        return job_trees(configuration)
    except UnreadableConfiguration:
        return {}
