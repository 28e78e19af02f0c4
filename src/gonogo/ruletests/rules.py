"""Finds the rule files that a test file names: from the test's folder, as promtool does, or by base name elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePath

from gonogo.disk.naming import shown
from gonogo.disk.regular_file import Unreadable, read_text
from gonogo.formats.dialect import Dialect
from gonogo.formats.flow import unwrapped
from gonogo.formats.vmalert_only import vmalert_only
from gonogo.policy.inputs import matching, unit_files


class VmalertOnly(Unreadable):
    """A rule file that the programs of VictoriaMetrics can read and promtool cannot."""


@dataclass(frozen=True, slots=True)
class RuleSource:
    """A rule file, or one ``PrometheusRule`` resource in it (number ``part``, from 0).

    Attributes:
        path: the path of the file.
        text: the text that promtool reads, with custom resources unwrapped.
        part: the number of the resource in the file.
        whole: the text of the file as it was written.
    """

    path: Path
    text: str
    part: int = 0
    whole: str = field(default="", repr=False, compare=False)


class RulePlaces:
    """The other places of rule files, searched by base name, and the dialect of the rule files."""

    def __init__(self, places: Sequence[Path] = (), dialect: Dialect = Dialect.PROMETHEUS) -> None:
        """List the YAML files below the places.

        Raises:
            OSError: a place cannot be listed.
        """
        self.dialect = dialect
        self._by_name: dict[str, list[Path]] = {}
        for path in sorted({shown(path) for place in places for path in unit_files(place)}):
            self._by_name.setdefault(path.name, []).append(path)

    def named(self, entry: str) -> tuple[Path, ...]:
        """Return the file that has the base name of an entry. If several have it, return the one with the best path.

        A glob is not a name: a glob that matches no file must not stand for all rules.
        """
        return self._best(entry)[:1]

    def ambiguous(self, entry: str) -> tuple[Path, ...]:
        """List different files that fit an entry equally well; empty if one file fits best.

        Raises:
            Unreadable: a file cannot be read.
        """
        rivals = self._best(entry)
        differ = len(rivals) > 1 and len({read_text(path, str(path)) for path in rivals}) > 1
        return rivals if differ else ()

    def sources(self, path: Path) -> tuple[RuleSource, ...]:
        """Read a rule file, unwrapped.

        Raises:
            Unreadable: the file cannot be read.
            VmalertOnly: vmalert alone can read the file.
        """
        text = read_text(path, str(path))
        if self.dialect is Dialect.VICTORIA_METRICS and (why := vmalert_only(text, str(path))):
            raise VmalertOnly(why)
        return tuple(RuleSource(path, part, number, text) for number, part in enumerate(_parts(text, str(path))))

    def _best(self, entry: str) -> tuple[Path, ...]:
        wanted = PurePath(entry)
        paths = self._by_name.get(wanted.name, [])
        best = max((_shared(path, wanted) for path in paths), default=0)
        return tuple(path for path in paths if _shared(path, wanted) == best)


def found(pattern: str, folder: Path, places: RulePlaces) -> tuple[Path, ...]:
    """List the rule files of an entry of ``rule_files``: seen from the test's folder, else by base name."""
    return found_here(pattern, folder) or places.named(pattern)


def found_here(pattern: str, folder: Path) -> tuple[Path, ...]:
    """List the rule files of an entry of ``rule_files``, seen from the test's folder."""
    return tuple(map(shown, matching(str(folder / pattern))))


@lru_cache(maxsize=1024)
def _parts(text: str, path: str) -> tuple[str, ...]:
    """Unwrap a text once for all tests that load it. A changed file has another text."""
    return unwrapped(text, path)


def _shared(path: Path, wanted: PurePath) -> int:
    """Count how many of the last parts of two paths are the same."""
    count = 0
    for ours, theirs in zip(reversed(path.parts), reversed(wanted.parts), strict=False):
        if ours != theirs:
            break
        count += 1
    return count
