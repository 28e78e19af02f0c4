"""The selectors of an expression, and which of them must find series for the result to be known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from gonogo.model.names import is_classic_label
from gonogo.promql.canonical import instant
from gonogo.promql.parser import parse
from gonogo.promql.tree import NAME_LABEL, Binary, Call, Expression, Matcher, Range, Vector, children

ABSENCE_FUNCTIONS = frozenset({"absent", "absent_over_time"})


@dataclass(frozen=True, slots=True)
class Selector:
    """What an expression reads.

    Attributes:
        metric: the metric's name; ``None`` where it is not given by ``=``.
        matchers: the others, sorted.
        text: PromQL for the instant vector, without range, offset and ``@``, in its one form.
        range: how far a range selector looks back; ``None`` for an instant selector.
        required: whether the result is in doubt when it finds no series; not so in a
            branch of ``or``, on the right of ``unless``, in ``absent`` and where a
            ``fill`` stands in.
    """

    metric: str | None
    matchers: tuple[Matcher, ...]
    text: str
    range: timedelta | None = None
    required: bool = True

    @classmethod
    def of(cls, vector: Vector, length: timedelta | None = None, *, required: bool = True) -> Selector:
        """Make the selector of a node of a tree."""
        return cls(vector.metric, vector.matchers, instant(vector), length, required)

    @property
    def is_classic(self) -> bool:
        """Whether every version of Prometheus reads ``text``: it has no label's name in quotes."""
        return all(is_classic_label(matcher.label) for matcher in self.matchers)

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Tell whether a series with exactly these labels (its name as ``__name__``) is selected."""
        named = self.metric is None or self.metric == labels.get(NAME_LABEL, "")
        return named and all(m.accepts(labels.get(m.label, "")) for m in self.matchers)

    def may_match(self, labels: Mapping[str, str]) -> bool:
        """Tell whether a series that has these labels, and others unknown, can be selected."""
        named = self.metric is None or self.metric == labels.get(NAME_LABEL, self.metric)
        return named and all(m.accepts(labels[m.label]) for m in self.matchers if m.label in labels)

    def beside(self, metrics: Iterable[str]) -> Selector:
        """Narrow the selector to metrics of other names, which need not be there."""
        others = {Matcher(NAME_LABEL, "!=", metric) for metric in metrics}
        vector = Vector(self.metric, tuple(sorted({*self.matchers, *others})))
        return Selector.of(vector, self.range, required=False)


def selectors(expression: str) -> tuple[Selector, ...]:
    """List what an expression reads, from left to right, each once.

    Raises:
        ValueError: it cannot be read.
    """
    found = (Selector.of(vector, length, required=needed) for vector, length, needed in vectors(parse(expression)))
    return tuple(dict.fromkeys(found))


def vectors(root: Expression) -> Iterator[tuple[Vector, timedelta | None, bool]]:
    """Visit the selectors of a tree from left to right, each with its range and whether it is required."""
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
    """Tell for each part of a node whether the node's result is in doubt without it."""
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
