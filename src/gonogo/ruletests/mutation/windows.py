"""Changes the samples that an expression reads: doubles and halves windows, drops offsets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.model.rule import Rule
from gonogo.promql.canonical import written
from gonogo.promql.tree import Range, Subquery, Vector
from gonogo.ruletests.mutation.mutation import NodeChange, becomes, there
from gonogo.ruletests.mutation.places import MutationPlace

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
