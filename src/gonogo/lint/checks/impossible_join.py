"""An operation whose sides never match, a selector that finds nothing, or a grouping by an absent label.

Prometheus matches series by their labels. If one side has lost a label that the other side always has, or both require
different values, nothing ever matches: the alert is silent for ever, or ``unless`` removes nothing. The same holds for
matchers that contradict one another, or contradict the recording rules of that name. A label in ``by`` or
``group_left`` that the inner expression has already dropped has no effect. Join ``on`` labels that both sides have, and
keep these labels in the aggregations below.

Only what is certain is an error: sides that never match, a label in ``on`` that one side never has while the other may
have it, and an ``unless`` whose grouped side is compared with an ungrouped one. It is a warning if the proof uses a
recording rule and series of that name may come from elsewhere. It is also a warning if the sides could match only by
accident: series grouped by a label, or as a target exports them, joined with series that never have the label. Without
all rules at hand, a raw metric may be recorded elsewhere without labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.lint.core.label_loss import intended, loser, loss, scraped
from gonogo.promql.label_flow import KEEPING_OPERATORS, conflict, is_matched
from gonogo.promql.label_set import Domain, LabelSet
from gonogo.promql.tree import NAME_LABEL, Aggregation, Binary, Expression, Vector

Known = Mapping[int, LabelSet]


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the operations that never match, the selectors that find nothing, and the groupings by absent labels."""
    for rule in estate.rules:
        joins = [node for node in rule.nodes if isinstance(node, Binary | Aggregation)]
        if joins:
            yield from _impossible(estate, rule, joins)
        for node in rule.nodes:
            if isinstance(node, Vector) and node.matchers:
                yield from _finds_none(estate, rule, node)


def _finds_none(estate: Estate, rule: WrittenRule, node: Vector) -> Iterator[Hit]:
    found = estate.expected_labels.of(rule.rule)[id(node)]
    contradicted = next((label for label, domain in found.named.items() if domain.is_empty), None)
    if contradicted is not None:
        message = f"this selector never finds anything: its matchers for {contradicted!r} contradict one another"
        yield rule.hit(rule.at(node), message)
    elif estate.expected_labels.finds_none(node):
        message = (
            f"this selector never finds anything: no rule that records {node.metric} makes series with such labels; "
            "keep the label in the rule, or remove the matcher"
        )
        yield rule.hit(rule.at(node), message, None if estate.proven_labels.finds_none(node) else Severity.WARNING)


def _impossible(estate: Estate, rule: WrittenRule, joins: list[Binary | Aggregation]) -> Iterator[Hit]:
    known = estate.expected_labels.of(rule.rule)
    ungrouped = False
    for node in reversed(joins):
        if message := _judged(node, known):
            certain = _judged(node, estate.proven_labels.of(rule.rule)) is not None
            yield rule.hit(rule.at(node), message, None if certain else Severity.WARNING)
        elif isinstance(node, Binary) and (message := _unintended(node, known)):
            yield rule.hit(rule.at(node), message, Severity.WARNING)
        elif isinstance(node, Binary) and not ungrouped and (message := _ungrouped(estate, node, known)):
            ungrouped = True  # the outer joins lack labels only because this one does
            yield rule.hit(rule.at(node), message, Severity.WARNING)


def _judged(node: Binary | Aggregation, known: Known) -> str | None:
    if isinstance(node, Binary):
        return _unmatched(node, known) or _copied(node, known) or _one_sided(node, known) or _takes_nothing(node, known)
    if node.grouping and node.grouping.word == "by" and node.operator not in KEEPING_OPERATORS:
        return _dropped(node.inner, node.grouping.names, known, f"'{node.operator} by'")
    return None


def _dropped(inner: Expression, names: tuple[str, ...], known: Known, what: str) -> str | None:
    labels = known[id(inner)]
    name = next((name for name in names if name != NAME_LABEL and labels.of(name).is_absent), None)
    if name is None or labels.scalar:
        return None
    why = loss(loser(inner, name, known), name)
    return f"{what} names {name!r}, but no series can have this label: {why}; keep the label below, or remove it here"


def _copied(node: Binary, known: Known) -> str | None:
    if node.group is None:
        return None
    one = node.left if node.group.word == "group_right" else node.right
    return _dropped(one, node.group.names, known, f"'{node.group.word}'")


def _unmatched(node: Binary, known: Known) -> str | None:
    found = conflict(node, known[id(node.left)], known[id(node.right)])
    if found is None or found.left.is_empty or found.right.is_empty:
        return None  # a side without any series is reported at its selector
    effect = "so it removes nothing" if node.operator == "unless" else "so the result is always empty"
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


def _one_sided(node: Binary, known: Known) -> str | None:
    """Find a label named in ``on`` that one side never has and the other may have."""
    if node.operator == "or" or node.fill != (None, None) or node.matching is None or node.matching.word != "on":
        return None
    for label in node.matching.names:
        for word, side, other in _sides(node):
            if _lacks(side, label, known) and not _lacks(other, label, known):
                why = loss(loser(side, label, known), label)
                return (
                    f"'on' names {label!r}, which the {word} side never has ({why}), so series with the label never "
                    "match; keep the label on both sides, or remove it"
                )
    return None


def _takes_nothing(node: Binary, known: Known) -> str | None:
    """Find an ``unless`` whose left side is grouped by labels that the right side never has."""
    return _unintended(node, known) if node.operator == "unless" and known[id(node.right)].is_bare else None


def _unintended(node: Binary, known: Known) -> str | None:
    """Find a join of series grouped by a label with series without that label."""
    if node.operator == "or" or node.fill != (None, None):
        return None
    for word, side, other in _sides(node):
        labels = () if known[id(other)].scalar else intended(side, known)
        label = next((one for one in labels if is_matched(node, one) and known[id(other)].of(one).is_absent), None)
        if label is not None and not known[id(side)].of(label).is_absent:
            why = loss(loser(other, label, known), label)
            return (
                f"the {word} side of '{node.operator}' is grouped by {label!r}, which the other side "
                f"never has ({why}), "
                "so only series without the label match; group both sides alike, or match 'on' labels that both have"
            )
    return None


def _ungrouped(estate: Estate, node: Binary, known: Known) -> str | None:
    """Find a join of series as a target exports them with series without any label."""
    if node.operator == "or" or node.matching is not None or node.fill != (None, None):
        return None
    for word, side, other in _sides(node):
        labels = known[id(other)]
        metric = None if labels.scalar or not labels.is_bare else scraped(side, known)
        if metric is not None and not estate.graph.recorded_by(metric):
            return (
                f"the {word} side of '{node.operator}' has the labels of the targets that export {metric}, and the "
                "other side has no labels, so nothing matches; match 'on ()', or aggregate both sides alike"
            )
    return None


def _sides(node: Binary) -> tuple[tuple[str, Expression, Expression], ...]:
    """Return the name of each side, that side, and the other side."""
    return (("left", node.left, node.right), ("right", node.right, node.left))


def _lacks(side: Expression, label: str, known: Known) -> bool:
    return known[id(side)].of(label).is_absent


def _side(name: str, domain: Domain) -> str:
    if domain.is_absent:
        return f"the {name} side never has it"
    if domain.others:
        return f"the {name} side has {'it always' if '' not in domain else 'other values'}"
    return f"the {name} side has {' or '.join(sorted(repr(value) if value else 'none' for value in domain.values))}"


_BAD = """\
groups:
  - name: web
    rules:
      - alert: ErrorRatio
        expr: |
          sum by (job) (rate(errors_total{job="web"}[5m]))
            / on (job) sum(rate(requests_total{job="web"}[5m])) > 0.1
"""

CHECK = Check(
    id="impossible-join",
    severity=Severity.ERROR,
    find=find,
    bad=Example({"rules.yml": _BAD}),
    good=Example({"rules.yml": _BAD.replace("sum(rate(requests", "sum by (job) (rate(requests")}),
)
