"""Runs ``sandbox-smoke-60s``: the policy's rules on a second server must see a heartbeat begin and end.

The time in each beat is nearly ``fresh`` in the past. So the end is seen in time, and no expression
has to be scaled.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

from msgspec import Struct, field

from gonogo.disk.regular_file import text_of
from gonogo.errors import SourceError
from gonogo.formats.files import read_rules
from gonogo.journal.runs import Recording, Run, failed, promtool_version
from gonogo.model.evidence import TargetHealth
from gonogo.model.outcome import Outcome
from gonogo.model.plain import counted
from gonogo.model.policy import SANDBOX_SMOKE, Policy
from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleHealth, RuleKind, RuleState
from gonogo.model.series import HEARTBEAT_OK, REALM_LABEL
from gonogo.policy.inputs import rule_files
from gonogo.policy.load import PolicyFile
from gonogo.promql.drift import drift
from gonogo.promql.graph import ALERT_METRICS
from gonogo.promql.matchers import named
from gonogo.server.api import query, server_time
from gonogo.server.rules_api import rules
from gonogo.server.status_api import build_info, targets
from gonogo.smoke.stage import SmokeStage, stage

LONGEST = timedelta(seconds=60)
"""The longest time for the whole run, as the name of the run gate promises."""

LAST_SECONDS = timedelta(seconds=10)
"""The time for which a beat is still fresh when it is made."""

BEAT_EVERY = 1.0
LOOK_EVERY = 0.1
"""Seconds between two beats, and between two reads from the server."""


class _NotSeen(Exception):
    """Raised if the server did not show the expected result in time."""


class SmokeStopped(Exception):
    """Raised if the run was stopped. Such a run has no outcome and no record."""


def smoke(policy_file: PolicyFile, stop: Event | None = None) -> Run:
    """Run the policy's rules for under a minute, and record the results with their times.

    Args:
        policy_file: the policy with the rules.
        stop: an event that another thread sets to stop the run early.

    Raises:
        SmokeStopped: the run was stopped.
        PolicyError: an input that the policy names is missing.
        MissingTool: a program that the run needs is not installed.
        ActionFailed: the journal cannot be written.
    """
    with Recording(policy_file, SANDBOX_SMOKE) as record:
        record.finish(try_rules(policy_file, stop or Event()))
    return record.run


def try_rules(policy_file: PolicyFile, stop: Event, longest: timedelta = LONGEST) -> Run:
    """Run the policy's rules without a record.

    Raises:
        SmokeStopped: the run was stopped.
        ActionFailed: the rules cannot be read, or a server does not start.
    """
    tools = dict(promtool_version())
    if not rule_files(policy_file.rules):
        return failed(SANDBOX_SMOKE, (f"no rule file matches {', '.join(policy_file.rules)}",), "nothing to run", tools)
    lag = max(timedelta(0), policy_file.policy.heartbeat.fresh - LAST_SECONDS)
    watch = _Watch(time.monotonic(), longest, stop)
    with (
        tempfile.TemporaryDirectory(prefix="gonogo-smoke-") as directory,
        stage(policy_file, Path(directory), lag) as server,
    ):
        tools["prometheus"] = build_info(server.client, server.url) or "unknown"
        try:
            for sight in _expectations(policy_file.policy, server, watch):
                watch.seen.append({"after_seconds": round(time.monotonic() - watch.began, 2), "what": sight})
            run = Run(SANDBOX_SMOKE, Outcome.PASS, "; ".join(str(one["what"]) for one in watch.seen), tools=tools)
        except _NotSeen as missed:
            run = failed(SANDBOX_SMOKE, (str(missed),), "the rules did not show the expected result", tools)
    return replace(run, seen={"seen": watch.seen})


class _Watch(Struct, frozen=True):
    """The time at which the run began, its longest time, the event that stops it, and what was seen so far."""

    began: float
    longest: timedelta
    stop: Event
    seen: list[dict[str, object]] = field(default_factory=list)

    def wait(self, met: Callable[[], str], act: Callable[[], object] = lambda: None) -> None:
        """Wait until ``met`` returns an empty text. Meanwhile call ``act`` every ``BEAT_EVERY`` seconds."""
        due = time.monotonic()
        while unmet := _unmet(met):
            now = time.monotonic()
            if now >= self.began + self.longest.total_seconds():
                raise _NotSeen(f"{unmet} after {self.longest.total_seconds():.0f} s")
            if now >= due:
                act()
                due = now + BEAT_EVERY
            if self.stop.wait(LOOK_EVERY):
                raise SmokeStopped


def _unmet(met: Callable[[], str]) -> str:
    try:
        return met()
    except SourceError as error:
        return str(error)


def _expectations(policy: Policy, server: SmokeStage, watch: _Watch) -> Iterator[str]:
    files = read_files(server.rules)
    signal = policy.signals.get(HEARTBEAT_OK)
    if signal is not None:
        metric = signal.metric
        watch.wait(lambda: _difference(policy, server, metric, 1.0), act=server.writer.beat)
        yield f"{metric} was 1 while there were beats"
        watch.wait(lambda: _difference(policy, server, metric, 0.0))
        yield f"{metric} was 0 after the beats stopped"
    watch.wait(lambda: _not_scraped(server))
    since = server_time(server.client, server.url)
    watch.wait(lambda: "; ".join(differences(files, rules(server.client, server.url), since)))
    loaded = counted(sum(len(group.rules) for group in files), "rule")
    yield f"{loaded} loaded and evaluated without error"


def _not_scraped(server: SmokeStage) -> str:
    """Return why rules have no data yet, or an empty text if every target was scraped."""
    active = targets(server.client, server.url)
    up = [target for target in active if target.health is TargetHealth.UP]
    return "" if active and len(up) == len(active) else f"{counted(len(up), 'target')} of {len(active)} up"


def _difference(policy: Policy, server: SmokeStage, metric: str, wanted: float) -> str:
    """Return why the metric is not one series of the policy's realm with the wanted value, or an empty text."""
    found = query(server.client, server.url, named((metric,))).series
    values = [s.values[-1] for s in found if policy.realm is None or s.labels.get(REALM_LABEL) == policy.realm]
    found_values = " and ".join(f"{value:g}" for value in values) or "absent"
    return "" if values == [wanted] else f"{metric} was still {found_values}, not {wanted:g},"


_ALL = "gonogo_all_rules"
"""The name of a rule that is on neither side and reads all rules, so that all rules are compared."""


def read_files(paths: Iterable[Path]) -> tuple[RuleGroup, ...]:
    """Read the rules of files as far as possible. Lint reports what is wrong with the files."""
    return tuple(group for path in paths for group in read_rules(text_of(path), str(path)).groups)


def differences(files: tuple[RuleGroup, ...], loaded: tuple[LoadedGroup, ...], since: float) -> Iterator[str]:
    """Yield the differences between the files' rules and the rules that the server has loaded, each as a clause.

    Rules with other names are ignored. A different rule with the same name is a difference. Each rule must have been
    evaluated after ``since``, the server's unix time.
    """
    names = {(rule.kind, rule.name) for group in files for rule in group.rules}
    ours = tuple(
        replace(group, rules=states)
        for group in loaded
        if (states := tuple(state for state in group.rules if (state.rule.kind, state.rule.name) in names))
    )
    if different := _drift(files, ours, names):
        yield different
    for group in ours:
        for state in group.rules:
            if why := _problem(state, since):
                yield f"rule {state.rule.name} of group {group.name} {why}"


def _drift(
    files: tuple[RuleGroup, ...], loaded: tuple[LoadedGroup, ...], names: Iterable[tuple[RuleKind, str]]
) -> str | None:
    metrics = {name for kind, name in names if kind is RuleKind.RECORD} | {*ALERT_METRICS}
    root = Rule(RuleKind.RECORD, _ALL, named(sorted(metrics)))
    here = RuleGroup(_ALL, (root,))
    there = LoadedGroup(_ALL, timedelta(0), (RuleState(root, RuleHealth.OK),))
    return drift(_ALL, (*files, here), (*loaded, there))


def _problem(state: RuleState, since: float) -> str:
    if state.evaluated_at is None or state.evaluated_at < since:
        return "has not been evaluated since its targets were up"
    if state.health is not RuleHealth.OK:
        return f"fails: {state.last_error or state.health}"
    return ""
