"""Changes the samples that an expression reads: label matchers, windows and offsets.

Certain facts about a result hold for every input: a label that all its series have, and a value that is never negative.
If such a fact makes a change void, the change is not a mutant: no test could notice it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.model.replacing import replace
from gonogo.model.rule import Rule
from gonogo.promql.canonical import written
from gonogo.promql.matchers import equal, label, quoted
from gonogo.promql.tree import (
    COMPARISONS,
    Aggregation,
    Binary,
    Call,
    Expression,
    Matcher,
    Number,
    Range,
    Subquery,
    Vector,
    children,
)
from gonogo.ruletests.mutation.mutation import SETS, MutationPlace, NodeChange, becomes, there

_RELABELLING = frozenset({"absent", "absent_over_time", "label_replace", "label_join", "vector", "scalar", "time"})
_LE = "le"
_GROUPED = frozenset({"sum", "avg", "min", "max", "count", "stddev", "stdvar", "group", "quantile"})
_COUNTING = frozenset({"count", "group", "stddev", "stdvar"})
_SUMMARIES = frozenset({"sum", "avg", "min", "max"})
_NEVER_NEGATIVE = frozenset(
    {"abs", "changes", "count_over_time", "exp", "increase", "irate", "present_over_time", "rate", "resets", "sqrt"}
    | {"stddev_over_time", "stdvar_over_time", "time"}
)
_MONOTONOUS = frozenset({"+", "*", "/", "^"})
_NEGATED = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}
_ALTERNATIVES = re.compile(r"[^|()\[\]{}\\]+(?:\|[^|()\[\]{}\\]+)+")
_EVERYTHING = frozenset({".*", "(.*)", "^.*$", ".*?"})
_OTHER = "another"
_MILLISECOND = timedelta(milliseconds=1)


def matchers(place: MutationPlace, rule: Rule) -> Iterator[NodeChange]:
    """Drop, negate and alter every matcher of a selector, except that of the metric name."""
    node = place.node
    if not isinstance(node, Vector):
        return
    for matcher in node.matchers:
        for other in _others(matcher):
            kept = {m for m in node.matchers if m != matcher} | ({other} if other else set())
            changed = replace(node, matchers=tuple(sorted(kept)))
            if _selective(changed):
                old, new = _text(matcher), _text(other) if other else ""
                change = f"the matcher {becomes(old, new)}" if other else f"the matcher `{old}` is dropped"
                yield NodeChange(place, changed, change, _kill(rule, node, matcher, other))


def _others(matcher: Matcher) -> Iterator[Matcher | None]:
    """Yield the replacements of a matcher; ``None`` to drop it."""
    regular = matcher.op in {"=~", "!~"}
    if matcher.op != "=~" or matcher.value not in _EVERYTHING:
        yield None
    yield Matcher(matcher.label, _NEGATED[matcher.op], matcher.value)
    if matcher.op == "=":
        yield Matcher(matcher.label, matcher.op, f"{matcher.value}{'-' if matcher.value else ''}{_OTHER}")
    if regular and _ALTERNATIVES.fullmatch(matcher.value):
        alternatives = matcher.value.split("|")
        for place in range(len(alternatives)):
            rest = alternatives[:place] + alternatives[place + 1 :]
            if alternatives[place] not in rest:
                yield Matcher(matcher.label, matcher.op, "|".join(rest))


def _selective(vector: Vector) -> bool:
    """Return True if Prometheus accepts the selector: one of its matchers must refuse the empty value."""
    return vector.metric is not None or any(not m.accepts("") for m in vector.matchers)


def _text(matcher: Matcher) -> str:
    return f"{label(matcher.label)}{matcher.op}{quoted(matcher.value)}"


def _kill(rule: Rule, node: Vector, matcher: Matcher, other: Matcher | None) -> str:
    metric = node.metric or "the metric"
    if other is None:
        return (
            f"feed in also a series of {metric} that `{_text(matcher)}` refuses and everything else selects, "
            f"and assert in {there(rule)} that it makes no difference"
        )
    if other.op == matcher.op and matcher.op in {"=~", "!~"}:
        (lost,) = set(matcher.value.split("|")) - set(other.value.split("|"))
        made = "counts" if matcher.op == "=~" else "makes no difference"
        lone = equal(matcher.label, lost)
        return f"feed in a series of {metric} with {lone}, and assert in {there(rule)} that it {made}"
    return (
        f"feed in a series of {metric} that `{_text(matcher)}` selects and `{_text(other)}` does not, "
        f"and assert in {there(rule)} that it counts"
    )


def windows(place: MutationPlace, rule: Rule) -> Iterator[NodeChange]:
    """Double and halve the window of a range selector or a subquery."""
    node = place.node
    if not isinstance(node, Range | Subquery):
        return
    half = node.range / 2 // _MILLISECOND * _MILLISECOND
    for other in (node.range * 2, half):
        if other:
            shorter, longer = sorted((node.range, other))
            change = f"the window {becomes(format_duration(node.range), format_duration(other))}"
            kill = (
                f"in {there(rule)}, let `{written(node)}` change its course between "
                f"{format_duration(shorter)} and {format_duration(longer)} before an eval_time, "
                "so that both windows give another result there"
            )
            yield NodeChange(place, replace(node, range=other), change, kill)


def offsets(place: MutationPlace, rule: Rule) -> Iterator[NodeChange]:
    """Drop an offset."""
    node = place.node
    if isinstance(node, Vector | Subquery) and node.offset:
        sign = "-" if node.offset < timedelta(0) else ""
        moved = f"{sign}{format_duration(abs(node.offset))}"
        kill = f"in {there(rule)}, let `{written(node)}` have another value now than {moved} before the eval_time"
        yield NodeChange(place, replace(node, offset=timedelta(0)), f"the offset of {moved} is dropped", kill)


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
            allowed = operator in COMPARISONS | SETS | _MONOTONOUS
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
    return node.operator in SETS and named is (node.matching.word == "on")


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
