"""Compares a server after a reload with its state before and with the state that it must have.

The reload did not cause the failures from before: a rule that failed, a target that was down, a group that missed
evaluations, a job whose discovery found nothing. These may stay as they are. Everything else counts.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce

from gonogo.durations import format_duration
from gonogo.formats.prometheus_config import read_configuration
from gonogo.model.evidence import Target, TargetHealth
from gonogo.model.rule import LoadedGroup, Rule, RuleHealth, RuleState
from gonogo.reload.compare.rules import rules_difference
from gonogo.reload.compare.shown_targets import misfits
from gonogo.reload.first_results import Due, FirstResults, evaluation_of, new_or_changed_rules
from gonogo.reload.first_scrapes import FirstScrapes, who
from gonogo.reload.rule_inputs import rule_ids
from gonogo.reload.staged import StagedConfiguration
from gonogo.reload.unmet import Unmet, Verification
from gonogo.server.own_metrics import OwnMetrics
from gonogo.server.server_state import ServerState, Vitals

SHOWN = 5
"""The number of differences of one kind that a message lists. Further differences are only counted."""

_VARYING = re.compile(r"\{.*\}|\[.*\]|\"[^\"]*\"|\d+")

_ROLL_BACK = "restore the old files and reload again"
_LOG = "see the server's log"


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
        event = f"the first scrape of {_target(target)}, which is new or changed"
        return {name: due.later(Due(at + delay, event)) for name, delay in delays.items()}

    def delays(self) -> Mapping[str, float]:
        """Return, by group name, how many seconds in the past the group reads."""
        delays, default = self.staged.delays, self.staged.query_offset
        return {group.name: delays.get(group.name, default).total_seconds() for group in self.now.rules}


def unmet(compared: LoadedComparison) -> tuple[Unmet, ...]:
    """List every problem, the most important first.

    If one problem is final, the list leaves out the checks that only need more time.
    """
    found = tuple(one for check in CHECKS for one in check(compared))
    is_over = any(one.final for one in found)
    return tuple(one for one in found if not (is_over and one.waits))


def same_process(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that the server is the process that was asked. Another process has lost its alerts' state, and more."""
    if of.now.vitals.born != of.reload.asked.born:
        why = f"this process was started {of.now.vitals.born - of.reload.asked.born:.1f} s after the one that was asked"
        step = f"{_LOG}: it crashed or was restarted, or two servers share the address"
        yield Unmet(
            Verification.PROCESS, "the server is another process than before", of.now.url, why, step, final=True
        )


def result(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that the metrics show a successful reload, later than the one before."""
    metrics = of.now.vitals.metrics
    if not metrics.successful:
        why = "prometheus_config_last_reload_successful is 0"
        what, step = "the server's last reload failed", f"{_LOG}, then {_ROLL_BACK}"
        yield Unmet(Verification.RESULT, what, of.now.url, why, step, final=True)
    elif metrics.success_at <= of.reload.asked.metrics.success_at:
        why = "the time of the last success has not advanced"
        step = "see whether the request reached this server, and whether its clock was set back"
        yield Unmet(Verification.RESULT, "no reload was seen", of.now.url, why, step)


def alone(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that no other program reloaded since: the server would have loaded its files."""
    last = of.now.vitals.metrics.success_at
    if last != of.reload.at and of.now.vitals.born == of.reload.asked.born:
        why = f"the last success is {last - of.reload.at:+.3f} s from the reload of gonogo"
        step = "find who else reloads it (a sidecar, auto-reload, a person), let one do it, and verify again"
        yield Unmet(Verification.ALONE, "somebody else reloaded the server", of.now.url, why, step, final=True)


def configuration(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that the loaded configuration is the staged one."""
    if differences := tuple(of.staged.differs(of.now.configuration)):
        step = f"see whether {of.now.configuration_path} there is {of.staged.path} here, then {_ROLL_BACK}"
        what = "the loaded configuration is not the staged one"
        yield Unmet(Verification.CONFIGURATION, what, of.now.url, _some(differences), step, final=True)


def rules(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that the rules are those of the files, each the same number of times."""
    differences = rules_difference(of.staged.rules, of.now.rules, of.staged.evaluation_interval).words
    if differences:
        step = f"see whether its rule_files match the same files there as here, then {_ROLL_BACK}"
        what = "the loaded rules are not those of the files"
        yield Unmet(Verification.RULES, what, of.now.url, _some(differences), step, final=True)


def evaluation(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that every rule was evaluated since the reload, and after its new input. See ``first_results``."""
    leasts, delays = of.least_dues(), of.delays()
    for group in of.now.rules:
        least, last = leasts[group.name], evaluation_of(group)
        began = last.began if last else -math.inf
        dues = (of.results.dues.get((group.file, group.name, number), least) for number in range(len(group.rules)))
        waiting = [
            (state.rule.name, due)
            for state, due in zip(group.rules, dues, strict=True)
            if due.at is None or min(began, state.evaluated_at or -math.inf) <= due.at
        ]
        if waiting:
            due = reduce(Due.later, (each for _, each in waiting))
            step = f"wait for its interval of {format_duration(group.interval)}; if it is over, {_LOG}"
            delay = delays[group.name]
            past = f", and its query offset of {delay:g} s after that" if delay else ""
            what = f"{len(waiting)} of {len(group.rules)} rules have not been evaluated since {due.event}{past}"
            names = tuple(name for name, _ in waiting)
            yield Unmet(Verification.EVALUATION, what, _group(group), _some(names), step, waits=True)


def health(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that no rule fails that did not fail before, with the same expression and for the same reason."""
    failed_before = {_failing(group, state) for group in of.before.rules for state in group.rules if _fails(state)}
    for group in of.now.rules:
        for state in group.rules:
            if _fails(state) and _failing(group, state) not in failed_before:
                where = f"rule {state.rule.name} of {_group(group)}"
                why = state.last_error or "the server does not say why"
                step = f"fix its expression, or the series that it reads; until then {_ROLL_BACK}"
                yield Unmet(Verification.HEALTH, "the rule fails", where, why, step)


def failures(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that no counter of failures rose that was quiet before."""
    was, now = of.reload.quiet, of.now.vitals.metrics
    sick = {_counted(group) for group in of.before.rules if any(map(_fails, group.rules))}
    for group, more in _risen(was.evaluations_failed, now.evaluations_failed):
        if group not in sick:
            what = "evaluations of its rules failed"
            yield _failure(what, f"group {group}", more, final=not of.reload.is_rollback)
    for group, more in _risen(was.iterations_missed, now.iterations_missed):
        if not of.reload.origin.iterations_missed.get(group):
            yield _left_out(of, group, more)
    if now.pools_failed > was.pools_failed and not _without_pool(of):
        more = now.pools_failed - was.pools_failed
        yield _failure("scrape pools could not be made: see certificates and credentials", of.now.url, more)
    if now.pool_reloads_failed > was.pool_reloads_failed:
        more = now.pool_reloads_failed - was.pool_reloads_failed
        yield _failure("scrape pools kept their old configuration", of.now.url, more)


def jobs(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that every job of the new configuration is scraped. A job with unreadable certificates never is."""
    pools = {target.pool for target in of.now.targets} if of.now.pools is None else set(of.now.pools)
    for job in of.staged.jobs:
        is_unseen = of.now.pools is None and job.targets == 0
        if job.name not in pools and not is_unseen and not (job.targets is None and job.name in _without_pool(of)):
            why = "there is no scrape pool for it, though the reload may have been a success"
            step = f"see that the server can read the job's certificates and credentials, and {_LOG}"
            yield Unmet(Verification.JOBS, "the job is not scraped", f"job {job.name}", why, step)
    for name in sorted(set(of.now.pools or ()) - {job.name for job in of.staged.jobs}):
        why, step = "no job of the new configuration has this name", "wait until the server has dropped the pool"
        yield Unmet(
            Verification.JOBS,
            "the server still has the scrape pool of a removed job",
            f"job {name}",
            why,
            step,
            waits=True,
        )


def jobs_of_files(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that the targets are those of the scrape files. The server shows nothing else of the jobs in them."""
    if found := tuple(misfits(of.staged.files.jobs, of.now.targets)):
        step = f"see whether its scrape_config_files match the same files there as here, then {_ROLL_BACK}"
        what = "the targets on the server are not those of scrape_config_files"
        yield Unmet(Verification.TARGETS, what, of.now.url, _some(found), step)


def targets(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that all targets are up except those that were down before, and that no job has fewer targets up."""
    was_down = {who(target) for target in of.before.targets if target.health is TargetHealth.DOWN}
    staged_jobs = {job.name for job in of.staged.jobs}
    for target in of.now.targets:
        where = _target(target)
        if target.pool not in staged_jobs:
            why, step = "this job is not in the new configuration", "wait until the server has dropped the target"
            yield Unmet(Verification.TARGETS, "the target is still scraped", where, why, step, waits=True)
        elif target.health is TargetHealth.UNKNOWN or (target.last_scrape or 0.0) <= of.reload.at:
            why = "it has not been scraped since the reload"
            what, step = "the target is not known to be up", "wait for two intervals"
            yield Unmet(Verification.TARGETS, what, where, why, step, waits=True)
        elif target.health is TargetHealth.DOWN and who(target) not in was_down:
            why = target.last_error or "the server does not say why"
            yield Unmet(
                Verification.TARGETS, "the target is down", where, why, f"fix the job or the target; or {_ROLL_BACK}"
            )
    yield from _unset(of)
    yield from _fewer(of)


def alertmanagers(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that the configured number of Alertmanagers is active, and at least one for each discovery."""
    active, wanted, discoveries = len(of.now.alertmanagers), of.staged.alertmanagers, of.staged.discoveries
    if active >= wanted:
        return
    if discoveries:
        what = "alerts do not go to every Alertmanager, since a discovery of Alertmanagers finds none"
        why = f"{active} Alertmanagers are active, and at least {wanted} are due; {discoveries} of them by discovery"
        step = "see the discovery in the section alerting, and the files or services that it reads"
    else:
        what, why = "alerts do not go to every Alertmanager", f"{active} of {wanted} are active"
        step = "see the section alerting of the staged configuration"
    yield Unmet(Verification.ALERTMANAGERS, what, of.now.url, why, step)


def failing_rules(before: ServerState, now: ServerState) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """List the failing rules that failed before, then those that did not, each with its group and reason."""
    known = {_rule_key(group, one.rule) for group in before.rules for one in group.rules if _fails(one)}
    found: tuple[list[str], list[str]] = [], []
    for group in now.rules:
        for one in filter(_fails, group.rules):
            why = one.last_error or "the server does not say why"
            found[_rule_key(group, one.rule) not in known].append(f"rule {one.rule.name} of {_group(group)}: {why}")
    return tuple(found[0]), tuple(found[1])


CHECKS: tuple[Callable[[LoadedComparison], Iterator[Unmet]], ...] = (
    *(same_process, result, alone, configuration, rules),
    *(health, failures, evaluation, jobs, jobs_of_files, targets, alertmanagers),
)
"""Every check, in the order of the report."""


def _unset(of: LoadedComparison) -> Iterator[Unmet]:
    """Report the jobs whose targets have not been set since the reload. Their targets are still the old ones."""
    was, now = of.reload.asked.metrics.syncs, of.now.vitals.metrics.syncs
    for job in of.staged.jobs:
        if job.name in now and now[job.name] <= was.get(job.name, 0.0):
            why = "the server still has the old targets"
            step = "wait: the server updates its targets every 5 s"
            what = "its targets have not been set since the reload"
            yield Unmet(Verification.TARGETS, what, f"job {job.name}", why, step, waits=True)


def _fewer(of: LoadedComparison) -> Iterator[Unmet]:
    was, now = _up(of.before.targets), _up(of.now.targets)
    for job in of.staged.jobs:
        wanted = was[job.name] if job.targets is None else min(was[job.name], job.targets)
        if now[job.name] < wanted:
            why = f"{now[job.name]} are up, {wanted} were up before"
            step = f"wait for its discovery; if targets were meant to go, say so; else {_ROLL_BACK}"
            yield Unmet(Verification.TARGETS, "fewer targets are up than before", f"job {job.name}", why, step)


def _up(each: tuple[Target, ...]) -> Counter[str]:
    return Counter(target.pool for target in each if target.health is TargetHealth.UP)


def _target(target: Target) -> str:
    return f"target {target.labels.get('instance', '')} of job {target.pool}"


def _failure(what: str, where: str, more: float, *, final: bool = True) -> Unmet:
    return Unmet(
        Verification.FAILURES, what, where, f"{more:g} more than before", f"{_LOG}, then {_ROLL_BACK}", final=final
    )


def _left_out(of: LoadedComparison, name: str, more: float) -> Unmet:
    """Distinguish rules that take too long from a server that was stopped for a while, as on a loaded machine."""
    took = next((_took(group) for group in of.now.rules if _counted(group) == name), None)
    if took is not None and took[0] <= took[1]:
        what = "evaluations were missed, though the rules do not take longer than the interval"
        return _failure(what, f"group {name}", more, final=False)
    what = "evaluations were missed: the rules take longer than the interval"
    return _failure(what, f"group {name}", more, final=not of.reload.is_rollback)


def _took(group: LoadedGroup) -> tuple[float, float] | None:
    """Return the duration of a group's last evaluation and its interval, or None if these are not known."""
    if group.began_at is None or group.ended_at is None:
        return None
    return group.ended_at - group.began_at, group.interval.total_seconds()


def _risen(was: Mapping[str, float], now: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    for group, count in now.items():
        if count > was.get(group, 0.0):
            yield group, count - was.get(group, 0.0)


def _without_pool(of: LoadedComparison) -> frozenset[str]:
    """Return the jobs that had no scrape pool before, such as those whose discovery fails."""
    had = _job_names(of.before.configuration) | of.staged.had_files.jobs.keys()
    return had - frozenset(of.before.pools) if of.before.pools else frozenset()


@lru_cache(maxsize=4)
def _job_names(text: str) -> frozenset[str]:
    configuration, _ = read_configuration(text, "")
    return frozenset(job.name for job in configuration.jobs)


def _failing(group: LoadedGroup, state: RuleState) -> tuple[object, ...]:
    """Return the identity of a failure: the rule, its expression and the reason."""
    return *_rule_key(group, state.rule), state.rule.expression, _reason(state)


def _rule_key(group: LoadedGroup, rule: Rule) -> tuple[object, ...]:
    return group.name, rule.kind, rule.name, tuple(sorted(rule.labels.items()))


def _reason(state: RuleState) -> str:
    """Return an error without the series, names and numbers in it, which change from time to time."""
    return _VARYING.sub("", state.last_error or "")


def _fails(state: RuleState) -> bool:
    return state.health is RuleHealth.ERROR


def _group(group: LoadedGroup) -> str:
    return f"group {_counted(group)}"


def _counted(group: LoadedGroup) -> str:
    """Return the name of a group as the server's counters have it."""
    return f"{group.file};{group.name}"


def _some(each: tuple[str, ...]) -> str:
    more = len(each) - SHOWN
    return "; ".join((*each[:SHOWN], *((f"and {more} more",) if more > 0 else ())))
