"""Finds test files (below folders, by globs, by name), and reads them with the rule files that they name.

A rule file is found from the test's folder, as in promtool, or by its base name in other places.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from functools import lru_cache
from itertools import takewhile
from pathlib import Path, PurePath

from gonogo.disk.finding_files import YAML_SUFFIXES
from gonogo.disk.naming import shown
from gonogo.disk.regular_file import Unreadable, read_text
from gonogo.errors import Position, Problem, UsageError
from gonogo.formats.dialect import Dialect
from gonogo.formats.flow import unwrapped
from gonogo.formats.test_file import RuleFileEntry, is_unit, read_unit
from gonogo.formats.vmalert_only import vmalert_only
from gonogo.formats.yaml import parse_documents
from gonogo.model.versions import Version
from gonogo.policy.inputs import matching, unit_files
from gonogo.ruletests.core.loaded import Loaded, LoadedEntry, RuleSource
from gonogo.ruletests.core.report import SilentFinding
from gonogo.ruletests.silent.passes import NO_TESTS_FOUND

_NAMED_SO = tuple(f"_test{suffix}" for suffix in YAML_SUFFIXES)
_MAGIC = frozenset("*?[")


def find_tests(places: Sequence[str]) -> tuple[tuple[Path, ...], tuple[SilentFinding, ...]]:
    """List the test files of some places, sorted, and the places without a test file.

    A file named by its path counts as a test file, with any content. Below a folder and under a glob, a file is a test
    file if its name ends in ``_test.yml`` or ``_test.yaml``, or it is YAML with a key that only promtool's tests have.
    A file that cannot be read counts too, because it may be a test file.

    Raises:
        UsageError: there is no such file or folder, or the folder cannot be listed.
    """
    found: set[Path] = set()
    nowhere: list[SilentFinding] = []
    for place in places:
        here = _below(place)
        found.update(here)
        if not here:
            nowhere.append(no_tests_found(place))
    return tuple(sorted(found)), tuple(nowhere)


def no_tests_found(place: str) -> SilentFinding:
    """Return the finding that a place has no test file."""
    hint = "tests are called *_test.yml or *_test.yaml"
    return SilentFinding(NO_TESTS_FOUND, Problem(Position(place, 1, 1), "there is no test file here", hint))


def _below(place: str) -> tuple[Path, ...]:
    path = Path(place)
    try:
        if path.is_dir():
            return tuple(filter(_is_test, unit_files(path)))
        if path.exists():
            return (path,)
        if not _MAGIC & set(place):
            raise UsageError(f"{place}: there is no such file or folder", next_step="name tests or a folder of tests")
        matched = glob.glob(place, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
        return tuple(path for name in matched for path in unit_files(Path(name)) if _is_test(path))
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}", next_step="name files that can be read") from error


def _is_test(path: Path) -> bool:
    if path.name.endswith(_NAMED_SO):
        return True
    if not path.name.endswith(YAML_SUFFIXES):
        return False
    try:
        text = read_text(path, str(path))
    except Unreadable:
        return True
    if "rule_files" not in text and "_test" not in text:
        return False
    documents = parse_documents(text, str(path))
    return any(is_unit(document.value) for document in documents)


class VmalertOnly(Unreadable):
    """A rule file that the programs of VictoriaMetrics can read and promtool cannot."""


class RulePlaces:
    """The other places of rule files, searched by base name, and the dialect of the rule files.

    ``inside`` are the only rule files that tests may load, without symbolic links; ``None`` if tests may load any.
    """

    def __init__(
        self, places: Sequence[Path] = (), dialect: Dialect = Dialect.PROMETHEUS, *, only: bool = False
    ) -> None:
        """List the YAML files below the places. With ``only``, tests may load no other rule file.

        Raises:
            OSError: a place cannot be listed.
        """
        self.dialect = dialect
        self.inside = frozenset(map(os.path.realpath, places)) if only else None
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
