"""Follows a label from the raw series of a selector up to a recorded metric.

If every step on the way keeps the label, a raw series feeds only results with the same value of the label: a raw
series of service ``a`` is then no evidence about service ``b``. If any step may change, drop or ignore the label, the
raw series may feed every result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gonogo.promql.graph import RuleGraph
from gonogo.promql.label_flow import KEEPING, MAPPING, is_matched
from gonogo.promql.parser import parse
from gonogo.promql.refusal import Refusal
from gonogo.promql.selectors import Selector
from gonogo.promql.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Labels,
    Negation,
    Range,
    Subquery,
    Text,
    Vector,
    children,
    walk,
)

Kept = frozenset[str]


def kept_labels(graph: RuleGraph, metric: str, names: Iterable[str]) -> Mapping[str, Kept]:
    """Map the text of each selector under a metric to those of the ``names`` that every way up to the metric keeps.

    The selectors of recorded series between the raw series and the metric are in the result as well.
    """
    top = Selector.of(Vector(metric))
    found: dict[str, Kept] = {top.text: frozenset(names)}
    waiting = [top]
    for selector in waiting:
        kept = found[selector.text]
        for rule in graph.makers(selector):
            own = kept.difference(rule.labels)
            for vector, below in _leaves(_tree(rule.expression), own):
                leaf = Selector.of(vector)
                known = found.get(leaf.text)
                if known is None or not known <= below:
                    found[leaf.text] = below if known is None else known & below
                    waiting.append(leaf)
    return found


def _tree(expression: str) -> Expression:
    try:
        return parse(expression)
    except Refusal:
        return Text("")


def _leaves(node: Expression, kept: Kept) -> Iterator[tuple[Vector, Kept]]:
    """Yield each selector under a node, with those labels of ``kept`` that all nodes above the selector keep."""
    waiting = [(node, kept)]
    while waiting:
        node, kept = waiting.pop()
        if isinstance(node, Vector):
            yield node, kept
        else:
            waiting += zip(children(node), _through(node, kept), strict=True)


def _through(node: Expression, kept: Kept) -> tuple[Kept, ...]:  # noqa: PLR0911 - one for each kind of node
    """Return, for each part of a node, the labels that the node takes over from that part alone and unchanged."""
    none: Kept = frozenset()
    match node:
        case Range() | Subquery() | Negation():
            return (kept,)
        case Call(function="label_replace" | "label_join", arguments=(_, Text(label), *_)):
            return (kept - {label}, *(none for _ in node.arguments[1:]))
        case Call(function=function) if function in MAPPING or function in KEEPING:
            return (kept,) * len(node.arguments)
        case Call(function="histogram_quantile" | "histogram_fraction"):
            return (kept - {"le"},) * len(node.arguments)
        case Aggregation(parameter=parameter):
            inner = _grouped(node, kept)
            return (inner,) if parameter is None else (none, inner)
        case Binary():
            return _joined(node, kept)
        case _:
            return (none,) * len(children(node))


def _grouped(node: Aggregation, kept: Kept) -> Kept:
    match node.grouping:
        case Labels(word="without", names=names):
            own = kept.difference(names)
        case Labels(names=names):
            own = kept.intersection(names)
        case _:
            own = frozenset()
    return own - {node.parameter.value} if isinstance(node.parameter, Text) else own


def _joined(node: Binary, kept: Kept) -> tuple[Kept, Kept]:
    """Return the labels that each side of an operator passes on to results with the same value only."""
    if _is_number(node.left) or _is_number(node.right):
        return kept, kept
    matched = frozenset(label for label in kept if is_matched(node, label))
    if node.fill != (None, None):
        return frozenset(), frozenset()
    match node.operator:
        case "and" | "unless":
            return kept, matched
        case "or":
            return matched, kept
    if node.group is None:
        return matched, matched
    many, one = kept.difference(node.group.names), matched.union(kept.intersection(node.group.names))
    return (one, many) if node.group.word == "group_right" else (many, one)


def _is_number(node: Expression) -> bool:
    """Return whether a side is a number that no series can change."""
    return not any(isinstance(one, Vector) for one in walk(node))
