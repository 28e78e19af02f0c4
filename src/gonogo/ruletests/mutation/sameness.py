"""Certain facts about a result, for every input: a label that all its series have, and a value that is never negative.

If such a fact makes a change void, the change is not a mutant: no test could notice it.
"""

from __future__ import annotations

from gonogo.promql.tree import (
    COMPARISONS,
    Aggregation,
    Binary,
    Call,
    Expression,
    Matcher,
    Number,
    Vector,
    children,
)

_RELABELLING = frozenset({"absent", "absent_over_time", "label_replace", "label_join", "vector", "scalar", "time"})
_LE = "le"
_SETS = frozenset({"and", "or", "unless"})
_GROUPED = frozenset({"sum", "avg", "min", "max", "count", "stddev", "stdvar", "group", "quantile"})
_COUNTING = frozenset({"count", "group", "stddev", "stdvar"})
_SUMMARIES = frozenset({"sum", "avg", "min", "max"})
_NEVER_NEGATIVE = frozenset(
    {"abs", "changes", "count_over_time", "exp", "increase", "irate", "present_over_time", "rate", "resets", "sqrt"}
    | {"stddev_over_time", "stdvar_over_time", "time"}
)
_MONOTONOUS = frozenset({"+", "*", "/", "^"})


def has_label(node: Expression, label: str, value: str) -> bool:
    """Return True if every series of a result has this label with this value."""
    match node:
        case Vector(matchers=matchers):
            return value != "" and Matcher(label, "=", value) in matchers
        case Binary(operator=operator, left=left, right=right):
            sides = (has_label(left, label, value), has_label(right, label, value))
            decisive = {"or": all(sides), "unless": sides[0]}.get(operator, any(sides))
            return _matched(node, label) and decisive
        case _:
            return _keeps(node, label) and any(has_label(part, label, value) for part in children(node))


def needless(root: Expression, path: tuple[int, ...], matcher: Matcher) -> bool:
    """Return True if a matcher of the selector at ``path`` makes no difference.

    The selected series can be joined, on the label of the matcher, with series that all have its value. The matcher is
    then needless: any further series would find no partner.
    """
    if matcher.op != "=":
        return False
    nodes = [root]
    for step in path:
        nodes.append(children(nodes[-1])[step])
    for node, step in zip(reversed(nodes[:-1]), reversed(path), strict=True):
        if isinstance(node, Binary) and _matched(node, matcher.label):
            joining = node.operator != "or" and not (node.operator == "unless" and step == 0)
            if joining and has_label((node.right, node.left)[step], matcher.label, matcher.value):
                return True
        elif isinstance(node, Binary) or not _keeps(node, matcher.label):
            return False
    return False


def never_negative(node: Expression) -> bool:
    """Return True if a result never has a number below 0."""
    match node:
        case Number(value=value):
            return value >= 0
        case Call(function=function, arguments=arguments):
            return function in _NEVER_NEGATIVE or (function == "clamp_min" and never_negative(arguments[1]))
        case Aggregation(operator=operator, inner=inner):
            return operator in _COUNTING or (operator in _SUMMARIES and never_negative(inner))
        case Binary(operator=operator, left=left, right=right):
            both = operator not in COMPARISONS | {"and", "unless"}
            allowed = operator in COMPARISONS | _SETS | _MONOTONOUS
            return node.boolean or (allowed and never_negative(left) and (not both or never_negative(right)))
        case _:
            return False


def _matched(node: Binary, label: str) -> bool:
    """Return True if two sides are joined on a label, in a way that further series on one side cannot make fail."""
    if node.fill != (None, None) or node.group is not None:
        return False
    if node.matching is None:
        return True
    named = label in node.matching.names
    return node.operator in _SETS and named is (node.matching.word == "on")


def _keeps(node: Expression, label: str) -> bool:
    """Return True if series with different values of a label stay separate and keep the label."""
    match node:
        case Call(function=function):
            return function not in _RELABELLING and (label != _LE or function != "histogram_quantile")
        case Aggregation(operator=operator, grouping=grouping):
            if operator not in _GROUPED or grouping is None:
                return False
            return (label in grouping.names) is (grouping.word == "by")
        case _:
            return True
