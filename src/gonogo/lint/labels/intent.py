"""The labels that distinguish the series of a result: the names in the outermost ``by``, or the labels of targets."""

from __future__ import annotations

from collections.abc import Mapping

from gonogo.lint.labels.flow import KEEPING_OPERATORS
from gonogo.lint.labels.functions import MAPPING
from gonogo.lint.labels.label_set import LabelSet
from gonogo.lint.labels.matching import COMPARISONS
from gonogo.promql.tree import Aggregation, Binary, Call, Expression, Labels, Negation, Range, Vector, children


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
