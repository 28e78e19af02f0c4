"""Finds test files: below folders, by globs, or by their own names."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path

from gonogo.disk.regular_file import Unreadable, read_text
from gonogo.errors import Position, Problem, UsageError
from gonogo.formats.test_file import is_unit
from gonogo.formats.yaml import parse_documents
from gonogo.policy.inputs import TEST_SUFFIXES, unit_files
from gonogo.ruletests.core.report import SilentFinding
from gonogo.ruletests.silent.passes import NO_TESTS_FOUND

_NAMED_SO = tuple(f"_test{suffix}" for suffix in TEST_SUFFIXES)
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
        return tuple(filter(_is_test, _matched(place)))
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}", next_step="name files that can be read") from error


def _matched(pattern: str) -> Iterator[Path]:
    for name in glob.glob(pattern, recursive=True):  # noqa: PTH207 - Path.glob takes no absolute pattern
        yield from unit_files(Path(name))


def _is_test(path: Path) -> bool:
    if path.name.endswith(_NAMED_SO):
        return True
    if not path.name.endswith(TEST_SUFFIXES):
        return False
    try:
        text = read_text(path, str(path))
    except Unreadable:
        return True
    if "rule_files" not in text and "_test" not in text:
        return False
    documents = parse_documents(text, str(path))
    return any(is_unit(document.value) for document in documents)
