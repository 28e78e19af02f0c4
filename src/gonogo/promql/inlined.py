"""Writes the expression of a rule so that it can be evaluated once more, for a moment that has passed.

The rules under the rule stand in place of the series that they record, so the result comes from raw series alone, as
far as that costs one evaluation: a recorded series that is read over a range stays as it is, because each of its past
samples would have to be computed anew. A recorded selector becomes

    ((EXPRESSION OF ITS RULE) and RECORDED)

so that its matchers still choose the series, and only the value is fresh.
"""

from __future__ import annotations

from functools import partial, reduce

from gonogo.model.replacing import replace
from gonogo.model.rule import Rule, RuleKind
from gonogo.promql.graph import RuleGraph
from gonogo.promql.label_flow import SCALARS
from gonogo.promql.parser import parse
from gonogo.promql.selectors import ABSENCE_FUNCTIONS, Selector
from gonogo.promql.tree import Binary, Call, Expression, Negation, Number, Range, Subquery, Text, Vector, rebuilt

_BY_SELECTOR = ABSENCE_FUNCTIONS | {"timestamp", "info"}
"""Functions that look at their selector, not only at its values."""

_OF_THE_CLOCK = frozenset(
    {"minute", "hour", "day_of_week", "day_of_month", "day_of_year", "days_in_month", "month", "year"}
)
"""Functions that read the time of the evaluation if they have no argument."""


def recorded(rules: tuple[Rule, ...], graph: RuleGraph, *, whole: bool = True) -> Expression:
    """Return the series that some rules record, with the labels that each rule sets.

    With ``whole`` the rules under the rules are evaluated too.

    Raises:
        ValueError: an expression cannot be read.
    """
    return _joint(rules, graph if whole else RuleGraph(()), ())


def _joint(rules: tuple[Rule, ...], graph: RuleGraph, under: tuple[Rule, ...]) -> Expression:
    parts = [_labelled(rule, _inlined(parse(rule.expression), graph, (*under, rule))) for rule in rules]
    return reduce(partial(Binary, "or"), parts)


def _labelled(rule: Rule, tree: Expression) -> Expression:
    if _is_scalar(tree):
        tree = Call("vector", (tree,))
    for name, value in rule.labels.items():
        tree = Call("label_replace", (tree, Text(name), Text(value.replace("$", "$$")), Text(""), Text("")))
    return tree


def _is_scalar(node: Expression) -> bool:
    match node:
        case Number():
            return True
        case Call(function=function):
            return function in SCALARS
        case Negation(inner=inner):
            return _is_scalar(inner)
        case Binary(left=left, right=right):
            return _is_scalar(left) and _is_scalar(right)
        case _:
            return False


def _inlined(node: Expression, graph: RuleGraph, under: tuple[Rule, ...]) -> Expression:
    match node:
        case Vector():
            return _fresh(node, graph, under)
        case Subquery() | Range():
            return node
        case Call(function=function) if function in _BY_SELECTOR:
            return node
        case _:
            return rebuilt(node, lambda part: _inlined(part, graph, under))


def _fresh(vector: Vector, graph: RuleGraph, under: tuple[Rule, ...]) -> Expression:
    """Return what the rules of a recorded selector give, or the selector itself if the rules cannot be evaluated."""
    makers = graph.makers(Selector.of(vector))
    usable = all(rule.kind is RuleKind.RECORD and graph.reads(rule) is not None for rule in makers)
    in_a_cycle = any(rule is one for rule in makers for one in under)
    if not makers or not usable or in_a_cycle or vector.metric is None or vector.offset or vector.at:
        return vector
    return Binary("and", _joint(makers, graph, under), vector)


def at_time(node: Expression, seconds: float) -> Expression:
    """Return an expression that gives at any time what the original gives at a unix time, to the millisecond."""
    at = f"{seconds:.3f}"
    match node:
        case Vector():
            return replace(node, at=_moved(node.at, at))
        case Range(vector=vector):
            return replace(node, vector=replace(vector, at=_moved(vector.at, at)))
        case Subquery():
            return replace(node, at=_moved(node.at, at))
        case Call(function="time"):
            return Number(float(at))
        case Call(function=function, arguments=()) if function in _OF_THE_CLOCK:
            return replace(node, arguments=(Call("vector", (Number(float(at)),)),))
        case _:
            return rebuilt(node, lambda part: at_time(part, seconds))


def _moved(at: str, to: str) -> str:
    """Return the time of a selector. ``start()`` and ``end()`` are the time of the evaluation."""
    return to if at in {"", "start()", "end()"} else at
