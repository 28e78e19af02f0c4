"""A recording rule reads its own record, so its past feeds its future.

Its first value has no source, a wrong value stays for ever, and the series continues after its source is gone. The same
happens if several rules read one another in a circle. Reading series of the same name is fine if their labels differ:
``x{level="all"}`` may be made from ``x{level="one"}``. Give the record a name of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.lint.core.labelling import Labelling
from gonogo.model.rule import Rule, RuleKind
from gonogo.promql.graph import ALERT_METRICS, series_name
from gonogo.promql.selectors import Selector
from gonogo.promql.tree import Vector

Edges = Mapping[int, tuple[tuple[Vector, WrittenRule], ...]]
"""The reads of each rule, by the rule's ``id()``: the selector, and the rule that makes the series."""


def find(estate: Estate) -> Iterator[Hit]:
    """Yield one selector of every circle."""
    edges = _in_circles(_by_label(estate, _in_circles(_by_name(estate))))
    reported: set[int] = set()
    for rule in estate.recording if edges else ():
        circle = _circle(rule, edges) if id(rule) not in reported else ()
        if circle:
            reported.update(id(one) for _, one in circle)
            along = " → ".join(series_name(one.rule) for one in (rule, *(one for _, one in circle)))
            how = "reads its own record" if len(circle) == 1 else f"reads itself through others ({along})"
            message = f"{rule.name} {how}, so a value keeps itself alive; record it under another name"
            yield rule.hit(rule.at(circle[0][0]), message)


def _by_name(estate: Estate) -> Edges:
    """Connect rules by names alone. Alerts count only for selectors that name them."""
    made = defaultdict[str, list[WrittenRule]](list)
    for rule in estate.rules:
        made[f"alert {rule.name}" if rule.is_alert else rule.name].append(rule)
    return {
        id(rule): edges
        for rule in estate.rules
        if (
            edges := tuple(
                (node, maker) for node in rule.nodes if isinstance(node, Vector) for maker in made.get(_name(node), ())
            )
        )
    }


def _name(vector: Vector) -> str:
    if vector.metric not in ALERT_METRICS:
        return vector.metric or ""
    return next((f"alert {m.value}" for m in vector.matchers if m.label == "alertname" and m.op == "="), "")


def _by_label(estate: Estate, edges: Edges) -> Edges:
    """Keep the connections that the labels of the recorded series allow."""
    return {
        reader: tuple(
            (vector, maker) for vector, maker in made if _may_find(vector, maker.rule, estate.expected_labels)
        )
        for reader, made in edges.items()
    }


def _may_find(vector: Vector, maker: Rule, labelling: Labelling) -> bool:
    if maker.kind is RuleKind.ALERT:
        return Selector.of(vector).may_match({name: value for name, value in maker.labels.items() if "{{" not in value})
    return not labelling.recorded(maker).narrowed(vector).is_impossible


def _in_circles(edges: Edges) -> Edges:
    """Keep the rules that read kept rules and are read by them: all circles, and the paths between circles."""
    while edges:
        read = {id(maker) for made in edges.values() for _, maker in made}
        left = {rule: tuple(edge for edge in made if id(edge[1]) in edges) for rule, made in edges.items()}
        left = {rule: made for rule, made in left.items() if made and rule in read}
        if left == edges:
            break
        edges = left
    return edges


def _circle(start: WrittenRule, edges: Edges) -> tuple[tuple[Vector, WrittenRule], ...]:
    """Return the shortest path from a rule back to itself: selectors, each with the rule that it reads; or nothing."""
    ways: dict[int, tuple[tuple[Vector, WrittenRule], ...]] = {id(start): ()}
    waiting = [start]
    for rule in waiting:
        for edge in edges.get(id(rule), ()):
            way = (*ways[id(rule)], edge)
            if edge[1] is start:
                return way
            if id(edge[1]) not in ways:
                ways[id(edge[1])] = way
                waiting.append(edge[1])
    return ()


CHECK = Check(
    id="self-reference",
    severity=Severity.ERROR,
    find=find,
    bad=Example(
        {
            "rules.yml": "groups: [{name: web, rules: [\n"
            "  {record: 'job:requests:total', expr: 'job:requests:total + increase(requests_total[1m])'}]}]\n"
        }
    ),
    good=Example(
        {
            "rules.yml": "groups: [{name: web, rules: [\n"
            "  {record: 'requests:ratio', labels: {level: zone}, expr: 'avg by (zone) (requests_ratio)'},\n"
            "  {record: 'requests:ratio', labels: {level: all}, expr: 'avg(requests:ratio{level=\"zone\"})'}]}]\n"
        }
    ),
)
