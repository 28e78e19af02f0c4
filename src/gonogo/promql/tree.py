"""PromQL expressions as values, normalised so that expressions with the same meaning are equal.

A tree has no parentheses, because its shape replaces them. Label lists and matchers are sorted and without repeats.
``{__name__="x"}`` is ``x``, ``-(1)`` is the number -1, ``by ()`` is no grouping, ``ignoring ()`` is no matching, and
``[4m+1m]`` is ``[5m]``. Comparisons ignore the place of a node and its spelling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import isnan
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING

from msgspec import Struct

from gonogo.model.promql_features import Feature
from gonogo.model.replacing import replace
from gonogo.promql.re2 import accepts
from gonogo.promql.re2_syntax import judge

if TYPE_CHECKING:  # a verdict does not pay for the arithmetic of durations
    from gonogo.promql.spans import Spans

HOLDS: Mapping[str, Callable[[float, float], bool]] = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
"""The comparisons, each with a function that says whether it holds."""

COMPARISONS = frozenset(HOLDS)
"""Comparisons. Without ``bool`` they keep the left vector's samples that pass. With ``bool`` they give 0 or 1."""

MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""The comparison that means the same after its sides are exchanged."""


NAME_LABEL = "__name__"


class Matcher(Struct, frozen=True, order=True):
    """``label op value`` with ``op`` one of ``= != =~ !~``."""

    label: str
    op: str
    value: str

    def accepts(self, value: str) -> bool:
        """Return true if the matcher accepts a label's value. An empty value means that the label is missing.

        A regular expression that only RE2 can judge accepts every value: an extra series causes an
        extra doubt, but a missing series would hide a doubt.
        """
        if self.op in {"=", "!="}:
            return (value == self.value) is (self.op == "=")
        judged = accepts(self.value, value) if value else judge(self.value).matches_empty
        return judged is None or judged is (self.op == "=~")


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNode:
    """A node of an expression. Comparisons ignore its place and its spelling.

    Attributes:
        start: the offset of the first character in the text; -1 for a node that was never text.
        end: the offset after the last character.
        needs: the features that a version must have to read the node, without those of its operands. Features of all
            versions are left out.
    """

    start: int = field(default=-1, compare=False)
    end: int = field(default=-1, compare=False)
    needs: tuple[Feature, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Number(TreeNode):
    """A number literal, sign included. Its place is the whole literal. NaN equals NaN, as text does."""

    value: float

    def __eq__(self, other: object) -> bool:
        """Compare the values."""
        if not isinstance(other, Number):
            return NotImplemented
        return self.value == other.value or (isnan(self.value) and isnan(other.value))

    def __hash__(self) -> int:
        """Return one hash for all NaN."""
        return hash(None if isnan(self.value) else self.value)


@dataclass(frozen=True, slots=True)
class Text(TreeNode):
    """A string literal. Its place includes the quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Vector(TreeNode):
    """An instant selector. Its place is its name and braces.

    Attributes:
        metric: the metric's name, if exactly one matcher asks for one name.
        matchers: all other matchers, sorted.
        offset: the ``offset`` of the selector; negative for the future.
        at: ``start()``, ``end()``, unix seconds or empty.
        extended: ``anchored``, ``smoothed`` or empty.
        spans: the arithmetic after the word ``offset``.
    """

    metric: str | None
    matchers: tuple[Matcher, ...] = ()
    offset: timedelta = timedelta(0)
    at: str = ""
    extended: str = ""
    spans: Spans = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Range(TreeNode):
    """A range selector. Its place extends from the name to the bracket. Its vector has the offset and ``@``."""

    vector: Vector
    range: timedelta
    spans: Spans = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Subquery(TreeNode):
    """A subquery ``inner[range:step]``. The default step is the evaluation interval. Its place is the brackets."""

    inner: Expression
    range: timedelta
    step: timedelta | None
    offset: timedelta = timedelta(0)
    at: str = ""
    spans: Spans = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Call(TreeNode):
    """A function applied to its arguments. Its place is the function's name."""

    function: str
    arguments: tuple[Expression, ...]


class Labels(Struct, frozen=True):
    """A word of PromQL (``by``, ``without``, ``on``, ``ignoring``, ``group_left``…) and its label names."""

    word: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Aggregation(TreeNode):
    """An aggregation over a vector. Some, such as ``topk``, have a ``parameter``. Its place is the operator's name."""

    operator: str
    inner: Expression
    grouping: Labels | None = None
    parameter: Expression | None = None


@dataclass(frozen=True, slots=True)
class Binary(TreeNode):
    """An operator with two operands. ``fill`` has the values for a missing side. Its place is the operator."""

    operator: str
    left: Expression
    right: Expression
    boolean: bool = False
    matching: Labels | None = None
    group: Labels | None = None
    fill: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Negation(TreeNode):
    """A minus before an expression that is not a number. Its place is the minus."""

    inner: Expression


Expression = Number | Text | Vector | Range | Subquery | Call | Aggregation | Binary | Negation


def children(node: Expression) -> tuple[Expression, ...]:
    """Return the operands or arguments of a node, from left to right."""
    match node:
        case Vector() | Number():
            return ()
        case Binary(left=left, right=right):
            return (left, right)
        case Call(arguments=arguments):
            return arguments
        case Aggregation(inner=inner, parameter=parameter):
            return (inner,) if parameter is None else (parameter, inner)
        case Range(vector=inner) | Subquery(inner=inner) | Negation(inner=inner):
            return (inner,)
        case _:
            return ()


def walk(root: Expression) -> Iterator[Expression]:
    """Yield every node from left to right, each before its operands."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        if parts := children(node):
            waiting.extend(reversed(parts))


def rebuilt(node: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Return a node with each of its operands or arguments changed. The selector of a range stays a selector."""
    match node:
        case Call(arguments=arguments):
            return replace(node, arguments=tuple(map(change, arguments)))
        case Aggregation(inner=inner, parameter=parameter):
            return replace(node, inner=change(inner), parameter=None if parameter is None else change(parameter))
        case Binary(left=left, right=right):
            return replace(node, left=change(left), right=change(right))
        case Subquery(inner=inner) | Negation(inner=inner):
            return replace(node, inner=change(inner))
        case _:
            return node
