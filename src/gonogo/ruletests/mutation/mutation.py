"""A changed rule, with the assertion that would notice the change, and the places of an expression to change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from math import inf

from msgspec import Struct

from gonogo.durations import format_duration
from gonogo.model.replacing import replace
from gonogo.model.rule import Rule, RuleKind
from gonogo.promql.canonical import written
from gonogo.promql.tree import (
    COMPARISONS,
    Aggregation,
    Binary,
    Call,
    Expression,
    Negation,
    Number,
    Range,
    Subquery,
    Vector,
    children,
)

_ONE_TO_ONE = frozenset(
    {"abs", "ceil", "clamp_max", "clamp_min", "exp", "floor", "label_join", "label_replace", "ln", "log10", "log2"}
    | {"round", "sgn", "sort", "sort_desc", "sqrt", "vector"}
)
_SUMMARIES = frozenset({"sum", "avg", "min", "max", "count", "stddev", "stdvar", "group"})
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "^", "atan2"})
SETS = frozenset({"and", "or", "unless"})
_UNSCALED = frozenset({0.0, inf, -inf})
_SCALED = frozenset({"sum", "avg", "min", "max"})
_UNFIT = re.compile(r"[^\w.:-]+")


class MutationPlace(Struct, frozen=True):
    """A node of a tree, and the path to it.

    Attributes:
        node: the node.
        path: the number of the child at each step from the root.
        presence: True if the values of the node make no difference to the whole, and only its set of series does: below
            ``absent``, ``count`` and ``group``, and on the right of ``and`` and ``unless``.
        scale: True if a positive factor on the values of the node makes no difference to the whole: in the buckets of a
            quantile, and in a value that is only compared with 0.
    """

    node: Expression
    path: tuple[int, ...]
    presence: bool = False
    scale: bool = False


def places(root: Expression, *, presence: bool = False) -> Iterator[MutationPlace]:
    """Visit every place, each before the places below it, from left to right.

    Args:
        root: the tree.
        presence: True if only the series of the whole matter, and not their values.
    """
    waiting = [MutationPlace(root, (), presence)]
    while waiting:
        place = waiting.pop()
        yield place
        below = (
            MutationPlace(child, (*place.path, step), _presence(place, step), _scale(place, step))
            for step, child in enumerate(children(place.node))
        )
        waiting.extend(reversed(list(below)))


def node_at(root: Expression, path: tuple[int, ...]) -> Expression:
    """Return the node at the end of a path."""
    for step in path:
        root = children(root)[step]
    return root


def replaced(root: Expression, path: tuple[int, ...], node: Expression) -> Expression:
    """Return the tree with another node at the end of a path."""
    if not path:
        return node
    step, *rest = path
    new = replaced(children(root)[step], tuple(rest), node)
    match root, new:
        case Binary(), _:
            return replace(root, left=new) if step == 0 else replace(root, right=new)
        case Call(arguments=arguments), _:
            return replace(root, arguments=(*arguments[:step], new, *arguments[step + 1 :]))
        case Aggregation(), _ if step < len(children(root)) - 1:
            return replace(root, parameter=new)
        case ((Aggregation() | Subquery() | Negation()), _):
            return replace(root, inner=new)
        case Range(), Vector():
            return replace(root, vector=new)
    raise AssertionError(root)  # pragma: no cover - these are all the nodes that have children


def _presence(place: MutationPlace, step: int) -> bool:
    """Return True if only the series of a child can matter."""
    match place.node:
        case Call(function="absent") | Aggregation(operator="count" | "group"):
            return True
        case Binary(operator="and" | "unless") if step == 1:
            return True
        case _:
            return place.presence and _one_for_one(place.node)


def _scale(place: MutationPlace, step: int) -> bool:
    """Return True if a positive factor on a child makes no difference to the whole."""
    match place.node:
        case Call(function="histogram_quantile"):
            return step == 1
        case Binary(operator=operator, boolean=boolean, left=left, right=right):
            other = (right, left)[step]
            free = place.scale or place.presence or boolean
            return free and operator in COMPARISONS and isinstance(other, Number) and other.value in _UNSCALED
        case Aggregation(operator=operator):
            return place.scale and operator in _SCALED
        case _:
            return False


def _one_for_one(node: Expression) -> bool:
    """Return True if the set of series that a node gives depends only on the sets of its parts."""
    match node:
        case Binary(operator=operator, boolean=boolean):
            return boolean or operator in _ARITHMETIC or operator in SETS
        case Call(function=function):
            return function in _ONE_TO_ONE
        case Aggregation(operator=operator):
            return operator in _SUMMARIES
        case _:
            return isinstance(node, Negation)


class Mutation(Struct, frozen=True):
    """A rule with one small change.

    Attributes:
        operator: the kind of change, such as ``threshold``.
        rule: the changed rule.
        change: the change in words.
        old: the changed part as the rule has it: a part of its expression, or a line such as ``for: 5m``.
        new: the changed part in the mutant.
        kill: the assertion that would kill the mutant, in words.
    """

    operator: str
    rule: Rule
    change: str
    old: str
    new: str
    kill: str

    @property
    def id(self) -> str:
        """The name of the mutant. It stays the same in every run while rule and change stay as they are."""
        labels = [text for pair in sorted(self.rule.labels.items()) for text in pair]
        what = "\n".join([self.operator, self.change, self.rule.expression, *labels])
        return f"{_UNFIT.sub('_', self.rule.name)}:{self.operator}:{sha256(what.encode()).hexdigest()[:6]}"


class NodeChange(Struct, frozen=True):
    """A new node for a place of an expression; ``change`` and ``kill`` as in ``Mutation``."""

    place: MutationPlace
    node: Expression
    change: str
    kill: str


Finder = Callable[[MutationPlace, Rule], Iterator[NodeChange]]
"""A function that yields the changes of one kind at one place."""


def becomes(old: str, new: str) -> str:
    """Describe the replacement of a piece of text."""
    return f"`{old}` becomes `{new}`"


def there(rule: Rule) -> str:
    """Name the kind of assertion that sees the result of a rule."""
    return f"an alert_rule_test of {rule.name}" if rule.kind is RuleKind.ALERT else f"a promql_expr_test of {rule.name}"


def settled(rule: Rule) -> str:
    """Describe the time after which an alert fires, if the alert has a ``for``."""
    return f", once that has lasted {format_duration(rule.held)}" if rule.held else ""


def mutation(operator: str, rule: Rule, root: Expression, change: NodeChange) -> Mutation:
    """Return the mutation of a rule whose expression is ``root``. ``old`` and ``new`` have some context."""
    new = replaced(root, change.place.path, change.node)
    path = change.place.path[:-1] if isinstance(change.place.node, Number | Vector) else change.place.path
    before, after = (written(node_at(tree, path)) for tree in (root, new))
    return Mutation(operator, replace(rule, expression=written(new)), change.change, before, after, change.kill)
