"""What a policy reads of the rules: the part of them that a verdict depends on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interest:
    """What a policy asks of the rules.

    Attributes:
        realm_label: the label that every signal must carry.
        realm: its value.
        metrics: the full names of the metrics that its signals are.
        binary: those among them that a condition compares with ``== 0`` or ``== 1``.
    """

    realm_label: str
    realm: str
    metrics: frozenset[str] = frozenset()
    binary: frozenset[str] = frozenset()
