"""The part of the rules that a policy reads, and that a verdict therefore depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from gonogo.model.condition import Comparison, Operator, Term
from gonogo.model.series import REALM_LABEL

if TYPE_CHECKING:  # a lint of named files does not pay for the policy
    from gonogo.model.policy import Policy


class Interest(Struct, frozen=True):
    """The part of the rules that a policy reads.

    Attributes:
        realm_label: the label that every signal must have.
        realm: the required value of that label; None if the policy has no realm, and then no signal needs the label.
        metrics: the full metric names of the policy's signals.
        binary: the metrics that a condition compares with ``== 0`` or ``== 1``.
    """

    realm_label: str
    realm: str | None
    metrics: frozenset[str] = frozenset()
    binary: frozenset[str] = frozenset()


def interest_of(policy: Policy) -> Interest:
    """Return the part of the rules that a policy reads."""
    signals = policy.signals
    terms = (term for placed in policy.every_condition() for term in placed.condition.terms)
    binary = {signals[term.signal].metric for term in terms if term.signal in signals and _is_binary(term)}
    metrics = frozenset(signal.metric for signal in signals.values())
    return Interest(REALM_LABEL, policy.realm, metrics, frozenset(binary))


def _is_binary(term: Term) -> bool:
    return isinstance(term, Comparison) and term.op in {Operator.EQ, Operator.NE} and term.bound in {0.0, 1.0}
