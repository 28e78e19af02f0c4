"""The fallback ``or vector(0)`` has none of the labels of the series that it should replace.

``or`` adds the series of its right side if the left side has none with the same labels. Next to labelled series that is
always the case: ``sum by (job) (x) or vector(0)`` has one series more than there are jobs, without a label, and still
none for a job that is gone. Aggregate all labels away before the fallback, write ``or on () vector(0)`` for a fallback
that only replaces an empty result, or take the labels from another metric (``or 0 * up``). The check is silent if the
fallback cannot reach the result: below a comparison that removes it, an aggregation of everything, or a match
``on ()``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.promql.label_set import LabelSet
from gonogo.promql.tree import HOLDS, Aggregation, Binary, Call, Expression, Labels, Number, children


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the fallbacks without the labels that they need."""
    for rule in estate.rules:
        fallbacks = [node for node in rule.nodes if isinstance(node, Binary) and _is_fallback(node)]
        if fallbacks:
            yield from _losing(rule, fallbacks, estate.expected_labels.of(rule.rule))


def _losing(rule: WrittenRule, fallbacks: list[Binary], known: Mapping[int, LabelSet]) -> Iterator[Hit]:
    above = {id(part): node for node in rule.nodes for part in children(node)}
    for node in fallbacks:
        left = _compared(node, known[id(node.left)])
        if not left.is_bare and _is_seen(node, above):
            message = (
                f"the fallback has no labels, but the series that it replaces have {_labels(left)}; "
                "aggregate these labels away first, or write 'or on () vector(…)'"
            )
            yield rule.hit(rule.at(node.right), message)


def _is_fallback(node: Binary) -> bool:
    return node.operator == "or" and _number(node.right) is not None


def _compared(node: Binary, left: LabelSet) -> LabelSet:
    """Return the labels in which the series of the left side can differ from the fallback."""
    if node.matching is None:
        return left
    return left.only(node.matching.names) if node.matching.word == "on" else left.less(node.matching.names)


def _number(node: Expression) -> float | None:
    match node:
        case Call(function="vector", arguments=(Number(value),)):
            return value
        case _:
            return None


def _labels(labels: LabelSet) -> str:
    if not labels.rest.is_absent:
        return "all labels of their metric"
    return ", ".join(sorted(name for name, domain in labels.named.items() if not domain.is_absent))


def _is_seen(fallback: Binary, above: Mapping[int, Expression]) -> bool:
    """Return whether the added series can reach the result."""
    value = _number(fallback.right)
    node: Expression = fallback
    while (parent := above.get(id(node))) is not None:
        match parent:
            case Aggregation(operator="sum" | "max", grouping=None) if value == 0:
                return False
            case Aggregation(operator="sum" | "max" | "min" | "avg", grouping=Labels(word="by")):
                pass
            case Binary(operator=operator, matching=Labels(word="on", names=())) if operator != "or":
                return False
            case Binary(operator="or" | "and" | "unless"):
                pass
            case Binary(operator=operator, boolean=False) if operator in HOLDS and _passes(parent, node, value):
                pass
            case Binary(operator=operator, boolean=False) if operator in HOLDS:
                return False
            case _:
                value = None
        node = parent
    return True


def _passes(comparison: Binary, side: Expression, value: float | None) -> bool:
    """Return whether the value of the fallback can pass a comparison with a number."""
    other = comparison.right if comparison.left is side else comparison.left
    if value is None or not isinstance(other, Number):
        return True
    compared = HOLDS[comparison.operator]
    return compared(value, other.value) if comparison.left is side else compared(other.value, value)


_BAD = """\
groups:
  - name: web
    rules:
      - record: job:errors:rate5m
        expr: sum by (job) (rate(errors_total[5m])) or vector(0)
"""

CHECK = Check(
    id="fallback-unlabelled",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _BAD}),
    good=Example({"rules.yml": _BAD.replace("sum by (job) (", "sum(").replace("job:", "all:")}),
)
