"""Writes the expressions of a policy as recording rules, for a server that shall evaluate them itself."""

from __future__ import annotations

from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.model.policy import EVALUATION, Policy
from gonogo.model.rule import Rule, RuleGroup, RuleKind
from gonogo.rulepack.assemble import HEADER
from gonogo.rulepack.document import rules_document


def signals_file(policy: Policy) -> str:
    """Return the name of the file of these rules."""
    return f"{policy.prefix}.signals.yml" if policy.prefix else "signals.yml"


def signals_document(policy: Policy) -> str:
    """Return the rules as a rule file; empty if no signal has an expression.

    Each rule records the metric that the signal reads once its ``expr`` is removed from the policy.
    """
    start = f"{policy.prefix}_" if policy.prefix else ""
    found: dict[timedelta, list[Rule]] = {}
    for signal in policy.signals.values():
        if signal.expression:
            rule = Rule(RuleKind.RECORD, f"{start}{signal.name}", signal.expression)
            found.setdefault(signal.interval or EVALUATION, []).append(rule)
    group = f"{policy.prefix}-signals" if policy.prefix else "signals"
    groups = (
        RuleGroup(f"{group}-{format_duration(every)}", tuple(rules), every) for every, rules in sorted(found.items())
    )
    return rules_document(HEADER, groups) if found else ""
