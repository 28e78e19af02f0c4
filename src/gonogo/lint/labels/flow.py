"""The flow of labels through an expression, from the parts of a node to the node."""

from __future__ import annotations

from gonogo.lint.labels.domain import ANY, PRESENT, exactly, matched
from gonogo.lint.labels.functions import called
from gonogo.lint.labels.label_set import OPEN, SCALAR, LabelSet
from gonogo.lint.labels.matching import joined
from gonogo.promql.tree import (
    NAME_LABEL,
    Aggregation,
    Binary,
    Call,
    Expression,
    Negation,
    Range,
    Subquery,
    Text,
    Vector,
)

KEEPING_OPERATORS = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
"""Aggregations that select series and keep their labels."""


def flowed(node: Expression, parts: tuple[LabelSet, ...]) -> LabelSet:
    """Return the labels of a node that is not a selector, from the labels of its ``children``."""
    match node:
        case Call():
            return called(node, parts)
        case Binary():
            left, right = parts
            return joined(node, left, right)
        case Aggregation():
            return _aggregated(node, parts[-1])
        case Negation():
            return SCALAR if parts[0].scalar else parts[0].unnamed()
        case Range() | Subquery():
            return parts[0]
        case _:
            return SCALAR


def selected(vector: Vector) -> LabelSet:
    """Return the labels that series of a selector can have, by its matchers."""
    named = {NAME_LABEL: PRESENT if vector.metric is None else exactly([vector.metric])}
    for matcher in vector.matchers:
        named[matcher.label] = named.get(matcher.label, ANY) & matched(matcher)
    return LabelSet(named, ANY)


def _aggregated(node: Aggregation, inner: LabelSet) -> LabelSet:
    if node.operator in KEEPING_OPERATORS:
        return inner
    grouping = node.grouping
    if grouping is not None and grouping.word == "without":
        kept = inner.less((NAME_LABEL, *grouping.names))
    else:
        kept = inner.only(grouping.names if grouping else ())
    if node.operator != "count_values":
        return kept
    if not isinstance(node.parameter, Text):
        return OPEN
    label = node.parameter.value
    return kept.having(label, ANY if grouping is not None and label in grouping.names else PRESENT)
