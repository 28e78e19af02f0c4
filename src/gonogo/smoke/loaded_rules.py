"""Checks that a server has loaded exactly the rules of some files, and has evaluated them without error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from gonogo.disk.regular_file import text_of
from gonogo.formats.files import read_rules
from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleHealth, RuleKind, RuleState
from gonogo.promql.drift import drift
from gonogo.promql.graph import ALERT_METRICS
from gonogo.promql.matchers import named

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
