"""The values that one label can have, the empty one standing for no such label.

Either some values or all but some: closed under intersection and union, so that
``"" not in`` a domain says that the label is guaranteed, and ``ABSENT`` that it is impossible.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from gonogo.promql.re2 import accepts
from gonogo.promql.tree import Matcher

_ALTERNATIVES = re.compile(r"\(?([^\\.+*?()\[\]{}^$]*)\)?")
"""A regular expression that is only some literals."""


@dataclass(frozen=True, slots=True)
class Domain:
    """The values listed or, with ``others``, all but those."""

    values: frozenset[str]
    others: bool = False

    def __and__(self, that: Domain) -> Domain:
        """Give the values that both have."""
        if self.others and that.others:
            return Domain(self.values | that.values, others=True) if that.values else self
        if self.others:
            return Domain(that.values - self.values)
        return Domain(self.values - that.values if that.others else self.values & that.values)

    def __or__(self, that: Domain) -> Domain:
        """Give the values that one of them has."""
        if self.others and that.others:
            return Domain(self.values & that.values, others=True)
        if self.others:
            return Domain(self.values - that.values, others=True)
        return Domain(that.values - self.values, others=True) if that.others else Domain(self.values | that.values)

    def __contains__(self, value: str) -> bool:
        """Tell whether a value is possible."""
        return (value in self.values) is not self.others

    @property
    def is_empty(self) -> bool:
        """Whether no value is possible, not even none: nothing can be so."""
        return not self.values and not self.others

    @property
    def is_absent(self) -> bool:
        """Whether the label is impossible."""
        return not self.others and self.values == _NONE

    @property
    def is_guaranteed(self) -> bool:
        """Whether there is always such a label."""
        return "" not in self and not self.is_empty


_NONE = frozenset([""])


def exactly(values: Iterable[str]) -> Domain:
    """Give the domain of these values alone."""
    return Domain(frozenset(values))


ANY = Domain(frozenset(), others=True)
ABSENT = exactly([""])
PRESENT = Domain(frozenset([""]), others=True)


@lru_cache(maxsize=8192)
def matched(matcher: Matcher) -> Domain:
    """Give the values that pass a matcher, or more where only RE2 could say."""
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
