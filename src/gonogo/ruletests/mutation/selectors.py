"""Changes the samples that an expression reads: label matchers, windows and offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.model.rule import Rule
from gonogo.promql.canonical import written
from gonogo.promql.matchers import equal, label, quoted
from gonogo.promql.tree import Matcher, Range, Subquery, Vector
from gonogo.ruletests.mutation.mutation import MutationPlace, NodeChange, becomes, there

_NEGATED = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}
_ALTERNATIVES = re.compile(r"[^|()\[\]{}\\]+(?:\|[^|()\[\]{}\\]+)+")
_EVERYTHING = frozenset({".*", "(.*)", "^.*$", ".*?"})
_OTHER = "another"


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
    yield replace(matcher, op=_NEGATED[matcher.op])
    if matcher.op == "=":
        yield replace(matcher, value=f"{matcher.value}{'-' if matcher.value else ''}{_OTHER}")
    if regular and _ALTERNATIVES.fullmatch(matcher.value):
        alternatives = matcher.value.split("|")
        for place in range(len(alternatives)):
            rest = alternatives[:place] + alternatives[place + 1 :]
            if alternatives[place] not in rest:
                yield replace(matcher, value="|".join(rest))


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


_MILLISECOND = timedelta(milliseconds=1)


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
