"""Finds the selectors of an expression, and marks those that must find series for the result to be known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from msgspec import Struct

from gonogo.model.series import is_classic_label
from gonogo.promql.canonical import instant
from gonogo.promql.parser import parse
from gonogo.promql.tree import NAME_LABEL, Binary, Call, Expression, Matcher, Range, Vector, children

ABSENCE_FUNCTIONS = frozenset({"absent", "absent_over_time"})


class Selector(Struct, frozen=True):
    """A selector of an expression.

    Attributes:
        metric: the metric's name; ``None`` if it is not given by ``=``.
        matchers: the other matchers, sorted.
        text: the canonical PromQL of the instant vector, without range, offset and ``@``.
        range: the range of a range selector; ``None`` for an instant selector.
        required: true if the result is in doubt when the selector finds no series. It is false in a
            branch of ``or``, on the right of ``unless``, in ``absent``, and if a ``fill`` replaces
            missing series.
    """

    metric: str | None
    matchers: tuple[Matcher, ...]
    text: str
    range: timedelta | None = None
    required: bool = True

    @classmethod
    def of(cls, vector: Vector, length: timedelta | None = None, *, required: bool = True) -> Selector:
        """Return the selector of a node of a tree."""
        return cls(vector.metric, vector.matchers, instant(vector), length, required)

    @property
    def is_classic(self) -> bool:
        """Return true if every version of Prometheus can read ``text``: no label's name is in quotes."""
        return all(is_classic_label(matcher.label) for matcher in self.matchers)

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return true if the selector finds a series with exactly these labels (its name is ``__name__``)."""
        named = self.metric is None or self.metric == labels.get(NAME_LABEL, "")
        return named and all(m.accepts(labels.get(m.label, "")) for m in self.matchers)

    def may_match(self, labels: Mapping[str, str]) -> bool:
        """Return true if the selector can find a series with these labels and unknown other labels."""
        named = self.metric is None or self.metric == labels.get(NAME_LABEL, self.metric)
        return named and all(m.accepts(labels[m.label]) for m in self.matchers if m.label in labels)

    def beside(self, metrics: Iterable[str]) -> Selector:
        """Return the selector for metrics of other names. These metrics are not required."""
        others = {Matcher(NAME_LABEL, "!=", metric) for metric in metrics}
        vector = Vector(self.metric, tuple(sorted({*self.matchers, *others})))
        return Selector.of(vector, self.range, required=False)


def selectors(expression: str) -> tuple[Selector, ...]:
    """List the selectors of an expression from left to right, each once.

    Raises:
        ValueError: the expression cannot be read.
    """
    found = (Selector.of(vector, length, required=needed) for vector, length, needed in vectors(parse(expression)))
    return tuple(dict.fromkeys(found))


def vectors(root: Expression) -> Iterator[tuple[Vector, timedelta | None, bool]]:
    """Yield the selectors of a tree from left to right, each with its range, and true if it is required."""
    waiting = [(root, True)]
    while waiting:
        node, needed = waiting.pop()
        if isinstance(node, Vector):
            yield node, None, needed
        elif isinstance(node, Range):
            yield node.vector, node.range, needed
        else:
            parts = zip(children(node), _needed(node), strict=True)
            waiting.extend(reversed([(part, needed and itself) for part, itself in parts]))


def _needed(node: Expression) -> tuple[bool, ...]:
    """Return true for each part of a node without which the node's result is in doubt."""
    match node:
        case Binary(operator="or"):
            return (False, False)
        case Binary(operator="unless"):
            return (True, False)
        case Binary(fill=(left, right)):
            return (left is None, right is None)
        case Call(function=function, arguments=arguments):
            return (function not in ABSENCE_FUNCTIONS,) * len(arguments)
        case _:
            return (True,) * len(children(node))
