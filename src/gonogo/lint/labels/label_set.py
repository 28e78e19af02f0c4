"""The labels that the series of a result can have, and their possible values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from gonogo.lint.labels.domain import ABSENT, ANY, Domain
from gonogo.promql.tree import NAME_LABEL


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The domains of the ``named`` labels, and the domain of all other labels, ``rest`` (any value, or absent).

    ``scalar`` is True for a number. A number takes no part in the matching of series.
    """

    named: Mapping[str, Domain]
    rest: Domain
    scalar: bool = False

    def of(self, label: str) -> Domain:
        """Return the domain of a label."""
        return self.named.get(label, self.rest)

    @property
    def is_bare(self) -> bool:
        """True if no label is possible, except for the metric's name."""
        return self.rest.is_absent and all(one.is_absent for name, one in self.named.items() if name != NAME_LABEL)

    def having(self, label: str, domain: Domain) -> LabelSet:
        """Return the set with the domain of one label replaced."""
        return LabelSet({**self.named, label: domain}, self.rest)

    def only(self, labels: Iterable[str]) -> LabelSet:
        """Return the set with these labels only."""
        return LabelSet({label: self.of(label) for label in labels}, ABSENT)

    def less(self, labels: Iterable[str]) -> LabelSet:
        """Return the set without these labels."""
        return LabelSet({**self.named, **dict.fromkeys(labels, ABSENT)}, self.rest)

    def unnamed(self) -> LabelSet:
        """Return the set without the metric's name."""
        return self.having(NAME_LABEL, ABSENT)

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
