"""A changed rule, with the assertion that would notice the change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from gonogo.durations import format_duration
from gonogo.model.rule import Rule, RuleKind
from gonogo.promql.canonical import written
from gonogo.promql.tree import Expression, Number, Vector
from gonogo.ruletests.mutation.places import MutationPlace, node_at, replaced

_UNFIT = re.compile(r"[^\w.:-]+")
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Mutation:
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
        return f"{_UNFIT.sub('_', self.rule.name)}:{self.operator}:{sha256(what.encode()).hexdigest()[:_DIGITS]}"


@dataclass(frozen=True, slots=True)
class NodeChange:
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
