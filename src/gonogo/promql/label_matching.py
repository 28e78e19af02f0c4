"""The rules by which a binary operator matches the series of its two sides.

Source: Prometheus documentation, "Operators", vector matching; ``promql/engine.go``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gonogo.promql.label_set import ABSENT, OPEN, SCALAR, Domain, LabelSet
from gonogo.promql.tree import COMPARISONS, NAME_LABEL, Binary


@dataclass(frozen=True, slots=True)
class Conflict:
    """A label because of which no series of the two sides can match."""

    label: str
    left: Domain
    right: Domain


def is_matched(node: Binary, label: str) -> bool:
    """Return whether a label must be equal on both sides."""
    matching = node.matching
    if matching is not None and matching.word == "on":
        return label in matching.names
    return label != NAME_LABEL and (matching is None or label not in matching.names)


def conflict(node: Binary, left: LabelSet, right: LabelSet) -> Conflict | None:
    """Find a label for which the two sides have no common value. ``or`` and filled sides need no common value.

    The metric's name is left out: the version of Prometheus decides when it is dropped.
    """
    if node.operator == "or" or left.scalar or right.scalar or node.fill != (None, None):
        return None
    for label in _candidates(node, left, right):
        if (left.of(label) & right.of(label)).is_empty:
            return Conflict(label, left.of(label), right.of(label))
    return None


def _candidates(node: Binary, left: LabelSet, right: LabelSet) -> Iterator[str]:
    if node.matching is not None and node.matching.word == "on":
        yield from (name for name in node.matching.names if name != NAME_LABEL)
    else:
        yield from sorted(name for name in left.named.keys() | right.named.keys() if is_matched(node, name))


def joined(node: Binary, left: LabelSet, right: LabelSet) -> LabelSet:  # noqa: PLR0911 - one for each kind of join
    """Return the labels that the result of a binary operator can have."""
    if left.scalar and right.scalar:
        return SCALAR
    if left.scalar or right.scalar:
        return _renamed(node, right if left.scalar else left)
    if node.fill != (None, None):
        return OPEN
    if node.operator == "or":
        return left | right
    if node.operator == "unless":
        return left
    many, one = (right, left) if node.group and node.group.word == "group_right" else (left, right)
    met = _met(node, many, one)
    if node.operator == "and":
        return met
    if node.group is not None:
        met = _renamed(node, met)
        return LabelSet({**met.named, **{name: one.of(name) for name in node.group.names}}, met.rest)
    return _one_to_one(node, met)


def _met(node: Binary, many: LabelSet, one: LabelSet) -> LabelSet:
    """Narrow the labels of ``many`` to those that are left after a match with ``one``."""
    if node.matching is not None and node.matching.word == "on":
        return LabelSet(
            {**many.named, **{name: _meet(many.of(name), one.of(name)) for name in node.matching.names}}, many.rest
        )
    kept = (NAME_LABEL, *(node.matching.names if node.matching else ()))
    met = many.combined(one, _meet)
    return LabelSet({**met.named, **{name: many.of(name) for name in kept}}, met.rest)


def _meet(left: Domain, right: Domain) -> Domain:
    """Return the common values; the left domain if there are none, because another check reports such a join."""
    both = left & right
    return left if both.is_empty else both


def _one_to_one(node: Binary, met: LabelSet) -> LabelSet:
    if node.matching is None:
        return _renamed(node, met)
    if node.matching.word == "on":
        return _renamed(node, met.only(node.matching.names))
    return _renamed(node, met.less(node.matching.names))


def _renamed(node: Binary, result: LabelSet) -> LabelSet:
    """Drop the metric's name as operators do. The version of Prometheus decides whether comparisons keep it."""
    if node.operator in COMPARISONS and not node.boolean:
        return result.having(NAME_LABEL, result.of(NAME_LABEL) | ABSENT)
    return result.unnamed()
