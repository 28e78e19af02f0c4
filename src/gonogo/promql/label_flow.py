"""The flow of labels through an expression, from the parts of a node to the node.

Source: Prometheus documentation, "Operators", vector matching, and "Functions"; ``promql/engine.go``, ``functions.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from gonogo.model.rule import Rule, RuleKind
from gonogo.promql.label_set import ABSENT, ANY, BARE, OPEN, PRESENT, SCALAR, Domain, LabelSet, exactly, selected
from gonogo.promql.parser import parse
from gonogo.promql.refusal import Refusal
from gonogo.promql.selectors import ABSENCE_FUNCTIONS
from gonogo.promql.tree import (
    COMPARISONS,
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
    children,
)

KEEPING_OPERATORS = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
"""Aggregations that select series and keep their labels."""

SCALARS = frozenset({"scalar", "time", "pi", "start", "end", "range", "step", "max_of", "min_of"})
"""Functions that return a number."""

KEEPING = frozenset({"last_over_time", "first_over_time", "sort", "sort_desc", "sort_by_label", "sort_by_label_desc"})
"""Functions that keep all labels and the metric's name."""

MAPPING = frozenset(
    {"abs", "ceil", "clamp", "clamp_max", "clamp_min", "changes", "day_of_month", "day_of_week"}
    | {"day_of_year", "days_in_month", "deg", "delta", "deriv", "double_exponential_smoothing", "exp", "floor"}
    | {"histogram_avg", "histogram_count", "histogram_stddev", "histogram_stdvar", "histogram_sum"}
    | {"holt_winters", "hour", "idelta", "increase", "irate", "ln", "log10", "log2", "minute", "month"}
    | {"predict_linear", "rad", "rate", "resets", "round", "sgn", "sqrt", "timestamp", "year", "acos", "acosh"}
    | {"asin", "asinh", "atan", "atanh", "cos", "cosh", "sin", "sinh", "tan", "tanh", "avg_over_time"}
    | {"count_over_time", "mad_over_time", "max_over_time", "min_over_time", "present_over_time"}
    | {"quantile_over_time", "stddev_over_time", "stdvar_over_time", "sum_over_time", "ts_of_first_over_time"}
    | {"ts_of_last_over_time", "ts_of_max_over_time", "ts_of_min_over_time"}
)
"""Functions that keep all labels and drop the metric's name."""


class Conflict(Struct, frozen=True):
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


def flowed(node: Expression, parts: Sequence[LabelSet]) -> LabelSet:
    """Return the labels of a node that is not a selector, from the labels of its ``children``."""
    match node:
        case Call():
            return _called(node, parts)
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


def made_labels(rule: Rule) -> LabelSet:
    """Return the labels that the series or alerts of a rule can have; any labels if its expression cannot be read."""
    try:
        found = result_of(parse(rule.expression))
    except Refusal:
        found = OPEN
    templates = {name for name, value in rule.labels.items() if rule.kind is RuleKind.ALERT and "{{" in value}
    found = found.setting({name: value for name, value in rule.labels.items() if name not in templates})
    return LabelSet({**found.named, **dict.fromkeys(templates, ANY)}, found.rest).unnamed()


def may_coincide(one: LabelSet, other: LabelSet) -> bool:
    """Return whether two series with such labels can have the same labels."""
    return not one.combined(other, Domain.__and__).is_impossible


def result_of(root: Expression) -> LabelSet:
    """Return the labels that the result of an expression can have, if each selector finds series with any labels."""
    if isinstance(root, Vector):
        return selected(root)
    return flowed(root, [result_of(part) for part in children(root)])


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


def _called(node: Call, parts: Sequence[LabelSet]) -> LabelSet:
    """Return the labels that the result of a function can have, from the labels of its arguments."""
    vector = next((part for part in parts if not part.scalar), BARE)
    if node.function in SCALARS:
        return SCALAR
    if node.function in ABSENCE_FUNCTIONS:
        return _absence(node.arguments[0])
    if node.function in MAPPING:
        return vector.unnamed()
    if node.function in KEEPING:
        return vector
    special = _SPECIAL.get(node.function)
    return OPEN if special is None else special(node, vector)


def _absence(argument: Expression) -> LabelSet:
    """Return the labels of ``absent``: the labels that its selector sets by ``=``.

    There are no labels if the argument is in brackets. Because of the order of matchers, a label with several matchers
    may be dropped.
    """
    vector = argument.vector if isinstance(argument, Range) else argument
    if not isinstance(vector, Vector):
        return BARE
    named: dict[str, Domain] = {}
    for matcher in vector.matchers:
        if matcher.op == "=" and matcher.label != NAME_LABEL:
            named[matcher.label] = named.get(matcher.label, ABSENT) | exactly([matcher.value])
    return LabelSet(named, ABSENT)


def _replace(node: Call, vector: LabelSet) -> LabelSet:
    """Set a label on series that the pattern matches. Other series keep the old value."""
    match node.arguments:
        case (_, Text(label), Text(""), *_):
            return vector.having(label, vector.of(label) | ABSENT)
        case (_, Text(label), Text(replacement), *_) if "$" not in replacement:
            return vector.having(label, vector.of(label) | exactly([replacement]))
        case (_, Text(label), *_):
            return vector.having(label, ANY)
        case _:
            return OPEN


def _join(node: Call, vector: LabelSet) -> LabelSet:
    match node.arguments:
        case (_, Text(label), Text(separator), *sources):
            domains = [vector.of(source.value) for source in sources if isinstance(source, Text)]
        case _:
            return OPEN
    if (separator and len(sources) > 1) or any(domain.is_guaranteed for domain in domains):
        return vector.having(label, PRESENT)
    return vector.having(label, ABSENT if all(domain.is_absent for domain in domains) else ANY)


_SPECIAL: dict[str, Callable[[Call, LabelSet], LabelSet]] = {
    "vector": lambda _, __: BARE,
    "histogram_quantile": lambda _, vector: vector.less((NAME_LABEL, "le")),
    "histogram_fraction": lambda _, vector: vector.unnamed().having("le", vector.of("le") | ABSENT),
    "label_replace": _replace,
    "label_join": _join,
}
