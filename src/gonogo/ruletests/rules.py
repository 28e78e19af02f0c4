"""Finds the rule files that a test file names: from its own folder, as promtool does, or by base name elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePath

from gonogo.disk.naming import shown
from gonogo.disk.reading import Unreadable, read_text
from gonogo.formats.dialect import Dialect
from gonogo.formats.unwrap import unwrapped
from gonogo.formats.vmalert_only import vmalert_only
from gonogo.policy.inputs import matching, unit_files


class VmalertOnly(Unreadable):
    """A file that programs of VictoriaMetrics read and promtool does not."""


@dataclass(frozen=True, slots=True)
class RuleSource:
    """A rule file, or one ``PrometheusRule`` of it (the ``part``-th, from 0).

    Attributes:
        path: where it was found.
        text: as promtool reads it, custom resources unwrapped.
        part: which resource of the file it is.
        whole: the file's text, as it is written.
    """

    path: Path
    text: str
    part: int = 0
    whole: str = field(default="", repr=False, compare=False)


class RulePlaces:
    """Where rules live beside what test files say, by base name, and the dialect that they are written in."""

    def __init__(self, places: Sequence[Path] = (), dialect: Dialect = Dialect.PROMETHEUS) -> None:
        """List the YAML files below the places.

        Raises:
            OSError: one of them cannot be listed.
        """
        self.dialect = dialect
        self._by_name: dict[str, list[Path]] = {}
        for path in sorted({shown(path) for place in places for path in unit_files(place)}):
            self._by_name.setdefault(path.name, []).append(path)

    def named(self, entry: str) -> tuple[Path, ...]:
        """Give the file that has the base name of an entry, the one whose path fits best where several have.

        A glob is no name: one that matches nothing must not come to mean every rule there is.
        """
        return self._best(entry)[:1]

    def ambiguous(self, entry: str) -> tuple[Path, ...]:
        """List files that fit an entry equally well and differ; none where the choice is clear.

        Raises:
            Unreadable: one of them cannot be read.
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
    """List what an entry of ``rule_files`` stands for: files seen from the test's folder, else by base name."""
    return found_here(pattern, folder) or places.named(pattern)


def found_here(pattern: str, folder: Path) -> tuple[Path, ...]:
    """List the files that an entry of ``rule_files`` stands for, seen from the test's folder."""
    return tuple(map(shown, matching(str(folder / pattern))))


def altered(rules: Iterable[RuleSource], texts: Mapping[Path, str]) -> tuple[RuleSource, ...]:
    """Give the rules with other texts of some files, written as the files are (wrapped, where they are)."""
    return tuple(
        RuleSource(rule.path, _parts(texts[rule.path], str(rule.path))[rule.part], rule.part, texts[rule.path])
        if rule.path in texts
        else rule
        for rule in rules
    )


@lru_cache(maxsize=1024)
def _parts(text: str, path: str) -> tuple[str, ...]:
    """Unwrap a text once, however many tests load it; a changed file is another text."""
    return unwrapped(text, path)


def _shared(path: Path, wanted: PurePath) -> int:
    """Count how many of the last parts of two paths are the same."""
    count = 0
    for ours, theirs in zip(reversed(path.parts), reversed(wanted.parts), strict=False):
        if ours != theirs:
            break
        count += 1
    return count
