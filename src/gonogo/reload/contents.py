"""What a tree says: its configuration and its rules, as the server would read them."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from gonogo.disk.regular_file import NotReadable, read_regular
from gonogo.formats.files import read_rules
from gonogo.model.rule import RuleGroup
from gonogo.reload.compare.configuration import difference
from gonogo.reload.compare.scrape_files import ScrapeFiles, read_scrape_files
from gonogo.reload.staged import StagedConfiguration, staged
from gonogo.reload.trees.kept_bytes import kept
from gonogo.reload.trees.manifest import Manifest
from gonogo.reload.trees.server_state import StateFolder
from gonogo.reload.trees.switch_trouble import Unfit
from gonogo.reload.trees.tree import FileKind, Tree
from gonogo.server.server_state import ServerState


@dataclass(frozen=True, slots=True)
class Contents:
    """What a tree says.

    Attributes:
        path: its configuration's file, for messages.
        text: its configuration.
        rules: the groups of all its rule files; their ``file`` is the name in the tree.
        digest: tells this tree from any other, by all that a reload reads.
        scrapes: the jobs of the files that its ``scrape_config_files`` match.
    """

    path: str
    text: str
    rules: tuple[RuleGroup, ...]
    digest: str
    scrapes: ScrapeFiles = field(default_factory=ScrapeFiles)

    def rules_seen_from(self, folder: str) -> tuple[RuleGroup, ...]:
        """Give the rules with the files as a server names them whose configuration is in ``folder``."""
        return tuple(replace(group, file=posixpath.join(folder, group.file)) for group in self.rules)

    @property
    def unreadable(self) -> tuple[str, ...]:
        """Why its scrape files cannot be loaded; nothing if they can."""
        return (self.scrapes.unreadable,) if self.scrapes.unreadable else ()

    @property
    def rule_count(self) -> int:
        """How many rules there are."""
        return sum(len(group.rules) for group in self.rules)


def contents_of(tree: Tree, manifest: Manifest) -> Contents:
    """Read a tree as it was taken.

    Raises:
        Unfit: a file is not as it was taken any more.
    """

    def read(name: str) -> bytes:
        try:
            content = read_regular(tree.path(name))[0]
        except NotReadable as error:
            raise Unfit("the tree cannot be read", tree.root, (f"{name}: {error}",)) from error
        if hashlib.sha256(content).hexdigest() != manifest.entries[name].sha256:
            raise Unfit("the tree changed while it was read", tree.root, (f"{name} has other bytes",))
        return content

    return _contents(str(tree.path(tree.config)), manifest, read)


def contents_kept(state: StateFolder, manifest: Manifest) -> Contents:
    """Read a tree whose bytes are kept.

    Raises:
        ActionFailed: bytes are missing or damaged.
    """
    path = posixpath.join(manifest.home, manifest.config)
    return _contents(path, manifest, lambda name: kept(state.objects, manifest.entries[name].sha256))


def digest_of(manifest: Manifest) -> str:
    """Give one short hash for all that a reload reads of a tree."""
    told = "\n".join(f"{sha256} {name}" for name, sha256 in sorted(manifest.contents.items()))
    return hashlib.sha256(told.encode(errors="surrogateescape")).hexdigest()[:16]


def wanted_of(contents: Contents, before: ServerState, previous: Contents | None) -> StagedConfiguration:
    """Tell what a server should be once it has loaded a tree.

    Args:
        contents: the tree.
        before: the server before anything was touched.
        previous: the tree that it had loaded then, where that is known: teaches its own defaults.
    """
    folder = folder_of(before)
    text, had = contents.text, None if previous is None else previous.text

    def differs(loaded: str) -> tuple[str, ...]:
        found = difference(text, loaded, had, before=before.configuration, folder=folder)
        return (*(one.words for one in found), *contents.unreadable)

    wanted = staged(text, contents.path, contents.rules, differs, contents.scrapes)
    return wanted if previous is None else replace(wanted, had_files=previous.scrapes)


def folder_of(server: ServerState) -> str:
    """Give the folder of a server's configuration, as its flag has it."""
    return posixpath.dirname(server.flags.get("config.file", ""))


def _contents(path: str, manifest: Manifest, read: Callable[[str], bytes]) -> Contents:
    text = read(manifest.config).decode(errors="replace")
    scrapes = {name: read(name).decode(errors="replace") for name in _scrape_files(manifest)}
    rules = tuple(_groups(manifest, read))
    return Contents(path, text, rules, digest_of(manifest), read_scrape_files(text, scrapes))


def _scrape_files(manifest: Manifest) -> Iterator[str]:
    return (name for name, entry in manifest.entries.items() if entry.kind is FileKind.SCRAPES)


def _groups(manifest: Manifest, read: Callable[[str], bytes]) -> Iterator[RuleGroup]:
    for name, entry in manifest.entries.items():
        if entry.kind is FileKind.RULES:
            yield from read_rules(read(name).decode(errors="replace"), name).groups
