"""Finds the rules under a metric, down to the raw series: provenance through recording rules.

A rule reads from another rule if one of its selectors can find a series of the other rule:
the name matches, and no static label contradicts a matcher. Alerts make ``ALERTS`` and
``ALERTS_FOR_STATE``. An expression is parsed only when it is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gonogo.model.replacing import replace
from gonogo.model.rule import Group, Rule, RuleKind, rules_of
from gonogo.promql.parser import unreadable
from gonogo.promql.refusal import Refusal
from gonogo.promql.selectors import Selector, selectors
from gonogo.promql.tree import NAME_LABEL, Vector

ALERT_METRICS = ("ALERTS", "ALERTS_FOR_STATE")


class RuleGraph:
    """The rules of a server or of a policy's files, with the series that they make and read."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Index the rules by the metrics that they make, without parsing any expression."""
        self._made: dict[str, list[Rule]] = {}
        self._reads: dict[str, tuple[Selector, ...] | None] = {}
        self._makers: dict[Selector, tuple[tuple[str, Rule], ...]] = {}
        for rule in rules:
            for metric in (rule.name,) if rule.kind is RuleKind.RECORD else ALERT_METRICS:
                self._made.setdefault(metric, []).append(rule)

    @classmethod
    def of(cls, groups: Iterable[Group]) -> RuleGraph:
        """Return the graph of all rules in some groups."""
        return cls(rule for group in groups for rule in rules_of(group))

    def recorded_by(self, metric: str) -> tuple[Rule, ...]:
        """List the rules that make series of this name."""
        return tuple(self._made.get(metric, ()))

    def makers(self, selector: Selector) -> tuple[Rule, ...]:
        """List the rules whose series a selector can find."""
        return _once(rule for _, rule in self._made_for(selector))

    def reads(self, rule: Rule) -> tuple[Selector, ...] | None:
        """List the selectors of a rule; ``None`` if its expression cannot be read."""
        text = rule.expression
        if text not in self._reads:
            try:
                self._reads[text] = selectors(text)
            except Refusal:
                self._reads[text] = None
        return self._reads[text]

    def upstream(self, rule: Rule) -> tuple[Rule, ...]:
        """List the rules that a rule reads from directly."""
        return _once(maker for selector in self.reads(rule) or () for maker in self.makers(selector))

    def closure(self, metric: str) -> tuple[Rule, ...]:
        """List all rules under a metric, the nearest rules first."""
        found = list(_once(self.recorded_by(metric)))
        known = {id(rule) for rule in found}
        for rule in found:
            new = [under for under in self.upstream(rule) if id(under) not in known]
            known.update(map(id, new))
            found += new
        return tuple(found)

    def unreadable(self, metric: str) -> tuple[tuple[Rule, str], ...]:
        """List the rules under a metric that cannot be read, each with the reason. Their own sources are not known."""
        found = ((rule, unreadable(rule.expression)) for rule in self.closure(metric))
        return tuple((rule, why) for rule, why in found if why)

    def bottom_up(self, *metrics: str) -> tuple[Rule, ...]:
        """List all rules under some metrics. Except in cycles, a rule comes after the rules that it reads from."""
        return self._explored(*metrics)[0]

    def cycle(self, metric: str) -> tuple[str, ...] | None:
        """Return the series names along a cycle under a metric: each reads the next, and the last reads the first."""
        return self._explored(metric)[1]

    def raw_selectors(self, metric: str) -> tuple[Selector, ...]:
        """List the selectors of raw series under a metric, through all levels, each text once.

        A selector is required if every selector on some path down to it is required. Its range is the
        longest range of all its places. A metric that no rule makes is itself raw.
        """
        return self._joined(self._leaves([(Selector.of(Vector(metric)), True)]))

    def raw_selectors_of(self, rule: Rule) -> tuple[Selector, ...]:
        """List the selectors of raw series under one rule, as ``raw_selectors`` does for all rules of a metric."""
        return self._joined(self._leaves([(below, below.required) for below in self.reads(rule) or ()]))

    def _joined(self, leaves: Iterable[Selector]) -> tuple[Selector, ...]:
        found: dict[str, Selector] = {}
        for leaf in leaves:
            known = found.get(leaf.text, leaf)
            longest = max((s.range for s in (known, leaf) if s.range), default=None)
            found[leaf.text] = replace(leaf, required=known.required or leaf.required, range=longest)
        return tuple(found.values())

    def _leaves(self, waiting: list[tuple[Selector, bool]]) -> Iterator[Selector]:
        """Yield the raw selectors under some selectors, each of which is given with whether it is required."""
        seen: set[tuple[int, bool]] = set()
        for selector, needed in waiting:
            made = self._made_for(selector)
            yield from _raw_part(replace(selector, required=needed), {name for name, _ in made})
            for _, rule in made:
                if (id(rule), needed) not in seen:
                    seen.add((id(rule), needed))
                    waiting += [(below, needed and below.required) for below in self.reads(rule) or ()]

    def _made_for(self, selector: Selector) -> tuple[tuple[str, Rule], ...]:
        """List the series of rules that a selector can find: the name, and the rule."""
        if selector not in self._makers:
            names = self._made if selector.metric is None else (selector.metric,)
            self._makers[selector] = tuple(
                (name, rule)
                for name in names
                if selector.may_match({NAME_LABEL: name})
                for rule in self._made.get(name, ())
                if selector.may_match(_certain_labels(rule, name))
            )
        return self._makers[selector]

    def _explored(self, *metrics: str) -> tuple[tuple[Rule, ...], tuple[str, ...] | None]:
        """Walk depth first. Return the rules in the order in which the walk leaves them, and the first cycle."""
        left: dict[int, Rule] = {}
        path: dict[int, Rule] = {}
        cycle: tuple[str, ...] | None = None
        waiting = [iter([rule for metric in metrics for rule in self.recorded_by(metric)])]
        while waiting:
            rule = next(waiting[-1], None)
            if rule is None:
                waiting.pop()
                if path:
                    left.update([path.popitem()])
            elif id(rule) in path:
                cycle = cycle or _names_from(rule, path)
            elif id(rule) not in left:
                path[id(rule)] = rule
                waiting.append(iter(self.upstream(rule)))
        return tuple(left.values()), cycle


def _raw_part(selector: Selector, made: set[str]) -> Iterator[Selector]:
    """Yield the selector of the raw series that a selector finds: the selector itself, one of other names, or none."""
    if not made:
        yield selector
    elif selector.metric is None and not _names_only(selector, made):
        yield selector.beside(made)


def _names_only(selector: Selector, names: set[str]) -> bool:
    return any(
        m.label == NAME_LABEL and m.op == "=~" and names.issuperset(m.value.split("|")) for m in selector.matchers
    )


def _certain_labels(rule: Rule, metric: str) -> Mapping[str, str]:
    """Return the labels that all series of a rule have. An empty value means that no series has the label."""
    fixed = {name: value for name, value in rule.labels.items() if "{{" not in value}
    if rule.kind is RuleKind.ALERT:
        fixed["alertname"] = rule.name
    return fixed | {NAME_LABEL: metric}


def _names_from(rule: Rule, path: Mapping[int, Rule]) -> tuple[str, ...]:
    along = list(path.values())
    start = next(place for place, one in enumerate(along) if one is rule)
    return tuple(series_name(one) for one in along[start:])


def series_name(rule: Rule) -> str:
    """Return the name of a rule's series in PromQL."""
    return rule.name if rule.kind is RuleKind.RECORD else f'ALERTS{{alertname="{rule.name}"}}'


def _once(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple({id(rule): rule for rule in rules}.values())
