"""A rule records a signal of the policy without the realm label, or makes it of series of another realm.

A verdict reads only series with the policy's realm. A signal without the label has no realm, so the verdict is HOLD,
for the reason ``wrong-realm``, until the rule is changed. Keep the label in every ``by (…)`` and ``on (…)`` on the way,
or set it under the rule's ``labels``. Only certain cases are reported: no series of the result can have the label,
all have another value, or a rule under the signal selects raw series of another realm, so that the realm of the result
does not say where the value comes from.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown
from gonogo.lint.core.interest import Interest
from gonogo.promql.label_set import selected
from gonogo.promql.selectors import Selector
from gonogo.promql.tree import Vector


def find(estate: Estate, interest: Interest) -> Iterator[Hit]:
    """Yield the recorded signals that cannot have the realm."""
    recorded = [rule for rule in estate.recording if rule.name in interest.metrics and rule.tree]
    if interest.realm is None:
        return
    domains = [(rule, estate.labels.recorded(rule.rule).of(interest.realm_label)) for rule in recorded]
    served = {rule.name for rule, domain in domains if interest.realm in domain}
    for rule, domain in domains:
        if domain.is_absent:
            key = ("labels", interest.realm_label)
            where = rule.at_value(*key) if rule.document.text((*rule.loc, *key)) is not None else rule.at()
            message = (
                f"no series of {rule.name} can have the label {interest.realm_label}, so the signal has no realm; "
                "keep the label in the expression, or set it under 'labels'"
            )
            yield rule.hit(where, message)
        elif rule.name not in served:
            message = (
                f"{rule.name} never has {interest.realm_label}={interest.realm!r}, the policy's realm, so no verdict "
                "reads it; set that value"
            )
            yield rule.hit(rule.at(), message)
    for metric in sorted(served):
        yield from _laundered(estate, interest, interest.realm, metric)


def _laundered(estate: Estate, interest: Interest, realm: str, metric: str) -> Iterator[Hit]:
    """Yield the selectors under a signal that can find raw series of other realms only."""
    for rule in (estate.by_rule[id(one)] for one in estate.graph.closure(metric)):
        for node in rule.nodes:
            if not isinstance(node, Vector) or estate.graph.makers(Selector.of(node)):
                continue
            possible = selected(node).of(interest.realm_label)
            if realm not in possible and "" not in possible:
                message = (
                    f"the signal {metric} is made of series of another realm than {realm!r}; select "
                    f"{interest.realm_label}={realm!r}"
                )
                yield rule.hit(rule.at(node), message)


_INTEREST = Interest("metric_realm", "prod", frozenset({"duri_heartbeat_ok"}))

_BAD = """\
groups:
  - name: heartbeat
    rules:
      - record: duri_heartbeat_ok
        expr: min by (instance) (duri_heartbeat_fresh_120s)
"""

CHECK = Check(
    id="realm-missing",
    severity=Severity.ERROR,
    find=WhenKnown(lambda estate: estate.interest, find),
    bad=Example({"rules.yml": _BAD}, facts={"interest": _INTEREST}),
    good=Example({"rules.yml": _BAD.replace("(instance)", "(instance, metric_realm)")}, facts={"interest": _INTEREST}),
)
