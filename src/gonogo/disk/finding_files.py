"""Finds files: those that a pattern matches as in Go's ``filepath.Glob``, and the YAML files below a folder."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

SERVER_PATTERN = re.compile(r"[^*]*(?:\*[^/]*)?")
"""The patterns that a server accepts in its configuration: ``*`` is allowed in the last path element only."""

_SPECIAL = re.compile(r"[*?\[\\]")
_NEVER = "(?!)"


class BadPattern(Exception):
    """A pattern that Go refuses. The pattern matches no file."""


def is_pattern(text: str) -> bool:
    """Return whether a text has a special character. A text without one is the name of one file."""
    return _SPECIAL.search(text) is not None


def escaped(text: str) -> str:
    """Return a pattern that matches exactly this text."""
    return _SPECIAL.sub(r"\\\g<0>", text)


@lru_cache(maxsize=1024)
def compiled(element: str) -> re.Pattern[str]:
    """Return the regular expression of one element of a path.

    Raises:
        BadPattern: a class is not closed or is empty, or the last character is a backslash.
    """
    written, rest = "", element
    while rest:
        first, rest = rest[0], rest[1:]
        if first == "*":
            written += "[^/]*"
        elif first == "?":
            written += "[^/]"
        elif first == "[":
            part, rest = _class(rest)
            written += part
        elif first == "\\":
            if not rest:
                raise BadPattern(f"{element!r} ends in a backslash")
            written, rest = written + re.escape(rest[0]), rest[1:]
        else:
            written += re.escape(first)
    return re.compile(written, re.DOTALL)


def _class(rest: str) -> tuple[str, str]:
    """Read a class after its bracket; return its regular expression and the text after the class."""
    negated = rest.startswith("^")
    rest = rest.removeprefix("^")
    ranges: list[str] = []
    while not (ranges and rest.startswith("]")):
        low, rest = _character(rest)
        high = low
        if rest.startswith("-"):
            high, rest = _character(rest[1:])
        ranges.append(f"{re.escape(low)}-{re.escape(high)}" if low <= high else "")
    members = "".join(ranges)
    if negated:
        return (f"[^{members}]" if members else "."), rest[1:]
    return (f"[{members}]" if members else _NEVER), rest[1:]


def _character(rest: str) -> tuple[str, str]:
    """Read one character of a class. More text must follow, because the class is not closed yet."""
    plain = rest.removeprefix("\\")
    if rest[:1] in {"", "-", "]"} or len(plain) < len(".]"):
        raise BadPattern("a class of characters is not closed, or has an end of a range without its beginning")
    return plain[0], plain[1:]


YAML_SUFFIXES = (".yml", ".yaml")

_LONGEST_PATH = 4096
"""Bytes of the longest path on Linux. A longer pattern matches no file, and Python is slow to find that out."""


def matching_files(pattern: str, root: str | os.PathLike[str] = "") -> tuple[str, ...]:
    """List the names that a pattern matches, sorted within each folder. A pattern that Go refuses matches no file.

    Args:
        pattern: an absolute pattern, or one relative to ``root``: then the names are relative as well.
        root: the folder that relative patterns start from. Wildcards in its own name are not expanded.
    """
    if not pattern or len(pattern) > _LONGEST_PATH:
        return ()
    try:
        return tuple(_matching(pattern, os.fspath(root)))
    except BadPattern:
        return ()


def _matching(pattern: str, root: str) -> Iterator[str]:
    if not is_pattern(pattern):
        if os.path.lexists(posixpath.join(root, pattern)):
            yield pattern
        return
    folder, _, last = pattern.rpartition("/")
    top = folder or ("/" if pattern.startswith("/") else "")
    matches = compiled(last).fullmatch
    for found in _matching(top, root) if is_pattern(top) else (top,):
        yield from (posixpath.join(found, name) for name in _names(posixpath.join(root, found)) if matches(name))


def _names(folder: str) -> list[str]:
    try:
        return sorted(entry.name for entry in Path(folder).iterdir())
    except OSError:
        return []


def yaml_files(top: Path, *, each_once: bool) -> Iterator[Path]:
    """Yield the YAML files below a folder, those of a folder before those of its subfolders, sorted by name.

    Links are followed, but never back into a folder that contains the link. A link to nothing is listed too, so that
    reading it fails with an error.

    Args:
        top: the folder.
        each_once: true to list no place twice, even if several links lead to it.

    Raises:
        OSError: a folder cannot be listed.
    """
    seen: set[tuple[int, int]] = set()
    waiting: list[tuple[Path, frozenset[tuple[int, int]]]] = [(top, frozenset())]
    for folder, above in waiting:
        here = _identity(folder)
        if here & (seen if each_once else above):
            continue
        seen |= here
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
        waiting += [(Path(entry.path), above | here) for entry in listed if _is_folder(entry)]
        for path in (Path(one.path) for one in listed if one.name.endswith(YAML_SUFFIXES) and not _is_folder(one)):
            identity = _identity(path) if each_once else frozenset()
            if not identity & seen:
                seen |= identity
                yield path


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a loop of links: reading it as a file will fail with an error


def _identity(path: Path) -> frozenset[tuple[int, int]]:
    """Return the device and number of a file; an empty set if a link leads nowhere."""
    try:
        status = path.stat()
    except OSError:
        return frozenset()
    return frozenset({(status.st_dev, status.st_ino)})
