"""Finds the features that a server must have to read a node of an expression."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.model.promql_features import (
    AGGREGATIONS,
    AT,
    EXTENDED,
    FILL,
    FUNCTIONS,
    NEGATIVE_OFFSET,
    OPERATORS,
    Feature,
)
from gonogo.promql.tree import Aggregation, Binary, Call, Expression, Negation, Subquery, Text, Vector


def features_of(node: Expression) -> Iterator[Feature]:
    """Yield the features that a version must have to read a node without its operands.

    Features of all versions are left out.
    """
    if isinstance(node, Call):
        if node.function in FUNCTIONS:
            yield FUNCTIONS[node.function]
        return
    if isinstance(node, Aggregation) and node.operator in AGGREGATIONS:
        yield AGGREGATIONS[node.operator]
    elif isinstance(node, Binary):
        yield from _of_operator(node)
    elif isinstance(node, Vector | Subquery):
        yield from _moved(node)
    if not isinstance(node, Text | Negation):
        yield from node.needs


def _of_operator(node: Binary) -> Iterator[Feature]:
    if node.operator in OPERATORS:
        yield OPERATORS[node.operator]
    if node.fill != (None, None):
        yield FILL


def _moved(node: Vector | Subquery) -> Iterator[Feature]:
    if isinstance(node, Vector) and node.extended:
        yield EXTENDED[node.extended]
    if node.at:
        yield AT
    if node.offset.days < 0:
        yield NEGATIVE_OFFSET
