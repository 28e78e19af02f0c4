"""Finds the rule files that a test file names: from its own folder, as promtool does, or by base name elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path, PurePath

from gonogo.app.inputs import matching, unit_files
from gonogo.app.naming import shown
from gonogo.unit.unwrap import unwrapped


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
    """Where rules live beside what test files say, by base name."""

    def __init__(self, places: Sequence[Path] = ()) -> None:
        """List the YAML files below the places.

        Raises:
            OSError: one of them cannot be listed.
        """
        self._by_name: dict[str, list[Path]] = {}
        for path in sorted({shown(path) for place in places for path in unit_files(place)}):
            self._by_name.setdefault(path.name, []).append(path)

    def named(self, pattern: str) -> tuple[Path, ...]:
        """List the files whose base name a pattern has; the one whose path fits best where one name is there twice."""
        wanted = PurePath(pattern)
        names = [name for name in self._by_name if fnmatchcase(name, wanted.name)]
        return tuple(_nearest(self._by_name[name], wanted) for name in sorted(names))

    def ambiguous(self, pattern: str) -> tuple[Path, ...]:
        """List files of one base name that fit a pattern equally well and differ; none where the choice is clear."""
        wanted = PurePath(pattern)
        for name, paths in self._by_name.items():
            if len(paths) > 1 and fnmatchcase(name, wanted.name):
                best = max(_shared(path, wanted) for path in paths)
                rivals = [path for path in paths if _shared(path, wanted) == best]
                if len({path.read_bytes() for path in rivals}) > 1:
                    return tuple(rivals)
        return ()


def found(pattern: str, folder: Path, places: RulePlaces) -> tuple[Path, ...]:
    """List what an entry of ``rule_files`` stands for: files seen from the test's folder, else by base name."""
    return found_here(pattern, folder) or places.named(pattern)


def found_here(pattern: str, folder: Path) -> tuple[Path, ...]:
    """List the files that an entry of ``rule_files`` stands for, seen from the test's folder."""
    return tuple(map(shown, matching(str(folder / pattern))))


def sources(path: Path) -> tuple[RuleSource, ...]:
    """Read a rule file, unwrapped.

    Raises:
        OSError: it cannot be read.
        UnicodeDecodeError: it is no text.
    """
    text = path.read_text(encoding="utf-8")
    return tuple(RuleSource(path, part, number, text) for number, part in enumerate(_parts(text, str(path))))


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


def _nearest(paths: list[Path], wanted: PurePath) -> Path:
    return max(paths, key=lambda path: _shared(path, wanted))


def _shared(path: Path, wanted: PurePath) -> int:
    """Count how many of the last parts of two paths are the same."""
    count = 0
    for ours, theirs in zip(reversed(path.parts), reversed(wanted.parts), strict=False):
        if ours != theirs:
            break
        count += 1
    return count
