"""The contents of a tree: its configuration and its rules, as the server would read them."""

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
    """The contents of a tree.

    Attributes:
        path: the path of the configuration, for messages.
        text: the text of the configuration.
        rules: the groups of all rule files. Their ``file`` is the name in the tree.
        digest: a hash of everything that a reload reads from the tree.
        scrapes: the jobs of the files that its ``scrape_config_files`` match.
    """

    path: str
    text: str
    rules: tuple[RuleGroup, ...]
    digest: str
    scrapes: ScrapeFiles = field(default_factory=ScrapeFiles)

    def rules_seen_from(self, folder: str) -> tuple[RuleGroup, ...]:
        """Return the rules with the file names that a server uses whose configuration is in ``folder``."""
        return tuple(replace(group, file=posixpath.join(folder, group.file)) for group in self.rules)

    @property
    def unreadable(self) -> tuple[str, ...]:
        """Return why the scrape files cannot be loaded, or nothing."""
        return (self.scrapes.unreadable,) if self.scrapes.unreadable else ()

    @property
    def rule_count(self) -> int:
        """Return the number of rules."""
        return sum(len(group.rules) for group in self.rules)


def contents_of(tree: Tree, manifest: Manifest) -> Contents:
    """Read a tree whose manifest was taken.

    Raises:
        Unfit: a file changed since the manifest was taken.
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
    """Return one short hash of everything that a reload reads from a tree."""
    lines = "\n".join(f"{sha256} {name}" for name, sha256 in sorted(manifest.contents.items()))
    return hashlib.sha256(lines.encode(errors="surrogateescape")).hexdigest()[:16]


def wanted_of(contents: Contents, before: ServerState, previous: Contents | None) -> StagedConfiguration:
    """Return the state that a server must have once it has loaded a tree.

    Args:
        contents: the tree.
        before: the server before anything was changed.
        previous: the tree that the server had loaded then, if that is known. It shows the server's own defaults.
    """
    folder = folder_of(before)
    text, had = contents.text, None if previous is None else previous.text

    def differs(loaded: str) -> tuple[str, ...]:
        found = difference(text, loaded, had, before=before.configuration, folder=folder)
        return (*(one.words for one in found), *contents.unreadable)

    wanted = staged(text, contents.path, contents.rules, differs, contents.scrapes)
    return wanted if previous is None else replace(wanted, had_files=previous.scrapes)


def folder_of(server: ServerState) -> str:
    """Return the folder of a server's configuration, as its flag has it."""
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
