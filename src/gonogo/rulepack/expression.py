"""The building blocks of every rule in the pack: selectors, aggregations and labels.

Rules select by the policy's realm. A rule that looks back counts only while its source still exists: a source that
vanished leaves no result, even after a perfect week.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.model.policy import Policy, Signal, Slo
from gonogo.model.rule import Rule, RuleKind
from gonogo.model.series import REALM_LABEL
from gonogo.promql.matchers import label
from gonogo.rulepack.selector import CounterSelector, parse_selector

_PREFIX_PLACEHOLDER = "P_"


def metric_name(policy: Policy, name: str) -> str:
    """Return the name of the preset's metric with the policy's prefix."""
    return f"{policy.prefix}_{name}"


def series(policy: Policy, name: str, **labels: str) -> CounterSelector:
    """Return the selector of the preset's metric in the policy's realm."""
    return in_realm(policy, CounterSelector(metric_name(policy, name)).where(**labels))


def heartbeat_series(policy: Policy, name: str) -> CounterSelector:
    """Return the selector of a raw heartbeat metric, in the copy that the policy reads."""
    return series(policy, name, via=policy.heartbeat.read)


def signal_series(policy: Policy, signal: Signal) -> CounterSelector:
    """Return the selector of a signal's series in the policy's realm."""
    return in_realm(policy, CounterSelector(signal.metric).where(**signal.labels))


def slo_counter(policy: Policy, text: str) -> CounterSelector:
    """Return an SLO's counter selector in the policy's realm; ``P_`` in it stands for the prefix.

    Raises:
        ValueError: the text is not a plain selector.
    """
    selector = parse_selector(text)
    if selector.metric.startswith(_PREFIX_PLACEHOLDER):
        own = metric_name(policy, selector.metric.removeprefix(_PREFIX_PLACEHOLDER))
        selector = CounterSelector(own, selector.matchers)
    return in_realm(policy, selector)


def in_realm(policy: Policy, selector: CounterSelector) -> CounterSelector:
    """Return the selector narrowed to the policy's realm, if the policy has one."""
    return selector if policy.realm is None else selector.where(**{REALM_LABEL: policy.realm})


def shared_labels(policy: Policy) -> tuple[str, ...]:
    """Return the labels that an aggregate over the whole realm keeps."""
    return () if policy.realm is None else (REALM_LABEL,)


def subject_labels(policy: Policy) -> tuple[str, ...]:
    """Return the labels that an aggregate of one subject keeps."""
    return (*shared_labels(policy), *policy.subjects)


def aggregate(operator: str, labels: tuple[str, ...], expression: object) -> str:
    """Write an aggregation that keeps these labels."""
    kept = f" by ({', '.join(map(label, labels))}) " if labels else ""
    return f"{operator}{kept}({expression})"


def worst(policy: Policy, operator: str, expression: str) -> str:
    """Write an aggregation that makes one series of the whole realm from the series of the subjects.

    Without subjects the labels of the source stay. Two sources then stay two series, and the judge reports them as
    ambiguous.
    """
    return aggregate(operator, shared_labels(policy), expression) if policy.subjects else expression


def gained(selector: CounterSelector, window: timedelta, labels: tuple[str, ...]) -> str:
    """Write the sum of the reset-aware increases of counters over the window, which keeps these labels."""
    return aggregate("sum", labels, f"increase({selector}[{format_duration(window)}])")


def meant(expression: str, least: str) -> str:
    """Write a filter that keeps only possible amounts; ``least`` is ``> 0`` or ``>= 0``.

    Without the filter a counter at +Inf would make every ratio with it 0. NaN fails every comparison.
    """
    return f"({expression} {least} < Inf)"


def while_there(expression: str, labels: tuple[str, ...], *selectors: CounterSelector) -> str:
    """Write a value that exists only while each selector finds a series now: a range alone outlives its source."""
    return "\nand ".join((expression, *(aggregate("group", labels, selector) for selector in selectors)))


def number(value: float) -> str:
    """Write a number so that it reads back as the same double."""
    return repr(float(value)).removesuffix(".0")


def recorded(policy: Policy, name: str, expression: str, labels: Mapping[str, str] | None = None) -> Rule:
    """Return the rule that records an expression under the preset's name, with the realm as a label.

    The static label changes no series, because each rule selects by the realm. It keeps the packs of two realms on one
    server apart.
    """
    realm = {} if policy.realm is None else {REALM_LABEL: policy.realm}
    return Rule(RuleKind.RECORD, metric_name(policy, name), expression, realm | dict(labels or {}))


def slo_labels(slo: Slo) -> dict[str, str]:
    """Return the labels that distinguish one SLO's series from those of the others."""
    return {"slo": slo.name}
