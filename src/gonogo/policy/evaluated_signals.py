"""Checks the signals that gonogo evaluates itself: keys that exclude each other, and expressions that cannot work."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import TYPE_CHECKING

from gonogo.formats.dialect import Dialect
from gonogo.model.policy import Policy, Scope, Signal
from gonogo.model.series import REALM_LABEL
from gonogo.policy.complaints import Loc, PolicyFinding, PolicySeverity
from gonogo.policy.schema import PolicyKeys, SignalKeys

if TYPE_CHECKING:  # a policy without expressions does not pay for it
    from gonogo.promql.tree import Expression

_MAKERS = ("metric", "expr", "alerts")
"""The keys of which a signal has one at most."""

_NOT_WITH_ALERTS = ("labels", "max_age")
"""The keys that say something of series. Alerts come with the list of rules."""


def evaluated_findings(keys: PolicyKeys, policy: Policy, built_in: Container[str]) -> Iterator[PolicyFinding]:
    """Yield the mistakes of signals with ``expr`` or ``alerts``. ``built_in`` has the signals of the preset."""
    for name, given in (keys.signals or {}).items():
        if given is None:
            continue
        yield from _exclusive(name, given)
        if given.expr is None and given.alerts is None:
            continue
        if name in built_in:
            yield _error(
                ("signals", name), f"{name} is a signal of the preset, which has rules for it", "choose another name"
            )
        if given.expr is not None:
            yield from _expression(keys, policy, policy.signals[name])


def _exclusive(name: str, given: SignalKeys) -> Iterator[PolicyFinding]:
    loc: Loc = ("signals", name)
    makers = [key for key in _MAKERS if getattr(given, key) is not None]
    for key in makers[1:]:
        yield _error((*loc, key), f"a signal cannot have both {makers[0]} and {key}", "remove one of them")
    if given.interval is not None and given.expr is None and given.alerts is None:
        step = "remove it; the interval of a metric is that of its rule group or its scrape job"
        yield _error((*loc, "interval"), "only a signal with expr or alerts has an interval", step)
    for key in _NOT_WITH_ALERTS:
        if given.alerts is not None and getattr(given, key) is not None:
            step = f"write the labels of the alerts under alerts, and remove {key}"
            yield _error((*loc, key), f"a count of alerts has no {key}", step)


def _expression(keys: PolicyKeys, policy: Policy, signal: Signal) -> Iterator[PolicyFinding]:
    from gonogo.promql.parser import parse  # noqa: PLC0415 - a policy without expressions does not pay for it
    from gonogo.promql.refusal import Refusal, Unjudged  # noqa: PLC0415 - as above

    loc: Loc = ("signals", signal.name, "expr")
    try:
        tree = parse(signal.expression)
    except Unjudged:
        return  # the server decides, and the signal is UNKNOWN
    except Refusal as refusal:
        if Dialect(keys.prometheus.dialect) is Dialect.PROMETHEUS:
            step = "correct the expression"
            yield _error(loc, f"this is not PromQL: {refusal.message}", step, refusal.start)
        return
    from gonogo.promql.label_flow import result_of  # noqa: PLC0415 - as above
    from gonogo.promql.result import unrecordable  # noqa: PLC0415 - as above

    if kind := unrecordable(tree):
        step = "use a function or an aggregation of it, such as rate(...) or last_over_time(...)"
        yield _error(loc, f"the result must be an instant vector or a number, not a {kind}", step)
        return
    if Dialect(keys.prometheus.dialect) is Dialect.PROMETHEUS:
        yield from _features(keys, loc, tree)
    labels = result_of(tree)
    for name, value in _asked(policy, signal).items():
        domain = labels.of(name)
        if domain.is_absent or (value and value not in domain):
            what = f"the label {name}" if domain.is_absent else f"{name}={value!r}"
            keep = f"keep the label in the expression, such as sum by ({name}) (...)"
            yield _error(loc, f"no series of the result can have {what}", f"{keep}{_otherwise(policy, name)}")


def _asked(policy: Policy, signal: Signal) -> dict[str, str]:
    """Return the labels that a series of the signal must have; the value is empty if any value will do."""
    subjects = dict.fromkeys(policy.subjects, "") if signal.scope is Scope.SUBJECT else {}
    realm = {} if policy.realm is None else {REALM_LABEL: policy.realm}
    return {**subjects, **realm, **signal.labels}


def _otherwise(policy: Policy, name: str) -> str:
    return ", or write scope: shared" if name in policy.subjects else ""


def _features(keys: PolicyKeys, loc: Loc, tree: Expression) -> Iterator[PolicyFinding]:
    """Yield the parts of an expression that only a server with a feature can read, if the policy does not name it."""
    from gonogo.promql.tree import walk  # noqa: PLC0415 - a policy without expressions does not pay for it

    for node in walk(tree):
        for feature in node.needs:
            if feature.flag and feature.stable is None and feature.flag not in (keys.prometheus.features or ()):
                what = f"only a server with --enable-feature={feature.flag} can read {feature.name}"
                step = f"add {feature.flag} to prometheus.features if the server has it"
                yield _error(loc, what, step, node.start)


def _error(loc: Loc, message: str, next_step: str, offset: int | None = None) -> PolicyFinding:
    return PolicyFinding("evaluated-signal", PolicySeverity.ERROR, loc, message, next_step, offset)
