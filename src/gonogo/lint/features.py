"""Which version of Prometheus knows what, and behind which feature flag.

Source: Prometheus, ``CHANGELOG.md``, and its documentation, "Feature flags", up to 3.15.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gonogo.model.names import is_classic_label, is_classic_metric
from gonogo.model.rule import Rule, RuleKind
from gonogo.model.versions import UTF8_NAMES, UTF8_RULE_NAMES
from gonogo.rules.tree import Aggregation, Binary, Call, Expression, Vector

Version = tuple[int, int]

EXPERIMENTAL = "promql-experimental-functions"
"""The flag of most functions that may still change."""

_FILL = "promql-binop-fill-modifiers"
_START_TIMESTAMPS = "use-start-timestamps"


@dataclass(frozen=True, slots=True)
class Feature:
    """When a feature came, when it went, and the flag it needs until it is stable.

    Attributes:
        name: as it is written.
        since: the first version that has it.
        until: the first version that no longer has it.
        flag: what ``--enable-feature`` must name.
        stable: the first version that needs no flag.
        instead: what takes its place.
    """

    name: str
    since: Version
    until: Version | None = None
    flag: str = ""
    stable: Version | None = None
    instead: str = ""

    def known(self, version: Version) -> bool:
        """Tell whether a version has it at all."""
        return self.since <= version and (self.until is None or version < self.until)

    def needed_flag(self, version: Version) -> str:
        """Name the flag that a version needs to offer it; nothing where it needs none."""
        return "" if self.stable is not None and self.stable <= version else self.flag


def _since(version: Version, *names: str) -> dict[str, Feature]:
    return {name: Feature(name, version) for name in names}


def _experimental(version: Version, *names: str) -> dict[str, Feature]:
    return {name: Feature(name, version, flag=EXPERIMENTAL) for name in names}


FUNCTIONS: Mapping[str, Feature] = {
    "holt_winters": Feature(
        "holt_winters",
        (0, 18),
        until=(3, 0),
        instead=f"double_exponential_smoothing, with --enable-feature={EXPERIMENTAL}",
    ),
    **_since((2, 16), "absent_over_time"),
    **_since((2, 26), "last_over_time", "sgn", "clamp"),
    **_since((2, 29), "present_over_time"),
    **_since((2, 31), "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
    **_since((2, 31), "deg", "rad", "pi"),
    **_since((2, 40), "histogram_count", "histogram_sum", "histogram_fraction"),
    **_since((2, 47), "histogram_stddev", "histogram_stdvar"),
    **_since((2, 51), "histogram_avg"),
    **_experimental((2, 49), "mad_over_time", "sort_by_label", "sort_by_label_desc"),
    **_experimental((2, 55), "info"),
    **_experimental((3, 0), "double_exponential_smoothing"),
    **_experimental((3, 5), "ts_of_min_over_time", "ts_of_max_over_time", "ts_of_last_over_time"),
    **_experimental((3, 7), "ts_of_first_over_time"),
    "first_over_time": Feature("first_over_time", (3, 7), flag=EXPERIMENTAL, stable=(3, 14)),
    **_experimental((3, 11), "histogram_quantiles"),
    **_experimental((3, 12), "start", "end", "range", "step"),
    **_experimental((3, 13), "min_of", "max_of"),
    "start_timestamp": Feature("start_timestamp", (3, 14), flag=_START_TIMESTAMPS),
}
"""Functions that not every version since 2.0 has."""

AGGREGATIONS: Mapping[str, Feature] = {
    **_since((2, 20), "group"),
    **_experimental((2, 54), "limitk", "limit_ratio"),
}

OPERATORS: Mapping[str, Feature] = _since((2, 31), "atan2")

FILL = Feature("fill()", (3, 10), flag=_FILL)
FREE_NAMES = Feature("a name in quotes", UTF8_NAMES)
AT = Feature("@", (2, 33))
NEGATIVE_OFFSET = Feature("a negative offset", (2, 33))

GROUP_KEYS: Mapping[str, Feature] = {
    **_since((2, 31), "limit"),
    **_since((2, 53), "query_offset"),
    **_since((3, 0), "labels"),
}
"""Keys of rule groups."""

RULE_KEYS: Mapping[str, Feature] = _since((2, 42), "keep_firing_for")
"""Keys of rules."""


def feature_of(node: Expression) -> Feature | None:
    """Name the feature that a node of an expression needs, if it is not as old as PromQL itself."""
    if isinstance(node, Vector):
        return _of_selector(node)
    if isinstance(node, Call):
        return FUNCTIONS.get(node.function)
    if isinstance(node, Aggregation):
        return AGGREGATIONS.get(node.operator)
    if isinstance(node, Binary):
        return OPERATORS.get(node.operator) if node.fill == (None, None) else FILL
    return None


def _of_selector(vector: Vector) -> Feature | None:
    names = [matcher.label for matcher in vector.matchers]
    if not all(map(is_classic_label, names)) or not is_classic_metric(vector.metric or "x"):
        return FREE_NAMES
    if vector.at:
        return AT
    return NEGATIVE_OFFSET if vector.offset.days < 0 else None


def features_of_names(rule: Rule) -> Iterator[tuple[Feature, tuple[str, ...]]]:
    """List the names of a rule that not every version takes, each with the keys at which it stands."""
    if rule.kind is RuleKind.RECORD and not is_classic_metric(rule.name):
        yield Feature(f"the recorded name {rule.name!r}", UTF8_RULE_NAMES), ("record",)
    for section, given in (("labels", rule.labels), ("annotations", rule.annotations)):
        for name in given:
            if not is_classic_label(name):
                yield Feature(f"the name {name!r} among {section}", UTF8_NAMES), (section, name)
