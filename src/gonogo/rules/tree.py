"""PromQL expressions as values, normalised so that what means the same is written the same.

Parentheses are gone (the shape says it), label lists and matchers are sorted and
without repeats, ``{__name__="x"}`` is ``x``, ``-(1)`` is the number -1, ``by ()`` is no
grouping at all and ``ignoring ()`` no matching at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from gonogo.rules.re2 import accepts

NAME_LABEL = "__name__"


@dataclass(frozen=True, slots=True, order=True)
class Matcher:
    """``label op value`` with ``op`` one of ``= != =~ !~``."""

    label: str
    op: str
    value: str

    def accepts(self, value: str) -> bool:
        """Tell whether a label's value (empty: no such label) passes.

        A regular expression that only RE2 can judge passes everything: a series too
        many is a doubt too many, one too few would be a doubt too few.
        """
        if self.op in {"=", "!="}:
            return (value == self.value) is (self.op == "=")
        judged = accepts(self.value, value)
        return judged is None or judged is (self.op == "=~")


@dataclass(frozen=True, slots=True)
class Number:
    """A number literal."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A string literal."""

    value: str


@dataclass(frozen=True, slots=True)
class Vector:
    """An instant selector; ``at`` is ``start()``, ``end()``, unix seconds or empty."""

    metric: str | None
    matchers: tuple[Matcher, ...] = ()
    offset: timedelta = timedelta(0)
    at: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """A range selector."""

    vector: Vector
    range: timedelta


@dataclass(frozen=True, slots=True)
class Subquery:
    """``inner[range:step]``; without a step it is the server's evaluation interval."""

    inner: Expression
    range: timedelta
    step: timedelta | None
    offset: timedelta = timedelta(0)
    at: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied to its arguments."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Labels:
    """A word of PromQL (``by``, ``without``, ``on``, ``ignoring``, ``group_left``…) and its label names."""

    word: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Aggregation:
    """An aggregation operator over a vector; ``parameter`` is what ``topk`` and its like take."""

    operator: str
    inner: Expression
    grouping: Labels | None = None
    parameter: Expression | None = None


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands; ``fill`` has the values that stand in for a missing left and right side."""

    operator: str
    left: Expression
    right: Expression
    boolean: bool = False
    matching: Labels | None = None
    group: Labels | None = None
    fill: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Negation:
    """A minus in front of anything but a number."""

    inner: Expression


Expression = Number | Text | Vector | Range | Subquery | Call | Aggregation | Binary | Negation


def children(node: Expression) -> tuple[Expression, ...]:
    """Give what an expression is made of, from left to right."""
    match node:
        case Binary(left=left, right=right):
            return (left, right)
        case Call(arguments=arguments):
            return arguments
        case Aggregation(inner=inner, parameter=parameter):
            return (inner,) if parameter is None else (parameter, inner)
        case Subquery(inner=inner) | Negation(inner=inner):
            return (inner,)
        case Range(vector=vector):
            return (vector,)
        case _:
            return ()


def walk(root: Expression) -> Iterator[Expression]:
    """Visit every node, each before what it is made of, from left to right."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))
