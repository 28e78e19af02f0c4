"""The labels that the series of a result can have, and the possible values of each.

A domain is a set of values, or all values except some, and the empty value stands for an absent label. Both forms are
closed under intersection and union. A label is guaranteed if ``""`` is not in its domain, and impossible if the domain
is ``ABSENT``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from msgspec import Struct

from gonogo.promql.re2 import accepts
from gonogo.promql.tree import NAME_LABEL, Matcher, Vector

_ALTERNATIVES = re.compile(r"\(?([^\\.+*?()\[\]{}^$]*)\)?")
"""A regular expression that only lists literals."""

_NONE = frozenset([""])


class Domain(Struct, frozen=True):
    """The listed values or, with ``others``, all values except the listed ones."""

    values: frozenset[str]
    others: bool = False

    def __and__(self, that: Domain) -> Domain:
        """Return the values that are in both domains."""
        if self.others and that.others:
            return Domain(self.values | that.values, others=True) if that.values else self
        if self.others:
            return Domain(that.values - self.values)
        return Domain(self.values - that.values if that.others else self.values & that.values)

    def __or__(self, that: Domain) -> Domain:
        """Return the values that are in at least one of the domains."""
        if self.others and that.others:
            return Domain(self.values & that.values, others=True)
        if self.others:
            return Domain(self.values - that.values, others=True)
        return Domain(that.values - self.values, others=True) if that.others else Domain(self.values | that.values)

    def __contains__(self, value: str) -> bool:
        """Return whether a value is possible."""
        return (value in self.values) is not self.others

    def narrowed(self, matcher: Matcher) -> Domain:
        """Return the values that a matcher accepts."""
        return self & matched(matcher) if self.others else Domain(frozenset(filter(matcher.accepts, self.values)))

    @property
    def is_empty(self) -> bool:
        """True if no value is possible, not even the empty one. Such a series cannot exist."""
        return not self.values and not self.others

    @property
    def is_absent(self) -> bool:
        """True if the label is impossible."""
        return not self.others and self.values == _NONE

    @property
    def is_guaranteed(self) -> bool:
        """True if the label is always there."""
        return "" not in self and not self.is_empty


def exactly(values: Iterable[str]) -> Domain:
    """Return the domain that holds exactly these values."""
    return Domain(frozenset(values))


ANY = Domain(frozenset(), others=True)
ABSENT = exactly([""])
PRESENT = Domain(frozenset([""]), others=True)


@lru_cache(maxsize=8192)
def matched(matcher: Matcher) -> Domain:
    """Return the values that a matcher accepts. Where only RE2 could decide, the domain is larger."""
    listed = _listed(matcher)
    if listed is not None:
        return Domain(listed, others=matcher.op not in {"=", "=~"})
    if matcher.op == "!~" and matcher.value == ".+":
        return ABSENT
    return ANY if matcher.accepts("") else PRESENT


def _listed(matcher: Matcher) -> frozenset[str] | None:
    if matcher.op in {"=", "!="}:
        return frozenset([matcher.value])
    literals = _ALTERNATIVES.fullmatch(matcher.value)
    if literals is None or accepts(matcher.value, "") is None:
        return None
    return frozenset(literals[1].split("|"))


class LabelSet(Struct, frozen=True):
    """The domains of the ``named`` labels, and the domain of all other labels, ``rest`` (any value, or absent).

    ``scalar`` is True for a number. A number takes no part in the matching of series.
    """

    named: Mapping[str, Domain]
    rest: Domain
    scalar: bool = False

    def __hash__(self) -> int:
        """Return a hash, so that a set holds equal series once."""
        return hash((frozenset(self.named.items()), self.rest, self.scalar))

    def of(self, label: str) -> Domain:
        """Return the domain of a label."""
        return self.named.get(label, self.rest)

    @property
    def is_bare(self) -> bool:
        """True if no label is possible, except for the metric's name."""
        return self.rest.is_absent and all(one.is_absent for name, one in self.named.items() if name != NAME_LABEL)

    @property
    def is_impossible(self) -> bool:
        """True if no series can have such labels, because some label has no possible value."""
        return any(domain.is_empty for domain in self.named.values())

    def having(self, label: str, domain: Domain) -> LabelSet:
        """Return the set with the domain of one label replaced."""
        return LabelSet({**self.named, label: domain}, self.rest)

    def setting(self, values: Mapping[str, str]) -> LabelSet:
        """Return the set with labels set, as by a rule. An empty value removes the label."""
        return LabelSet({**self.named, **{name: exactly([value]) for name, value in values.items()}}, self.rest)

    def only(self, labels: Iterable[str]) -> LabelSet:
        """Return the set with these labels only."""
        return LabelSet({label: self.of(label) for label in labels}, ABSENT)

    def less(self, labels: Iterable[str]) -> LabelSet:
        """Return the set without these labels."""
        return LabelSet({**self.named, **dict.fromkeys(labels, ABSENT)}, self.rest)

    def unnamed(self) -> LabelSet:
        """Return the set without the metric's name."""
        return self.having(NAME_LABEL, ABSENT)

    def narrowed(self, vector: Vector) -> LabelSet:
        """Return the labels of the series that a selector finds among these; impossible labels if it finds none."""
        found = dict(self.named)
        if (metric := vector.metric) is not None:
            found[NAME_LABEL] = exactly([metric] if metric in self.of(NAME_LABEL) else [])
        for matcher in vector.matchers:
            found[matcher.label] = found.get(matcher.label, self.rest).narrowed(matcher)
        return LabelSet(found, self.rest)

    def combined(self, that: LabelSet, how: Callable[[Domain, Domain], Domain]) -> LabelSet:
        """Combine two sets label by label."""
        names = self.named.keys() | that.named.keys()
        return LabelSet({name: how(self.of(name), that.of(name)) for name in names}, how(self.rest, that.rest))

    def __or__(self, that: LabelSet) -> LabelSet:
        """Return the labels that series of either set can have."""
        return self.combined(that, Domain.__or__)


OPEN = LabelSet({}, ANY)
"""Any label may be there, with any value."""

BARE = LabelSet({}, ABSENT)
"""A vector without labels."""

SCALAR = LabelSet({}, ABSENT, scalar=True)
"""A number or a text."""


def selected(vector: Vector) -> LabelSet:
    """Return the labels that series of a selector can have, by its matchers."""
    return LabelSet({NAME_LABEL: PRESENT}, ANY).narrowed(vector)
