"""Reads a test file and the rule files that it names: from the test's folder, as promtool does, or by base name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from itertools import takewhile
from pathlib import Path, PurePath

from gonogo.disk.naming import shown
from gonogo.disk.regular_file import Unreadable, read_text
from gonogo.formats.dialect import Dialect
from gonogo.formats.flow import unwrapped
from gonogo.formats.test_file import RuleFileEntry, read_unit
from gonogo.formats.vmalert_only import vmalert_only
from gonogo.model.versions import Version
from gonogo.policy.inputs import matching, unit_files
from gonogo.ruletests.core.loaded import Loaded, LoadedEntry, RuleSource


class VmalertOnly(Unreadable):
    """A rule file that the programs of VictoriaMetrics can read and promtool cannot."""


class RulePlaces:
    """The other places of rule files, searched by base name, and the dialect of the rule files."""

    def __init__(self, places: Sequence[Path] = (), dialect: Dialect = Dialect.PROMETHEUS) -> None:
        """List the YAML files below the places.

        Raises:
            OSError: a place cannot be listed.
        """
        self.dialect = dialect
        self.paths = sorted({shown(path) for place in places for path in unit_files(place)})
        self._by_name: dict[str, list[Path]] = {}
        for path in self.paths:
            self._by_name.setdefault(path.name, []).append(path)

    def found(self, pattern: str, folder: Path) -> tuple[Path, ...]:
        """List the rule files of an entry of ``rule_files``: seen from the test's folder, else the one by base name.

        If several files have the base name, the one with the best path counts. A glob is not a name: a glob that
        matches no file must not stand for all rules.
        """
        return _here(pattern, folder) or self._best(pattern)[:1]

    def ambiguous(self, pattern: str, folder: Path) -> tuple[Path, ...]:
        """List different files that fit an entry of ``rule_files`` equally well; empty if one file fits best.

        Raises:
            Unreadable: a file cannot be read.
        """
        rivals = () if _here(pattern, folder) else self._best(pattern)
        differ = len(rivals) > 1 and len({read_text(path, str(path)) for path in rivals}) > 1
        return rivals if differ else ()

    def sources(self, path: Path) -> tuple[RuleSource, ...]:
        """Read a rule file, unwrapped.

        Raises:
            Unreadable: the file cannot be read.
            VmalertOnly: vmalert alone can read the file.
        """
        name, real = str(path), os.path.realpath(path)
        text = read_text(path, name)
        if self.dialect is Dialect.VICTORIA_METRICS and (why := vmalert_only(text, name)):
            raise VmalertOnly(why)
        return tuple(RuleSource(name, part, number, text, real) for number, part in enumerate(_parts(text, name)))

    def _best(self, pattern: str) -> tuple[Path, ...]:
        wanted = PurePath(pattern)
        paths = self._by_name.get(wanted.name, [])
        best = max((_shared(path, wanted) for path in paths), default=0)
        return tuple(path for path in paths if _shared(path, wanted) == best)


def load_test(path: Path, places: RulePlaces, promtool: Version | None = None) -> Loaded:
    """Read a test file and everything that it loads.

    Raises:
        Unreadable: the test file cannot be read.
    """
    text = read_text(path, str(path))
    unit = read_unit(text, str(path))
    return Loaded(text, unit, tuple(_loaded(entry, path.parent, places) for entry in unit.rule_files), promtool)


def _loaded(entry: RuleFileEntry, folder: Path, places: RulePlaces) -> LoadedEntry:
    sources: list[RuleSource] = []
    for path in places.found(entry.pattern, folder):
        try:
            sources += places.sources(path)
        except Unreadable as error:
            return LoadedEntry(entry, tuple(sources), error.problem, isinstance(error, VmalertOnly))
    return LoadedEntry(entry, tuple(sources))


def _here(pattern: str, folder: Path) -> tuple[Path, ...]:
    return tuple(map(shown, matching(str(folder / pattern))))


@lru_cache(maxsize=1024)
def _parts(text: str, path: str) -> tuple[str, ...]:
    """Unwrap a text once for all tests that load it. A changed file has another text."""
    return unwrapped(text, path)


def _shared(path: Path, wanted: PurePath) -> int:
    """Count how many of the last parts of two paths are the same."""
    pairs = zip(reversed(path.parts), reversed(wanted.parts), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
