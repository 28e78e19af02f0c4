"""The parts of a check: a name, a severity, one pure function, and examples that are its tests and documentation.

This module also has the words that every check needs, so that a check imports them from one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

from msgspec import Struct, field

from gonogo.formats.dialect import Dialect
from gonogo.lint.core.estate import Estate
from gonogo.model.finding import Hit, Severity

__all__ = ["Check", "Estate", "Example", "Hit", "Severity", "WhenKnown"]

Fact = TypeVar("Fact")


class Example(Struct, frozen=True):
    """The input files of an example: rule files, one ``prometheus.yml``, tests ``*_test.yml``.

    Attributes:
        files: the text of each file, by file name.
        facts: further fields of the ``Estate`` that are not in a file (``interest``, ``live``, ``version``…).
    """

    files: Mapping[str, str]
    facts: Mapping[str, object] = field(default_factory=dict)


class WhenKnown(Struct, Generic[Fact], frozen=True):
    """The function of a check that needs a fact of the estate. While the fact is not known, it finds nothing."""

    fact: Callable[[Estate], Fact | None]
    find: Callable[[Estate, Fact], Iterable[Hit]]

    def __call__(self, estate: Estate) -> Iterable[Hit]:
        """Yield the mistakes."""
        known = self.fact(estate)
        return () if known is None else self.find(estate, known)


class Check(Struct, frozen=True):
    """A check. The docstring of its module says what the check finds, and why that matters.

    Attributes:
        id: the name in contracts and pragmas, such as ``no-comparison``.
        severity: the default severity.
        find: yields the mistakes in the files that one server loads.
        bad: an example with at least one finding.
        good: the fixed example.
        requires: returns a fact of the estate. If it is None, the check finds fewer mistakes. A check that finds none
            without its fact says so by ``WhenKnown``.
        of_prometheus: True if the check is about Prometheus only and is not run on rule files of vmalert.
    """

    id: str
    severity: Severity
    find: Callable[[Estate], Iterable[Hit]]
    bad: Example
    good: Example
    requires: Callable[[Estate], object] | None = None
    of_prometheus: bool = False

    def can_run(self, estate: Estate) -> bool:
        """Return whether the required fact is known and the dialect of the files fits."""
        fact = self.find.fact if isinstance(self.find, WhenKnown) else self.requires
        return self.fits(estate) and (fact is None or fact(estate) is not None)

    def fits(self, estate: Estate) -> bool:
        """Return whether the check is meant for the dialect of these files."""
        return not self.of_prometheus or estate.dialect is Dialect.PROMETHEUS
