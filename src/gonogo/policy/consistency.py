"""Finds parts of a policy that contradict each other. A check of single keys cannot find them."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence

from gonogo.model.condition import Condition, Criterion, Share
from gonogo.model.policy import Policy
from gonogo.model.series import REALM_LABEL
from gonogo.policy.complaints import Loc, PolicyFinding, PolicySeverity, did_you_mean
from gonogo.policy.schema import PolicyKeys, StabilityKeys, WeightKeys

WEIGHTS_TOLERANCE = 1e-9
"""The greatest distance between the sum of the weights and 1: the rounding error of decimal fractions."""


def inconsistencies(keys: PolicyKeys, policy: Policy, excused: Callable[[str], bool]) -> Iterator[PolicyFinding]:
    """Yield the contradictions.

    Args:
        keys: the checked keys.
        policy: the policy that was built from these keys.
        excused: returns True for signals that only seem undeclared, because their declaration
            has a mistake of its own.
    """
    yield from _undeclared(policy, excused)
    yield from _repeated(("slos",), [slo.name for slo in keys.slos or ()], "name")
    yield from _repeated(("subjects",), list(keys.subjects or ()))
    yield from _repeated(("runs", "required"), list(keys.runs.required or ()))
    yield from _weights(keys.stability)
    yield from _realm_labels(keys, policy)


def signals_of(judged: Condition | Criterion) -> tuple[str, ...]:
    """Return the names of the signals that a condition or a criterion reads."""
    if isinstance(judged, Condition):
        return tuple(term.signal for term in judged.terms)
    statistic = judged.statistic
    return signals_of(statistic.condition) if isinstance(statistic, Share) else (statistic.signal,)


def _undeclared(policy: Policy, excused: Callable[[str], bool]) -> Iterator[PolicyFinding]:
    for loc, judged in _judged(policy):
        for name in signals_of(judged):
            if name not in policy.signals and not excused(name):
                hint = did_you_mean(name, policy.signals) or "declare it under signals"
                yield _error("undeclared-signal", loc, f"there is no signal {name!r}", hint)


def _judged(policy: Policy) -> Iterator[tuple[Loc, Condition | Criterion]]:
    for gate in policy.gates:
        for role, listed in (("require", gate.require), ("abort", gate.abort), ("warn", gate.warn)):
            for place, condition in enumerate(listed):
                yield ("gates", gate.name, role, place), condition
    for place, criterion in enumerate(policy.dry_run.certify):
        yield ("dry_run", "certify", place), criterion


def _repeated(loc: Loc, entries: Sequence[Hashable], *inner: str) -> Iterator[PolicyFinding]:
    for place, entry in enumerate(entries):
        if entry in entries[:place]:
            yield _error("repeated", (*loc, place, *inner), f"{entry!r} is listed twice", "keep one of them")


def _weights(keys: StabilityKeys | None) -> Iterator[PolicyFinding]:
    if keys is None:
        return
    weights = keys.weights.model_dump()
    missing = [name for name, weight in weights.items() if weight is None]
    loc: Loc = ("stability", "weights")
    if missing:
        yield _error(
            "weights", loc, f"{' and '.join(missing)} missing: give all of {', '.join(WeightKeys.model_fields)}"
        )
    elif abs((total := math.fsum(weights.values())) - 1) > WEIGHTS_TOLERANCE:
        yield _error("weights", loc, f"the weights sum to {total:.10g}, not to 1")


def _realm_labels(keys: PolicyKeys, policy: Policy) -> Iterator[PolicyFinding]:
    if policy.realm is None:
        return
    hint = "only the key realm sets this label"
    for place, label in enumerate(keys.subjects or ()):
        if label == REALM_LABEL:
            yield _error("realm-label", ("subjects", place), "the label of the realm cannot name subjects", hint)
    for name, signal in (keys.signals or {}).items():
        if signal is not None and REALM_LABEL in (signal.labels or {}):
            yield _error(
                "realm-label",
                ("signals", name, "labels", REALM_LABEL),
                "a signal cannot set the label of the realm",
                hint,
            )


def _error(check: str, loc: Loc, message: str, next_step: str = "") -> PolicyFinding:
    return PolicyFinding(check, PolicySeverity.ERROR, loc, message, next_step)
