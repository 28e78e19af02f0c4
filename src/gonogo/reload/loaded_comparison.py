"""The states of a server that a verification compares: before the reload, now, and as it must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct, field

from gonogo.model.evidence import Target, TargetHealth
from gonogo.model.replacing import replace
from gonogo.reload.compare.document import Tree, UnreadableConfiguration
from gonogo.reload.compare.scrape_files import job_trees
from gonogo.reload.contents import StagedConfiguration
from gonogo.reload.first_results import Due, FirstResults, new_or_changed_rules, rule_ids
from gonogo.server.own_metrics import OwnMetrics
from gonogo.server.server_state import ServerState, Vitals

Who = tuple[str, tuple[tuple[str, str], ...]]


def who(target: Target) -> Who:
    """Return the identity of a target: its job and its labels."""
    return target.pool, tuple(sorted(target.labels.items()))


class FirstScrapes(Struct, frozen=True):
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

        ``same_jobs`` are the unchanged jobs of scrape files, which the server does not show.
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


class Verification(StrEnum):
    """The checks after a reload."""

    ANSWER = "answer"
    RESULT = "result"
    PROCESS = "process"
    ALONE = "alone"
    CONFIGURATION = "configuration"
    RULES = "rules"
    EVALUATION = "evaluation"
    HEALTH = "health"
    FAILURES = "failures"
    JOBS = "jobs"
    TARGETS = "targets"
    ALERTMANAGERS = "alertmanagers"


class Unmet(Struct, frozen=True):
    """A problem that keeps a reload from being proved.

    ``where`` is the server, job, target, group or rule, and ``why`` the value that was seen instead. ``final``: waiting
    cannot fix the problem. ``waits``: the proof is only not seen yet.
    """

    check: Verification
    what: str
    where: str
    why: str
    next_step: str
    final: bool = False
    waits: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.what}: {self.why} ({self.next_step})"


SHOWN = 5
"""The number of differences of one kind that a message lists. Further differences are only counted."""

ROLL_BACK = "restore the old files and reload again"
LOG = "see the server's log"


class Reload(Struct, frozen=True):
    """A reload that was asked for and settled.

    Attributes:
        asked: the server's vitals just before it was asked.
        settled: the server's vitals at the first look after it had loaded.
        is_rollback: whether it rolls back another reload. Until it settled, the failures of that reload continued.
        failing: the last look with new failures that may end by themselves. After a rollback, the series of the new
            configuration stay until they are stale, and the old rules may fail for as long. A server that was stopped
            for a while has missed evaluations.
    """

    asked: Vitals
    settled: Vitals
    is_rollback: bool = False
    failing: ServerState | None = None

    @property
    def at(self) -> float:
        """Return when the server had loaded everything, by the server's clock."""
        return self.settled.metrics.success_at

    @property
    def quiet(self) -> OwnMetrics:
        """Return the metrics after which failures count."""
        if self.failing is None:
            return self.origin
        last = self.failing.vitals.metrics
        return replace(
            self.origin, evaluations_failed=last.evaluations_failed, iterations_missed=last.iterations_missed
        )

    @property
    def origin(self) -> OwnMetrics:
        """Return the metrics after which failures count as long as no failure was seen."""
        return self.settled.metrics if self.is_rollback else self.asked.metrics

    @property
    def evaluated_after(self) -> float:
        """Return the time after which evaluations count, by the server's clock."""
        return self.at if self.failing is None else max(self.at, self.failing.now)


class LoadedComparison(Struct, frozen=True):
    """The states of a server to compare: before anything was changed, now, and as it must be after the reload.

    ``scrapes`` and ``results`` are the first scrapes of targets and the first results of rules with new input since the
    reload, as far as they were seen.
    """

    before: ServerState
    now: ServerState
    staged: StagedConfiguration
    reload: Reload
    scrapes: FirstScrapes = field(default_factory=FirstScrapes)
    results: FirstResults = field(default_factory=FirstResults)

    def seen(self) -> LoadedComparison:
        """Add the first scrapes and first results that this look shows."""
        now = replace(self, scrapes=self.scrapes.seen(self.now, self.reload.at))
        has_new_targets = now.scrapes.latest(self.before, self.now, self.staged.same_file_jobs) is not None
        new = rule_ids(self.now.rules) if has_new_targets else frozenset(new_or_changed_rules(self.before, self.now))
        return replace(now, results=self.results.seen(self.now, new, now.least_dues(), now.delays()))

    def least_dues(self) -> Mapping[str, Due]:
        """Return, by group name, the time after which its evaluations count, without regard to other rules."""
        reloaded = "the reload" if self.reload.failing is None else "the last failed evaluation"
        due = Due(self.reload.evaluated_after, reloaded)
        delays = self.delays()
        scraped = self.scrapes.latest(self.before, self.now, self.staged.same_file_jobs)
        if scraped is None:
            return dict.fromkeys(delays, due)
        target, at = scraped
        event = f"the first scrape of {target_name(target)}, which is new or changed"
        return {name: due.later(Due(at + delay, event)) for name, delay in delays.items()}

    def delays(self) -> Mapping[str, float]:
        """Return, by group name, how many seconds in the past the group reads."""
        delays, default = self.staged.delays, self.staged.query_offset
        return {group.name: delays.get(group.name, default).total_seconds() for group in self.now.rules}


def target_name(target: Target) -> str:
    """Return the name of a target in a message."""
    return f"target {target.labels.get('instance', '')} of job {target.pool}"


def first_few(each: tuple[str, ...]) -> str:
    """Join the first differences, and count the others."""
    more = len(each) - SHOWN
    return "; ".join((*each[:SHOWN], *((f"and {more} more",) if more > 0 else ())))
