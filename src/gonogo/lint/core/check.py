"""What a check is: a name, a severity, one pure function, and examples that are its tests and its docs page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from gonogo.formats.dialect import Dialect
from gonogo.lint.core.estate import Estate
from gonogo.model.finding import Hit, Severity


@dataclass(frozen=True, slots=True)
class Example:
    """Input files by name, as text: rule files, one ``prometheus.yml``, tests ``*_test.yml``.

    Attributes:
        files: name -> text.
        facts: fields of the ``Estate`` that no file tells, by name (``interest``, ``live``, ``version``…).
    """

    files: Mapping[str, str]
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """One check; its module's docstring says what it finds, and why that matters.

    Attributes:
        id: as in contracts and pragmas, such as ``no-comparison``.
        severity: the usual one.
        find: lists what is wrong in what one server loads.
        bad: an example in which it finds something.
        good: the example mended.
        rests_on: facts of the ``Estate``, by name, without which it finds less than there is, or nothing.
        of_prometheus: True if it speaks of what Prometheus reads, and is not run on the files of vmalert.
    """

    id: str
    severity: Severity
    find: Callable[[Estate], Iterable[Hit]]
    bad: Example
    good: Example
    rests_on: tuple[str, ...] = ()
    of_prometheus: bool = False

    def hears(self, estate: Estate) -> bool:
        """Tell whether everything that it rests on is known, and the files are of its dialect."""
        return self.fits(estate) and all(getattr(estate, fact) is not None for fact in self.rests_on)

    def fits(self, estate: Estate) -> bool:
        """Tell whether it speaks of files of this dialect."""
        return not self.of_prometheus or estate.dialect is Dialect.PROMETHEUS
