"""The possible values of one label. The empty value stands for an absent label.

A domain is a set of values, or all values except some. Both forms are closed under intersection and union. The label is
guaranteed if ``""`` is not in the domain, and impossible if the domain is ``ABSENT``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from gonogo.promql.re2 import accepts
from gonogo.promql.tree import Matcher

_ALTERNATIVES = re.compile(r"\(?([^\\.+*?()\[\]{}^$]*)\)?")
"""A regular expression that only lists literals."""


@dataclass(frozen=True, slots=True)
class Domain:
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


_NONE = frozenset([""])


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
    positive = matcher.op in {"=", "=~"}
    if listed is not None:
        return Domain(listed, others=not positive)
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
