"""The recording rules and alerts of the preset's gates, made from their templates.

A rule that looks back counts only while its source still exists: a source that vanished leaves no result, even after a
perfect week. Each ``abort`` (severity ``critical``) and each ``warn`` (severity ``warning``) of the policy that is a
single comparison makes an alert. A signal without either gets an alert on the opposite of ``require``. Conditions with
``or`` and ``falling`` make no alert: only the judge evaluates them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from gonogo.durations import format_duration, parse_duration
from gonogo.errors import PolicyError, Problem
from gonogo.model.condition import Comparison, Condition, Operator
from gonogo.model.policy import Gate, Policy, Scope, Signal, Slo
from gonogo.model.replacing import replace
from gonogo.model.rule import Rule, RuleKind
from gonogo.model.series import REALM_LABEL
from gonogo.rulepack.gates import PresetGate
from gonogo.rulepack.template import (
    documents,
    filled,
    keeping,
    kept_labels,
    number,
    policy_values,
    signal_series,
    slo_counter,
)

BEAT = "heartbeat_ok"
"""The signal that shows that a subject exists."""

PATIENCE = timedelta(minutes=10)
"""The time for which a requirement is not met before the alert fires."""

CONDITION = "condition"
"""The alert's label that names the violated condition, in the policy's grammar."""

_OPPOSITE = {
    Operator.EQ: Operator.NE,
    Operator.NE: Operator.EQ,
    Operator.LT: Operator.GE,
    Operator.GE: Operator.LT,
    Operator.GT: Operator.LE,
    Operator.LE: Operator.GT,
}


def recording_rules(gate: PresetGate, policy: Policy, interval: timedelta) -> tuple[Rule, ...]:
    """Return the rules that record the gate's signals, in order of evaluation.

    The realm is a static label of each. It changes no series, because each rule selects by the realm. It keeps the
    packs of two realms on one server apart.

    Raises:
        PolicyError: an SLO's counter is not a plain selector.
    """
    (template,) = documents(f"{gate.template}.yml")
    values = policy_values(policy, interval)
    realm = {} if policy.realm is None else {REALM_LABEL: policy.realm}
    if "rules_of_each_slo" in template:
        each = [values | _slo_values(policy, slo) for slo in policy.slos]
        made = [filled(entry, own) for own in each for entry in template["rules_of_each_slo"]]
    elif "shortfalls" in template:
        own = _weighted(filled(template["shortfalls"], values), policy.weights, values["by_realm"])
        made = filled(template["rules"], values | own) if policy.weights else []
    else:
        made = filled(template["rules"], values)
    return tuple(_recorded(one, realm, values["by_realm"] if policy.subjects else None) for one in made)


def alerts(gate: PresetGate, policy: Policy, interval: timedelta) -> tuple[Rule, ...]:
    """Return the alerts that warn a person before the gate fails. ``interval`` is that of the group."""
    (template,) = documents(f"{gate.template}.yml")
    known = known_signals(policy, gate.signals(policy))
    asked = next((one for one in policy.gates if one.name == gate.name), Gate(gate.name, ()))
    values = policy_values(policy, interval) | {"gate": gate.name}
    made = [
        filled(shape, values | own)
        for entry in template["alerts"]
        for shape, own in _shapes(entry, policy, asked, known, values)
    ]
    return tuple(
        Rule(
            RuleKind.ALERT,
            one["alert"],
            one["expr"].rstrip("\n"),
            one["labels"],
            one["annotations"],
            parse_duration(one["for"]),
        )
        for one in made
    )


def violations(gate: Gate, signal: str) -> tuple[tuple[Comparison, str], ...]:
    """Return the comparisons that the policy's gate defines as violations of the signal, each with its severity."""
    found = [(one, "critical") for one in _single(gate.abort, signal)]
    found += [(one, "warning") for one in _single(gate.warn, signal)]
    missed = (replace(c, op=_OPPOSITE[c.op], held=c.held or PATIENCE) for c in _single(gate.require, signal))
    return tuple(dict.fromkeys(found or [(one, "warning") for one in missed]))


def known_signals(policy: Policy, signals: Iterable[Signal]) -> Mapping[str, Signal]:
    """Return the preset's signals by name. The policy's own definition of a signal takes precedence."""
    return {signal.name: policy.signals.get(signal.name, signal) for signal in signals}


def required(gate: Gate) -> tuple[str, ...]:
    """Return the names of the signals in the gate's requirements, each once."""
    return tuple(dict.fromkeys(term.signal for condition in gate.require for term in condition.terms))


def _slo_values(policy: Policy, slo: Slo) -> dict[str, str]:
    values = {"slo": slo.name, "objective": number(slo.objective)}
    for name, text in (("bad", slo.bad), ("total", slo.total)):
        try:
            values[name] = str(slo_counter(policy, text))
        except ValueError as error:
            raise PolicyError((Problem(None, f"slos, {slo.name}, {name}: {error}"),)) from error
    return values


def _weighted(shortfalls: Mapping[str, Any], weights: Mapping[str, float], by_realm: str) -> dict[str, str]:
    terms = [f"{number(weight)} * ({shortfalls[name]['expr']})" for name, weight in weights.items()]
    needs = dict.fromkeys(series for name in weights for series in shortfalls[name]["needs"])
    return {
        "shortfalls": "\n  + ".join(terms),
        "and_needs": "".join(f"\nand group{by_realm}({series})" for series in needs),
    }


def _recorded(entry: Mapping[str, Any], realm: Mapping[str, str], worst_by: str | None) -> Rule:
    """Return a rule. ``worst_by`` is None without subjects.

    The labels of the source stay then. Two sources stay two series, and the judge reports them as ambiguous.
    """
    expression = entry["expr"].rstrip("\n")
    if "worst" in entry and worst_by is not None:
        expression = f"{entry['worst']}{worst_by}({expression})"
        if "invalid" in entry:
            expression += f"\nunless group{worst_by}({entry['invalid'].rstrip()})"
    return Rule(RuleKind.RECORD, entry["record"], expression, {**realm, **entry.get("labels", {})})


def _shapes(
    entry: Mapping[str, Any], policy: Policy, gate: Gate, known: Mapping[str, Signal], values: Mapping[str, str]
) -> Iterator[tuple[Any, dict[str, str]]]:
    """Yield the shape and the values of each alert that an entry of a gate's template stands for."""
    (shapes,) = documents("alerts.yml")
    if "violation" in entry:
        signal = known[filled(entry["of"], values)]
        for comparison, severity in violations(gate, signal.name) if signal.each else ():
            yield (
                shapes["violation"],
                {
                    "name": entry["violation"],
                    "summary": entry["summary"],
                    "series": str(signal_series(policy, signal)),
                    "violation": f"{comparison.op} {number(comparison.bound)}",
                    "held": format_duration(comparison.held or timedelta(0)),
                    "severity": severity,
                    CONDITION: str(comparison),
                },
            )
    elif "absence" in entry:
        signals = [known[name] for name in required(gate) if name in known]
        missing = [text for signal in signals for text in _missing(policy, signal, beside_beat=BEAT not in known)]
        if missing:
            own = {"name": entry["absence"], "summary": entry["summary"], "missing": "\nor ".join(missing)}
            yield shapes["absence"], own
    else:
        yield entry, {}


def _missing(policy: Policy, signal: Signal, *, beside_beat: bool) -> Iterator[str]:
    """Yield expressions that give a result if a series is missing for all, or for a subject with a heartbeat."""
    keep = keeping(kept_labels(policy))
    beat = signal_series(policy, Signal(BEAT, f"{policy.prefix}_{BEAT}"))
    for labels in signal.each:
        selector = signal_series(policy, signal).where(**labels)
        yield f"absent({selector})"
        if beside_beat and policy.subjects and signal.scope is Scope.SUBJECT:
            yield f"(group{keep}({beat}) unless group{keep}({selector}))"


def _single(conditions: Iterable[Condition], signal: str) -> Iterator[Comparison]:
    for condition in conditions:
        match condition.terms:
            case (Comparison(signal=name) as comparison,) if name == signal:
                yield comparison
