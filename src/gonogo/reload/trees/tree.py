"""The files of a server's configuration, and the use of each file.

Names are relative to the root of the tree, in the form in which the server reads them once the tree is live. A staged
configuration may name ``/etc/prometheus/rules/*.yml``, and that means the staged ``rules``. A file outside the live
folder keeps its absolute name, and is the same file for both trees.

Source of the paths: Prometheus, ``config.go`` (``SetDirectory``, ``patRulePath``).
"""

from __future__ import annotations

import errno
import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct

from gonogo.disk.finding_files import SERVER_PATTERN, matching_files
from gonogo.disk.regular_file import NotReadable, read_regular
from gonogo.formats.prometheus_config import read_configuration

MOST_LINKS = 40
"""The number of links that the kernel follows. A path with more links is a loop."""


class LinkChange(Struct, frozen=True):
    """A symbolic link that is turned, with its old and new targets."""

    path: Path
    before: str
    after: str


_NONE: Mapping[str, str] = MappingProxyType({})


def walked(path: Path, turned: Mapping[str, str] = _NONE, root: Path = Path("/")) -> tuple[Path, dict[str, str]]:
    """Follow every symbolic link of an absolute path. Return the end of the path, and each link's target by its path.

    ``turned`` are assumed targets of links. Absolute paths begin at ``root``: a process in a container has its own.

    Raises:
        OSError: the links form a loop, or cannot be read.
    """
    here, links = root, dict[str, str]()
    left = list(path.parts[1:])
    followed = 0
    while left:
        part = left.pop(0)
        if part == "..":
            here = here if here == root else here.parent
            continue
        there = here / part
        text = turned.get(str(there)) or (str(there.readlink()) if there.is_symlink() else None)
        if text is None:
            here = there
            continue
        followed += 1
        if followed > MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
        links[str(there)] = text
        target = Path(text)
        here = root if target.is_absolute() else here
        left[:0] = target.parts[1:] if target.is_absolute() else target.parts
    return here, links


_CERTIFICATES = frozenset({"ca_file", "cert_file"})


class FileKind(StrEnum):
    """The use of a file in the configuration. If a file has several uses, the first of these counts.

    A reference is a file that gonogo must not keep: a secret, or a certificate outside the tree. Its bytes are never
    stored, not even as a hash.
    """

    CONFIG = "config"
    RULES = "rules"
    SCRAPES = "scrapes"
    REFERENCE = "reference"
    CERTIFICATE = "certificate"
    TARGETS = "targets"


KEPT = frozenset({FileKind.CONFIG, FileKind.RULES, FileKind.SCRAPES, FileKind.CERTIFICATE})
"""The files that a reload reads, and so the files of a good copy. Other programs may write targets at any time."""

READ_AS_TEXT = frozenset({FileKind.CONFIG, FileKind.RULES, FileKind.SCRAPES})
"""The files that are always stored, and so must not be secrets."""

GLOBBED = frozenset({FileKind.RULES, FileKind.SCRAPES})
"""The files that the server finds by globs. An additional file is as wrong as a missing one."""

_RANK = {kind: rank for rank, kind in enumerate(FileKind)}


class Tree(Struct, frozen=True):
    """A folder with a configuration in it.

    Attributes:
        root: the folder of the files. It is not resolved, and may be a link.
        home: the live folder, which this tree is, or will be once it is live.
        config: the name of the configuration in the folder.
    """

    root: Path
    home: Path
    config: str

    def path(self, name: str) -> Path:
        """Return the path of a file by its name."""
        return self.root / name


class Named(Struct, frozen=True):
    """A name in a configuration: a glob, or the name of one file."""

    kind: FileKind
    name: str
    is_glob: bool


def live_tree(config: Path) -> Tree:
    """Return the tree that the server reads, by the path of its configuration."""
    root = config.absolute().parent
    return Tree(root, root, config.name)


def staged_tree(folder: Path, live: Tree) -> Tree:
    """Return the staged tree, with the layout of the live one in another folder."""
    return Tree(folder.absolute(), live.home, live.config)


def names_of(tree: Tree) -> tuple[Named, ...]:
    """List the names in the configuration of a tree, as far as it can be read. The configuration itself comes first."""
    names = [Named(FileKind.CONFIG, tree.config, is_glob=False), *names_in(_text(tree, tree.config), tree, tree.config)]
    for found in sorted(_found(tree, (one for one in names if one.kind is FileKind.SCRAPES))):
        names += (one for one in names_in(_text(tree, found), tree, found) if one.kind not in GLOBBED)
    return tuple(names)


def names_in(text: str, tree: Tree, config: str) -> Iterator[Named]:
    """List the names in the text of one configuration of a tree. Its paths are relative to the folder of ``config``."""
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
    """Find the files of these names in a tree, broken links included."""
    return {name: min(kinds, key=_RANK.__getitem__) for name, kinds in kinds_of(tree, names).items()}


def kinds_of(tree: Tree, names: Iterable[Named]) -> dict[str, set[FileKind]]:
    """Find the files of these names, with all uses of each."""
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
    """Return the name of a path of the live tree: relative if it is below the root."""
    plain = posixpath.normpath(path)
    below = str(tree.home).rstrip("/") + "/"
    return plain.removeprefix(below)


def _text(tree: Tree, name: str) -> str:
    try:
        return read_regular(tree.path(name))[0].decode(errors="replace")
    except NotReadable:
        return ""
