"""Features of PromQL and of rule files, each with the versions of Prometheus that have it and its feature flag.

Source: Prometheus, ``CHANGELOG.md``, ``promql/parser`` and the documentation, "Feature flags", up to 3.16.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from gonogo.model.rule import Rule, RuleKind
from gonogo.model.series import is_classic_label, is_classic_metric
from gonogo.model.versions import (
    QUOTED_LABELS,
    QUOTED_SELECTORS,
    UTF8_FLAG,
    UTF8_FLAG_EXISTS,
    UTF8_NAMES,
    UTF8_RULE_NAMES,
    Version,
)

EXPERIMENTAL = "promql-experimental-functions"
"""The flag of most functions that may still change."""

_FILL = "promql-binop-fill-modifiers"
_START_TIMESTAMPS = "use-start-timestamps"
_DURATIONS = "promql-duration-expr"
_EXTENDED = "promql-extended-range-selectors"
_UNQUOTED = "promql-unquoted-utf8-names"


class Feature(Struct, frozen=True):
    """A feature: the version that brought it, the version that removed it, and its flag until it is stable.

    Attributes:
        name: the feature as it is written.
        since: the first version that has the feature.
        until: the first version that no longer has the feature.
        flag: the name that ``--enable-feature`` must have.
        stable: the first version that needs no flag.
        instead: the replacement.
    """

    name: str
    since: Version
    until: Version | None = None
    flag: str = ""
    stable: Version | None = None
    instead: str = ""

    def known(self, version: Version) -> bool:
        """Return whether a version has the feature at all."""
        return self.since <= version and (self.until is None or version < self.until)

    def needed_flag(self, version: Version) -> str:
        """Return the flag that a version needs for the feature; empty if it needs no flag."""
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
    **_experimental((3, 16), "integral"),
    "start_timestamp": Feature("start_timestamp", (3, 14), flag=_START_TIMESTAMPS),
}
"""Functions that some version since 2.0 does not have."""

AGGREGATIONS: Mapping[str, Feature] = {
    **_since((2, 20), "group"),
    **_experimental((2, 54), "limitk", "limit_ratio"),
}

OPERATORS: Mapping[str, Feature] = {**_since((2, 31), "atan2"), **_since((3, 11), "</", ">/")}

FILL = Feature("fill()", (3, 10), flag=_FILL)


def _free(name: str) -> Feature:
    return Feature(name, UTF8_FLAG_EXISTS, flag=UTF8_FLAG, stable=UTF8_NAMES)


QUOTED_NAME = Feature("a name in quotes", QUOTED_SELECTORS)
QUOTED_LABEL = Feature("a label name in quotes in a list of labels", QUOTED_LABELS)
FREE_LABEL = _free("a label name with other characters than a-z, A-Z, 0-9 and _ in a list of labels")
LABEL_WITH_COLON = _free("a label name with a colon")
UNQUOTED_NAME = Feature(
    "a name with other characters than a-z, A-Z, 0-9, _ and :, without quotes", (3, 16), flag=_UNQUOTED
)
AT = Feature("@", (2, 33))
NEGATIVE_OFFSET = Feature("a negative offset", (2, 33))
EXTENDED: Mapping[str, Feature] = {
    word: Feature(word, (3, 7), flag=_EXTENDED, stable=(3, 16)) for word in ("anchored", "smoothed")
}
EARLY_AT = Feature(
    "@ start() or @ end() before a range", (2, 33), until=(3, 15), instead="x[5m] @ end(), with the range first"
)
EARLY_OFFSET = Feature(
    "an offset in parentheses before a range",
    (3, 4),
    until=(3, 15),
    flag=_DURATIONS,
    stable=(3, 14),
    instead="x[5m] offset (1m), with the range first",
)

UNDERSCORES = Feature("an underscore in a number", (2, 54))
DURATION_AS_NUMBER = Feature("a duration in place of a number", (2, 54))
NUMBER_AS_DURATION = Feature("a number of seconds in place of a duration", (2, 54))
HEXADECIMAL_E = Feature(
    "a hexadecimal number with an e in second place", (0, 0), until=(2, 54), instead="the decimal number"
)
ZERO_OFFSET = Feature("an offset of zero", (2, 54))
SIGNED_DURATION = Feature("a sign before a duration", (3, 4))
ARITHMETIC = Feature("arithmetic with durations", (3, 4), flag=_DURATIONS, stable=(3, 14))
SUBQUERY_OF_STEP = Feature("a subquery over step() or range() without a number", (3, 16))
DURATION_FUNCTIONS: Mapping[str, Feature] = {
    "step": Feature("step() in a duration", (3, 6), flag=_DURATIONS, stable=(3, 14)),
    "range": Feature("range() in a duration", (3, 10), flag=_DURATIONS, stable=(3, 14)),
    "min": Feature("min() in a duration", (3, 6), until=(3, 13), flag=_DURATIONS, instead="min_of()"),
    "max": Feature("max() in a duration", (3, 6), until=(3, 13), flag=_DURATIONS, instead="max_of()"),
    "min_of": Feature("min_of() in a duration", (3, 13), flag=_DURATIONS, stable=(3, 14)),
    "max_of": Feature("max_of() in a duration", (3, 13), flag=_DURATIONS, stable=(3, 14)),
}
"""Functions that are allowed in the brackets of a range or after ``offset``."""

GROUP_KEYS: Mapping[str, Feature] = {
    **_since((2, 31), "limit"),
    **_since((2, 53), "query_offset"),
    **_since((3, 0), "labels"),
}
"""Keys of rule groups."""

RULE_KEYS: Mapping[str, Feature] = _since((2, 42), "keep_firing_for")
"""Keys of rules."""


def features_of_names(rule: Rule) -> Iterator[tuple[Feature, tuple[str, ...]]]:
    """Yield the names of a rule that some version refuses, each with its place: the keys that lead to it."""
    if rule.kind is RuleKind.RECORD and not is_classic_metric(rule.name):
        yield Feature(f"the recorded name {rule.name!r}", UTF8_RULE_NAMES), ("record",)
    for section, given in (("labels", rule.labels), ("annotations", rule.annotations)):
        for name in given:
            if not is_classic_label(name):
                yield _free(f"the name {name!r} among {section}"), (section, name)
