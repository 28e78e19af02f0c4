"""How every rule of the pack selects, aggregates and is labelled.

Rules select by the policy's realm and nothing wider. What looks back counts only
while its source is still there: a source that vanished leaves nothing behind,
whatever its last week looked like.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.model.policy import Policy, Slo
from gonogo.model.rule import Rule, RuleKind
from gonogo.model.series import REALM_LABEL
from gonogo.model.signal import Signal
from gonogo.promql.matchers import label
from gonogo.rulepack.selector import CounterSelector, parse_selector

_PREFIX_PLACEHOLDER = "P_"


def metric_name(policy: Policy, name: str) -> str:
    """Give the name that a metric of the preset has under the policy's prefix."""
    return f"{policy.prefix}_{name}"


def series(policy: Policy, name: str, **labels: str) -> CounterSelector:
    """Select the preset's metric in the policy's realm."""
    return in_realm(policy, CounterSelector(metric_name(policy, name)).where(**labels))


def heartbeat_series(policy: Policy, name: str) -> CounterSelector:
    """Select one of the heartbeat's raw metrics, in the copy that the policy reads."""
    return series(policy, name, via=policy.heartbeat.read)


def signal_series(policy: Policy, signal: Signal) -> CounterSelector:
    """Select a signal's series in the policy's realm."""
    return in_realm(policy, CounterSelector(signal.metric).where(**signal.labels))


def slo_counter(policy: Policy, text: str) -> CounterSelector:
    """Read an SLO's counter selector, ``P_`` standing for the prefix, and narrow it to the realm.

    Raises:
        ValueError: it is no plain selector.
    """
    selector = parse_selector(text)
    if selector.metric.startswith(_PREFIX_PLACEHOLDER):
        own = metric_name(policy, selector.metric.removeprefix(_PREFIX_PLACEHOLDER))
        selector = CounterSelector(own, selector.matchers)
    return in_realm(policy, selector)


def in_realm(policy: Policy, selector: CounterSelector) -> CounterSelector:
    """Narrow a selector to the policy's realm, where it has one."""
    return selector if policy.realm is None else selector.where(**{REALM_LABEL: policy.realm})


def shared_labels(policy: Policy) -> tuple[str, ...]:
    """What an aggregate over the whole realm keeps."""
    return () if policy.realm is None else (REALM_LABEL,)


def subject_labels(policy: Policy) -> tuple[str, ...]:
    """What an aggregate of one subject keeps."""
    return (*shared_labels(policy), *policy.subjects)


def aggregate(operator: str, labels: tuple[str, ...], expression: object) -> str:
    """Aggregate, keeping these labels."""
    kept = f" by ({', '.join(map(label, labels))}) " if labels else ""
    return f"{operator}{kept}({expression})"


def worst(policy: Policy, operator: str, expression: str) -> str:
    """Make one series for the whole realm out of one for each subject.

    Without subjects the source's labels stay, and two sources stay two: that is
    ambiguous, and for the judge to say.
    """
    return aggregate(operator, shared_labels(policy), expression) if policy.subjects else expression


def gained(selector: CounterSelector, window: timedelta, labels: tuple[str, ...]) -> str:
    """Sum the reset-aware increases of counters over the window, keeping these labels."""
    return aggregate("sum", labels, f"increase({selector}[{format_duration(window)}])")


def meant(expression: str, least: str) -> str:
    """Keep an amount only while a measurement can mean it, ``least`` being ``> 0`` or ``>= 0``.

    A counter at +Inf would make any share of it 0, and NaN fails every comparison.
    """
    return f"({expression} {least} < Inf)"


def while_there(expression: str, labels: tuple[str, ...], *selectors: CounterSelector) -> str:
    """Keep a value only while each of these selects something now: a range alone outlives its source."""
    return "\nand ".join((expression, *(aggregate("group", labels, selector) for selector in selectors)))


def number(value: float) -> str:
    """Write a number so that it reads back as the same double."""
    return repr(float(value)).removesuffix(".0")


def recorded(policy: Policy, name: str, expression: str, labels: Mapping[str, str] | None = None) -> Rule:
    """Record an expression under the preset's name, labelled with the realm.

    The realm as a static label changes no series (each rule selects by it) and
    keeps the packs of two realms on one server apart.
    """
    realm = {} if policy.realm is None else {REALM_LABEL: policy.realm}
    return Rule(RuleKind.RECORD, metric_name(policy, name), expression, realm | dict(labels or {}))


def slo_labels(slo: Slo) -> dict[str, str]:
    """Give the labels that tell one SLO's series from another's."""
    return {"slo": slo.name}
