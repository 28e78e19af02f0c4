"""The sources behind each raw selector under a signal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from gonogo.model.evidence import Origin
from gonogo.model.series import REALM_LABEL, SCRAPE, UP
from gonogo.promql.selectors import Selector
from gonogo.verdict.core.sources import Labels, Source, source_of

Kept = frozenset[str]
"""The labels that every rule between a selector and a signal keeps."""

SOURCE_LABELS = frozenset({"job", "instance"})
"""The labels of a source that most series keep."""


def is_measurement(selector: Selector) -> bool:
    """Return whether the server itself makes the series of a selector, also while a target is down."""
    return selector.metric == UP or (selector.metric or "").startswith(SCRAPE)


class Feed(Struct, frozen=True):
    """A raw selector under a signal, and the sources of the series that it matches.

    Attributes:
        selector: the selector.
        rows: the series of each source.
        kept: the labels that every rule between the selector and the signal keeps. A raw series feeds only results with
            the same values of these labels.
        of_another_realm: the series with another realm than the policy's that may nevertheless feed the signal.
    """

    selector: Selector
    rows: Mapping[Source, Sequence[Origin]]
    kept: Kept
    of_another_realm: tuple[Origin, ...] = ()

    @classmethod
    def of(cls, selector: Selector, origins: Iterable[Origin], kept: Kept, realm: str | None) -> Feed:
        """Sort the series that feed a selector by their source. Series that feed results of other realms are left out.

        ``realm`` is that of the policy; ``None`` = it has none.
        """
        rows: dict[Source, list[Origin]] = {}
        strange: list[Origin] = []
        for origin in origins:
            there = origin.labels.get(REALM_LABEL, "")
            if realm is not None and there != realm:
                if REALM_LABEL in kept:
                    continue
                if there:
                    strange.append(origin)
            rows.setdefault(source_of(origin.labels), []).append(origin)
        return cls(selector, rows, kept, tuple(strange))

    def behind(self, series: Source | None) -> tuple[Source, ...]:
        """Return the sources that may feed the signal's series.

        This is the source that the series names, if every rule up to the signal keeps job and instance: a rule may
        also set these labels, or take them from one series and the value from others.
        """
        if series is not None and series in self.rows and self.kept >= SOURCE_LABELS:
            return (series,)
        return tuple(sorted(self.rows))

    def made_up(self, rows: Iterable[Origin], marks: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[Origin, str]]:
        """Yield the rows with a label that marks made-up data, each with this label.

        A series whose label every rule keeps feeds no result without the label.
        """
        for name, values in marks.items():
            if name not in self.kept:
                yield from ((row, name) for row in rows if row.labels.get(name) in values)

    def subjects(self, rows: Iterable[Origin], names: tuple[str, ...]) -> tuple[Labels, ...]:
        """Return the labels of the subjects that some rows feed. Empty means that the rows may feed every subject.

        ``names`` are the labels of the subjects.
        """
        fed = [{name: row.labels[name] for name in names if name in self.kept and row.labels.get(name)} for row in rows]
        return tuple(fed) if all(fed) else ()
