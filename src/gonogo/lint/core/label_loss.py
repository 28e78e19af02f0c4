"""Finds the part of an expression that loses a label, and the labels by which its author groups the series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gonogo.promql.canonical import instant
from gonogo.promql.label_flow import KEEPING_OPERATORS, MAPPING, is_matched
from gonogo.promql.label_set import LabelSet
from gonogo.promql.selectors import ABSENCE_FUNCTIONS
from gonogo.promql.tree import (
    COMPARISONS,
    NAME_LABEL,
    Aggregation,
    Binary,
    Call,
    Expression,
    Labels,
    Negation,
    Range,
    Vector,
    children,
)


def loser(root: Expression, label: str, known: Mapping[int, LabelSet]) -> Expression:
    """Find the innermost node that cannot have a label which the root cannot have."""
    node = root
    while True:
        below = (part for part in _sources(node, label) if not known[id(part)].scalar)
        deeper = next((part for part in below if known[id(part)].of(label).is_absent), None)
        if deeper is None:
            return node
        node = deeper


def _sources(node: Expression, label: str) -> Iterator[Expression]:
    """Yield the parts that decide whether a node can have a label."""
    match node:
        case Call(function=function) if function in ABSENCE_FUNCTIONS:
            return
        case Binary(operator="unless", left=left):
            yield left
        case Binary(group=Labels(word=word, names=names), left=left, right=right):
            many, one = (right, left) if word == "group_right" else (left, right)
            if label not in names:
                yield many
            if label in names or is_matched(node, label):
                yield one
        case Binary(left=left, right=right):
            yield left
            if node.operator == "or" or is_matched(node, label):
                yield right
        case _:
            yield from children(node)


def loss(node: Expression, label: str) -> str:  # noqa: PLR0911 - one for each kind of node
    """Return how a node found by ``loser`` loses the label, as a clause."""
    if label == NAME_LABEL:
        return "functions, arithmetic and aggregations drop the metric's name"
    match node:
        case Aggregation(operator=operator, grouping=None):
            return f"'{operator}' without 'by' drops all labels"
        case Aggregation(operator=operator, grouping=Labels(word="by", names=names)):
            return f"'{operator} by ({', '.join(names)})' keeps no other label"
        case Aggregation(operator=operator):
            return f"'{operator} without (…)' drops it"
        case Call(function=function) if function in ABSENCE_FUNCTIONS:
            return f"'{function}' has only the labels that its own selector sets with '='"
        case Call(function="histogram_quantile" as function):
            return f"'{function}' drops it"
        case Call(function=function):
            return f"the result of '{function}()' has no such label"
        case Binary(matching=Labels(word=word, names=names)) if node.group is None:
            return f"'{word} ({', '.join(names)})' drops it"
        case Vector():
            return f"the series {node.metric or instant(node)} selected here never have it"
        case _:
            return "the result of the expression has no labels"


def intended(node: Expression, known: Mapping[int, LabelSet]) -> tuple[str, ...]:
    """Return the labels by which the series of a result are grouped; none if operators join several vectors."""
    match _source(node, known):
        case Aggregation(operator=operator, grouping=Labels(word="by", names=names)):
            return () if operator in KEEPING_OPERATORS else names
        case _:
            return ()


def scraped(node: Expression, known: Mapping[int, LabelSet]) -> str | None:
    """Return the metric whose scraped series a result consists of. Such series have ``job`` and ``instance``."""
    match _source(node, known):
        case Vector(metric=str(metric)) | Range(vector=Vector(metric=str(metric))) if ":" not in metric:
            return metric
        case _:
            return None


def _source(node: Expression, known: Mapping[int, LabelSet]) -> Expression:
    while (inner := _inside(node, known)) is not None:
        node = inner
    return node


def _inside(node: Expression, known: Mapping[int, LabelSet]) -> Expression | None:
    """Return the one vector that a node takes its series from."""
    match node:
        case Negation(inner=inner):
            return inner
        case Call(function=function) if function not in MAPPING and function != "histogram_quantile":
            return None
        case Binary(operator=operator) if operator in COMPARISONS or operator in "+-*/%^":
            pass
        case Call():
            pass
        case _:
            return None
    vectors = [part for part in children(node) if not known[id(part)].scalar]
    return vectors[0] if len(vectors) == 1 else None
