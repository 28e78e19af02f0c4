"""Compares a server after a reload with its state before and with the state that it must have.

The reload did not cause the failures from before: a rule that failed, a target that was down, a group that missed
evaluations, a job whose discovery found nothing. These may stay as they are. Everything else counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import reduce

from gonogo.durations import format_duration
from gonogo.model.rule import LoadedGroup, Rule, RuleHealth, RuleState
from gonogo.reload.compare.rules import rules_difference
from gonogo.reload.first_results import Due, evaluation_of
from gonogo.reload.loaded_comparison import LOG, ROLL_BACK, LoadedComparison, Unmet, Verification, first_few
from gonogo.reload.scrape_checks import alertmanagers, jobs, jobs_of_files, jobs_without_pool, targets
from gonogo.server.server_state import ServerState

_VARYING = re.compile(r"\{.*\}|\[.*\]|\"[^\"]*\"|\d+")


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
        step = f"{LOG}: it crashed or was restarted, or two servers share the address"
        yield Unmet(
            Verification.PROCESS, "the server is another process than before", of.now.url, why, step, final=True
        )


def result(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that the metrics show a successful reload, later than the one before."""
    metrics = of.now.vitals.metrics
    if not metrics.successful:
        why = "prometheus_config_last_reload_successful is 0"
        what, step = "the server's last reload failed", f"{LOG}, then {ROLL_BACK}"
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
        step = f"see whether {of.now.configuration_path} there is {of.staged.path} here, then {ROLL_BACK}"
        what = "the loaded configuration is not the staged one"
        yield Unmet(Verification.CONFIGURATION, what, of.now.url, first_few(differences), step, final=True)


def rules(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that the rules are those of the files, each the same number of times."""
    differences = rules_difference(of.staged.rules, of.now.rules, of.staged.evaluation_interval).words
    if differences:
        step = f"see whether its rule_files match the same files there as here, then {ROLL_BACK}"
        what = "the loaded rules are not those of the files"
        yield Unmet(Verification.RULES, what, of.now.url, first_few(differences), step, final=True)


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
            step = f"wait for its interval of {format_duration(group.interval)}; if it is over, {LOG}"
            delay = delays[group.name]
            past = f", and its query offset of {delay:g} s after that" if delay else ""
            what = f"{len(waiting)} of {len(group.rules)} rules have not been evaluated since {due.event}{past}"
            names = tuple(name for name, _ in waiting)
            yield Unmet(Verification.EVALUATION, what, _group(group), first_few(names), step, waits=True)


def health(of: LoadedComparison) -> Iterator[Unmet]:
    """Check that no rule fails that did not fail before, with the same expression and for the same reason."""
    failed_before = {_failing(group, state) for group in of.before.rules for state in group.rules if _fails(state)}
    for group in of.now.rules:
        for state in group.rules:
            if _fails(state) and _failing(group, state) not in failed_before:
                where = f"rule {state.rule.name} of {_group(group)}"
                why = state.last_error or "the server does not say why"
                step = f"fix its expression, or the series that it reads; until then {ROLL_BACK}"
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
    if now.pools_failed > was.pools_failed and not jobs_without_pool(of):
        more = now.pools_failed - was.pools_failed
        yield _failure("scrape pools could not be made: see certificates and credentials", of.now.url, more)
    if now.pool_reloads_failed > was.pool_reloads_failed:
        more = now.pool_reloads_failed - was.pool_reloads_failed
        yield _failure("scrape pools kept their old configuration", of.now.url, more)


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


def _failure(what: str, where: str, more: float, *, final: bool = True) -> Unmet:
    return Unmet(
        Verification.FAILURES, what, where, f"{more:g} more than before", f"{LOG}, then {ROLL_BACK}", final=final
    )


def _left_out(of: LoadedComparison, name: str, more: float) -> Unmet:
    """Distinguish rules that take too long from a server that was stopped for a while, as on a loaded machine."""
    times = [(one.began_at, one.ended_at, one.interval) for one in of.now.rules if _counted(one) == name][:1]
    if any(began and ended and ended - began <= interval.total_seconds() for began, ended, interval in times):
        what = "evaluations were missed, though the rules do not take longer than the interval"
        return _failure(what, f"group {name}", more, final=False)
    what = "evaluations were missed: the rules take longer than the interval"
    return _failure(what, f"group {name}", more, final=not of.reload.is_rollback)


def _risen(was: Mapping[str, float], now: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    for group, count in now.items():
        if count > was.get(group, 0.0):
            yield group, count - was.get(group, 0.0)


def _failing(group: LoadedGroup, state: RuleState) -> tuple[object, ...]:
    """Return the identity of a failure: the rule, its expression and the reason."""
    reason = _VARYING.sub("", state.last_error or "")  # the series, names and numbers change from time to time
    return *_rule_key(group, state.rule), state.rule.expression, reason


def _rule_key(group: LoadedGroup, rule: Rule) -> tuple[object, ...]:
    return group.name, rule.kind, rule.name, tuple(sorted(rule.labels.items()))


def _fails(state: RuleState) -> bool:
    return state.health is RuleHealth.ERROR


def _group(group: LoadedGroup) -> str:
    return f"group {_counted(group)}"


def _counted(group: LoadedGroup) -> str:
    """Return the name of a group as the server's counters have it."""
    return f"{group.file};{group.name}"
