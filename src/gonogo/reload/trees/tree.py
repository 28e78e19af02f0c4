"""Which files make up a server's configuration, and what each is to it.

Names are relative to the tree's root, in the form in which the server reads them once the
tree is live: a staged copy may name ``/etc/prometheus/rules/*.yml``, and that means its own
``rules``. What lies outside the live root keeps its absolute name; it is the same file for
both trees. Source of the paths: Prometheus, ``config.go`` (``SetDirectory``, ``patRulePath``).
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gonogo.disk.matching_files import matching_files
from gonogo.disk.regular_file import NotReadable, read_regular
from gonogo.formats.prometheus_config import read_configuration
from gonogo.model.file_pattern import SERVER_PATTERN

_CERTIFICATES = frozenset({"ca_file", "cert_file"})


class FileKind(StrEnum):
    """What a file is to the configuration; where it is several things, the first of these.

    A reference is a file that is not ours to keep: a secret, or a certificate outside the tree. Its bytes are
    never stored, not even as a hash.
    """

    CONFIG = "config"
    RULES = "rules"
    SCRAPES = "scrapes"
    REFERENCE = "reference"
    CERTIFICATE = "certificate"
    TARGETS = "targets"


KEPT = frozenset({FileKind.CONFIG, FileKind.RULES, FileKind.SCRAPES, FileKind.CERTIFICATE})
"""What a reload reads, and so what a good tree keeps. Targets are other programs' to write at any time."""

READ_AS_TEXT = frozenset({FileKind.CONFIG, FileKind.RULES, FileKind.SCRAPES})
"""What is stored in any case, and so must be no secret."""

GLOBBED = frozenset({FileKind.RULES, FileKind.SCRAPES})
"""What the server finds by globs: a file too many is as wrong as one too few."""

_RANK = {kind: rank for rank, kind in enumerate(FileKind)}


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder with a configuration in it.

    Attributes:
        root: the folder in which its files are; not resolved: it may be a link.
        home: the folder that it is, or stands for once it is live.
        config: the name of the configuration in it.
    """

    root: Path
    home: Path
    config: str

    def path(self, name: str) -> Path:
        """Give the place of a file by its name."""
        return self.root / name


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a configuration: a glob, or the name of one file."""

    kind: FileKind
    name: str
    is_glob: bool


def live_tree(config: Path) -> Tree:
    """Give the tree that the server reads, by the path of its configuration."""
    root = config.absolute().parent
    return Tree(root, root, config.name)


def staged_tree(folder: Path, live: Tree) -> Tree:
    """Give the tree that shall be live, with the same layout in another folder."""
    return Tree(folder.absolute(), live.home, live.config)


def names_of(tree: Tree) -> tuple[Named, ...]:
    """List what the configuration of a tree names, itself first; as far as it can be read."""
    names = [Named(FileKind.CONFIG, tree.config, is_glob=False), *names_in(_text(tree, tree.config), tree, tree.config)]
    for found in sorted(_found(tree, (one for one in names if one.kind is FileKind.SCRAPES))):
        names += (one for one in names_in(_text(tree, found), tree, found) if one.kind not in GLOBBED)
    return tuple(names)


def names_in(text: str, tree: Tree, config: str) -> Iterator[Named]:
    """List what one configuration names, given as text.

    Args:
        text: the configuration.
        tree: gives the folder that the names are relative to.
        config: its own name in the tree: paths in it are relative to its folder.
    """
    document = posixpath.join(str(tree.home), config)
    configuration, _ = read_configuration(text, document)
    for kind, patterns in (
        (FileKind.RULES, tuple(entry.pattern for entry in configuration.rule_files)),
        (FileKind.SCRAPES, tuple(entry.pattern for entry in configuration.scrape_files)),
    ):
        for pattern in patterns:
            if pattern and SERVER_PATTERN.fullmatch(pattern):
                yield Named(kind, _name(posixpath.join(posixpath.dirname(document), pattern), tree), is_glob=True)
    for named in configuration.named_files:
        yield _named_file(named.key, _name(named.path, tree))


def files_of(tree: Tree, names: Iterable[Named]) -> dict[str, FileKind]:
    """Find the files of these names in a tree, links that lead nowhere among them."""
    return {name: min(kinds, key=_RANK.__getitem__) for name, kinds in kinds_of(tree, names).items()}


def kinds_of(tree: Tree, names: Iterable[Named]) -> dict[str, set[FileKind]]:
    """Find the files of these names, and all that each is."""
    files: dict[str, set[FileKind]] = {}
    for one in names:
        for found in _found(tree, (one,)):
            files.setdefault(found, set()).add(one.kind)
    return files


def _found(tree: Tree, names: Iterable[Named]) -> Iterator[str]:
    for one in names:
        if one.is_glob:
            yield from matching_files(one.name, tree.root)
        elif os.path.lexists(tree.path(one.name)):
            yield one.name


def _named_file(key: str, name: str) -> Named:
    if key == "files":
        return Named(FileKind.TARGETS, name, is_glob=True)
    ours = key in _CERTIFICATES and not name.startswith("/")
    return Named(FileKind.CERTIFICATE if ours else FileKind.REFERENCE, name, is_glob=False)


def _name(path: str, tree: Tree) -> str:
    """Turn a path of the live tree into a name: relative where it lies below the root."""
    plain = posixpath.normpath(path)
    below = str(tree.home).rstrip("/") + "/"
    return plain.removeprefix(below)


def _text(tree: Tree, name: str) -> str:
    try:
        return read_regular(tree.path(name))[0].decode(errors="replace")
    except NotReadable:
        return ""
