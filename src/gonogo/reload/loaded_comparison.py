"""The states of a server that a verification compares: before the reload, now, and as it must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gonogo.model.evidence import Target
from gonogo.reload.first_results import Due, FirstResults, new_or_changed_rules
from gonogo.reload.first_scrapes import FirstScrapes
from gonogo.reload.rule_inputs import rule_ids
from gonogo.reload.staged import StagedConfiguration
from gonogo.server.own_metrics import OwnMetrics
from gonogo.server.server_state import ServerState, Vitals

SHOWN = 5
"""The number of differences of one kind that a message lists. Further differences are only counted."""


ROLL_BACK = "restore the old files and reload again"


LOG = "see the server's log"


@dataclass(frozen=True, slots=True)
class Reload:
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


@dataclass(frozen=True, slots=True)
class LoadedComparison:
    """The states to compare.

    Attributes:
        before: the server before anything was changed.
        now: the server as it is now.
        staged: the state that the server must have.
        reload: the reload to verify.
        scrapes: the first scrapes of targets since the reload, as far as they were seen.
        results: the first results of rules with new input, as far as they were seen.
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
