"""An operation whose sides can never match, or a grouping by a label that can never be there.

Prometheus matches series by their labels; where one side has lost a label that the other always has, or both pin it
to different values, nothing ever matches: the alert is silent for ever, or ``unless`` takes nothing away. A label in
``by`` or ``group_left`` that the inner expression has already dropped does nothing. Join ``on`` labels that both
sides have, and keep them in the aggregations below. Only what cannot be otherwise is found here; where that rests on
a recording rule and series of that name may come from elsewhere, it is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gonogo.lint.check import Check, Example
from gonogo.lint.estate import Estate, LintedRule
from gonogo.lint.finding import Hit, Severity
from gonogo.lint.labels.certainty import known_labels
from gonogo.lint.labels.domain import Domain
from gonogo.lint.labels.flow import KEEPING_OPERATORS
from gonogo.lint.labels.intent import intended
from gonogo.lint.labels.label_set import LabelSet
from gonogo.lint.labels.loss import loser, loss
from gonogo.lint.labels.matching import conflict, is_matched
from gonogo.rules.tree import NAME_LABEL, Aggregation, Binary, Expression, Labels

Known = Mapping[int, LabelSet]


def find(estate: Estate) -> Iterator[Hit]:
    """List the operations that can never match, and the groupings that group by nothing."""
    for rule in estate.rules:
        joins = [node for node in rule.nodes if isinstance(node, Binary | Aggregation)]
        if joins:
            yield from _impossible(estate, rule, joins)


def _impossible(estate: Estate, rule: LintedRule, joins: list[Binary | Aggregation]) -> Iterator[Hit]:
    told = set[int]()
    for known, severity in known_labels(estate, rule):
        for node in joins:
            if id(node) in told:
                continue
            if message := _judged(node, known):
                told.add(id(node))
                yield rule.hit(rule.at(node), message, severity)
            elif message := _unintended(node, known):
                told.add(id(node))
                yield rule.hit(rule.at(node), message, Severity.WARNING)


def _judged(node: Binary | Aggregation, known: Known) -> str | None:
    match node:
        case Aggregation(operator=operator, grouping=Labels(word="by", names=names), inner=inner):
            if operator not in KEEPING_OPERATORS:
                return _dropped(inner, names, known, f"'{operator} by'")
            return None
        case Binary():
            return _unmatched(node, known) or _copied(node, known)
        case _:
            return None


def _dropped(inner: Expression, names: tuple[str, ...], known: Known, what: str) -> str | None:
    labels = known[id(inner)]
    name = next((name for name in names if name != NAME_LABEL and labels.of(name).is_absent), None)
    if name is None or labels.scalar:
        return None
    why = loss(loser(inner, name, known), name)
    return f"{what} names {name!r}, which can never be there: {why}; keep it below, or leave it out here"


def _copied(node: Binary, known: Known) -> str | None:
    if node.group is None:
        return None
    one = node.left if node.group.word == "group_right" else node.right
    return _dropped(one, node.group.names, known, f"'{node.group.word}'")


def _unmatched(node: Binary, known: Known) -> str | None:
    found = conflict(node, known[id(node.left)], known[id(node.right)])
    if found is None or found.left.is_empty or found.right.is_empty:
        return None
    effect = "so it takes nothing away" if node.operator == "unless" else "so the result is always empty"
    sides = (_side("left", found.left), _side("right", found.right))
    why = next(
        (
            f" ({loss(loser(side, found.label, known), found.label)})"
            for side, domain in ((node.left, found.left), (node.right, found.right))
            if domain.is_absent
        ),
        "",
    )
    return f"the sides of '{node.operator}' never match by {found.label!r}, {effect}: {', '.join(sides)}{why}"


def _unintended(node: Binary | Aggregation, known: Known) -> str | None:
    """Find a join of series grouped by a label with series without it: only those match that have none by accident."""
    if not isinstance(node, Binary) or node.operator == "or" or node.fill != (None, None):
        return None
    for word, side, other in (("left", node.left, node.right), ("right", node.right, node.left)):
        if known[id(other)].scalar:
            continue
        for label in intended(side, known):
            if (
                is_matched(node, label)
                and known[id(other)].of(label).is_absent
                and not known[id(side)].of(label).is_absent
            ):
                why = loss(loser(other, label, known), label)
                return (
                    f"the {word} side of '{node.operator}' is grouped by {label!r}, which the other never has ({why}), "
                    "so they match only where it is missing; group both alike, or match 'on' what both have"
                )
    return None


def _side(name: str, domain: Domain) -> str:
    if domain.is_absent:
        return f"the {name} side never has it"
    if domain.others:
        return f"the {name} side has {'it always' if '' not in domain else 'other values'}"
    return f"the {name} side has {' or '.join(sorted(repr(value) if value else 'none' for value in domain.values))}"


CHECK = Check(
    id="impossible-join",
    severity=Severity.ERROR,
    find=find,
    bad=Example(
        {
            "rules.yml": """\
groups:
  - name: web
    rules:
      - alert: ErrorRatio
        expr: |
          sum by (job) (rate(errors_total{job="web"}[5m]))
            / on (job) sum(rate(requests_total{job="web"}[5m])) > 0.1
"""
        },
    ),
    good=Example(
        {
            "rules.yml": """\
groups:
  - name: web
    rules:
      - alert: ErrorRatio
        expr: |
          sum by (job) (rate(errors_total{job="web"}[5m]))
            / on (job) sum by (job) (rate(requests_total{job="web"}[5m])) > 0.1
"""
        },
    ),
)
