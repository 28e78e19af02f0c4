"""Finds settings of the dry run that do not fit the gates: ``blind``, ``certify``, and what an ``abort`` cannot see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.model.condition import Comparison, Falling, Term, Unknown
from gonogo.model.policy import PlacedCondition, Policy, Role
from gonogo.policy.complaints import Loc, PolicyFinding, PolicySeverity

_PATIENCE = timedelta(minutes=5)
"""The least time of the ``unknown(...)`` that a warning suggests."""

BLIND_STEPS = 2
"""``blind`` must be longer than this many steps: the verdict of a step counts for two steps."""


def dry_run_errors(policy: Policy, given: Mapping[str, object]) -> Iterator[PolicyFinding]:
    """Yield the settings of the dry run that cannot work. ``given`` has the keys of the file, without the preset."""
    yield from _misplaced_unknown(policy)
    yield from _blind_and_step(policy)
    yield from _blind_and_for(policy)
    yield from _foreign_criteria(policy, given)


def blind_aborts(policy: Policy) -> Iterator[PolicyFinding]:
    """Yield a warning for each ``abort`` list that reads signals for which no ``abort`` has an ``unknown(...)``."""
    covered = {term.signal for term, _ in _terms(policy, Role.ABORT) if isinstance(term, Unknown)}
    open_to: dict[Loc, dict[str, timedelta]] = {}
    for term, placed in _terms(policy, Role.ABORT):
        if term.signal not in covered:
            waits = open_to.setdefault(placed.loc[:-1], {})
            waits[term.signal] = max(waits.get(term.signal, _PATIENCE), term.window or _PATIENCE)
    for loc, waits in open_to.items():
        blind = format_duration(policy.dry_run.blind)
        message = (
            f"{' and '.join(waits)} can become UNKNOWN, as when a target dies: then this list cannot end a dry run, "
            f"and only dry_run.blind ({blind}) does"
        )
        step = " and ".join(f"unknown({name}) for {format_duration(time)}" for name, time in waits.items())
        yield PolicyFinding("abort-blind", PolicySeverity.WARNING, loc, message, f"add {step}")


def _terms(policy: Policy, role: Role) -> Iterator[tuple[Term, PlacedCondition]]:
    for placed in policy.conditions((role,)):
        for term in placed.condition.terms:
            yield term, placed


def _misplaced_unknown(policy: Policy) -> Iterator[PolicyFinding]:
    for placed in policy.every_condition():
        for term in placed.condition.terms:
            if isinstance(term, Unknown) and placed.role in {Role.REQUIRE, None}:
                message = f"{term} can be only in abort or warn: a requirement that is UNKNOWN is HOLD already"
                step = f"remove it here, and add it to the list abort of the gate that reads {term.signal}"
                yield _error("unknown-in-require", placed.loc, message, step)


def _blind_and_step(policy: Policy) -> Iterator[PolicyFinding]:
    run = policy.dry_run
    if run.blind <= BLIND_STEPS * run.step:
        blind, step = format_duration(run.blind), format_duration(run.step)
        message = f"{blind} is not longer than two steps of {step}, so a single unknown step could end the run"
        yield _error(
            "blind-not-over-steps",
            ("dry_run", "blind"),
            message,
            f"use more than {format_duration(BLIND_STEPS * run.step)}, or a shorter dry_run.step",
        )


def _blind_and_for(policy: Policy) -> Iterator[PolicyFinding]:
    """Find requirements that a gap in their samples makes UNKNOWN for longer than ``blind``."""
    blind = policy.dry_run.blind
    for placed in policy.conditions((Role.REQUIRE,)):
        window = _longest_unknown(placed)
        if window is not None and blind <= window:
            message = (
                f"dry_run.blind, {format_duration(blind)}, is not longer than the {format_duration(window)} of this "
                "condition: a gap in its samples makes it UNKNOWN for as long, which would end a dry run"
            )
            yield _error(
                "blind-not-over-for",
                placed.loc,
                message,
                f"write dry_run: {{blind: {format_duration(2 * window)}}}, or use a shorter time here",
            )


def _longest_unknown(placed: PlacedCondition) -> timedelta | None:
    """Return the longest window that can leave a condition UNKNOWN.

    A ``falling`` beside a term without a window does not count: the other term alone passes in a healthy system.
    """
    terms = placed.condition.terms
    held = [term.held for term in terms if isinstance(term, Comparison) and term.held is not None]
    if all(term.window is not None for term in terms):
        held += [term.over for term in terms if isinstance(term, Falling)]
    return max(held, default=None)


def _foreign_criteria(policy: Policy, given: Mapping[str, object]) -> Iterator[PolicyFinding]:
    """Find criteria of the certificate on signals of a gate of the preset that the policy removes.

    Nobody else reads such a signal, so the certificate would be missed at the end of every dry run.
    """
    criteria = policy.dry_run.certify
    removed = _signals_of_removed_gates(policy, given) if criteria else {}
    lost = [[name for name in criterion.signals if name in removed] for criterion in criteria]
    if _names_certify(given):
        for place, names in enumerate(lost):
            for name in names:
                message = f"{name} is a signal of the gate {removed[name]}, which this policy removes"
                step = f"remove this line, or declare {name} under signals"
                yield _error("criterion-of-removed-gate", ("dry_run", "certify", place), message, step)
        return
    kept = ", ".join(f"'{c.text}'" for c, names in zip(criteria, lost, strict=True) if not names)
    for gate in dict.fromkeys(removed[name] for names in lost for name in names):
        asked = [c.text for c, names in zip(criteria, lost, strict=True) if any(removed[n] == gate for n in names)]
        message = f"the gate is removed, but the preset's certificate asks for its signals: {'; '.join(asked)}"
        yield _error(
            "criterion-of-removed-gate",
            ("gates", gate),
            message,
            f"remove these criteria too, with the line dry_run: {{certify: [{kept}]}}",
        )


def _names_certify(given: Mapping[str, object]) -> bool:
    run = given.get("dry_run")
    return isinstance(run, dict) and "certify" in run


def _signals_of_removed_gates(policy: Policy, given: Mapping[str, object]) -> dict[str, str]:
    """Map each signal of a removed gate of the preset to that gate, unless the policy itself declares or reads it."""
    from gonogo.rulepack.gates.catalogue import PRESET_GATES  # noqa: PLC0415 - a policy without a certificate does not pay for it

    signals = given.get("signals")
    own = {name for placed in policy.conditions() for name in placed.condition.signals}
    own |= set(signals) if isinstance(signals, dict) else set()
    names = {gate.name for gate in policy.gates}
    return {
        signal.name: gate.name
        for gate in PRESET_GATES
        if gate.name not in names
        for signal in gate.signals(policy)
        if signal.name in policy.signals and signal.name not in own
    }


def _error(check: str, loc: Loc, message: str, next_step: str) -> PolicyFinding:
    return PolicyFinding(check, PolicySeverity.ERROR, loc, message, next_step)
