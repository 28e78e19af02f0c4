"""What labels the series of a result can have, and with which values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from gonogo.lint.labels.domain import ABSENT, ANY, Domain
from gonogo.promql.tree import NAME_LABEL


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The domains of labels: ``named`` ones, and that of all the ``rest`` (any value, or absent).

    ``scalar`` tells a number from a vector: it takes no part in the matching of series.
    """

    named: Mapping[str, Domain]
    rest: Domain
    scalar: bool = False

    def of(self, label: str) -> Domain:
        """Give a label's domain."""
        return self.named.get(label, self.rest)

    @property
    def is_bare(self) -> bool:
        """Whether no label is possible, the metric's name aside."""
        return self.rest.is_absent and all(one.is_absent for name, one in self.named.items() if name != NAME_LABEL)

    def having(self, label: str, domain: Domain) -> LabelSet:
        """Give the set with one label's domain replaced."""
        return LabelSet({**self.named, label: domain}, self.rest)

    def only(self, labels: Iterable[str]) -> LabelSet:
        """Keep these labels alone."""
        return LabelSet({label: self.of(label) for label in labels}, ABSENT)

    def less(self, labels: Iterable[str]) -> LabelSet:
        """Drop these labels."""
        return LabelSet({**self.named, **dict.fromkeys(labels, ABSENT)}, self.rest)

    def unnamed(self) -> LabelSet:
        """Drop the metric's name."""
        return self.having(NAME_LABEL, ABSENT)

    def combined(self, that: LabelSet, how: Callable[[Domain, Domain], Domain]) -> LabelSet:
        """Combine two sets label by label."""
        names = self.named.keys() | that.named.keys()
        return LabelSet({name: how(self.of(name), that.of(name)) for name in names}, how(self.rest, that.rest))

    def __or__(self, that: LabelSet) -> LabelSet:
        """Give what series of either can have."""
        return self.combined(that, Domain.__or__)


OPEN = LabelSet({}, ANY)
"""Nothing is known."""

BARE = LabelSet({}, ABSENT)
"""A vector without labels."""

SCALAR = LabelSet({}, ABSENT, scalar=True)
"""A number or a text."""
