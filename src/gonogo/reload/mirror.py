"""A mirror of the staged tree: the files as they will be once the tree is live, for checks that read files by name.

A staged configuration may name files by the paths of the live folder, its tests lie beside the live folder, and secrets
stay where they are. So gonogo checks a mirror: links to the staged files in the layout of the live folder, and the
configuration with its own paths.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from gonogo.disk.finding_files import escaped
from gonogo.disk.regular_file import text_of
from gonogo.policy.inputs import unit_files
from gonogo.policy.settings import PolicyFile
from gonogo.reload.trees.manifest import Manifest
from gonogo.reload.trees.tree import FileKind, Tree, names_of


@dataclass(frozen=True, slots=True)
class Mirror:
    """The files to check: the policy with the names of the mirrored files, and the folder that stands for the root.

    ``names`` are pairs of texts: a path of the mirror, and the real path to show in messages.
    """

    policy_file: PolicyFile
    root: Path
    names: tuple[tuple[str, str], ...] = ()

    def with_real_paths(self, text: str) -> str:
        """Return a message with the real paths of the files."""
        for mirrored, real in self.names:
            text = text.replace(mirrored, real)
        return text


@contextmanager
def mirrored(
    policy_file: PolicyFile, live: Tree | None, staged: Tree | None, manifest: Manifest | None
) -> Iterator[Mirror]:
    """Make the mirror of a staged tree, whose files ``manifest`` lists. A live tree needs no mirror."""
    if live is None or staged is None or manifest is None:
        yield Mirror(policy_file, Path() if live is None or staged is not None else live.root)
        return
    with TemporaryDirectory(prefix="gonogo-staged-") as made:
        top = Path(made).resolve()
        tests = [place.absolute() for place in policy_file.tests if place.exists()]
        above = Path(os.path.commonpath([live.root, *(place.parent for place in tests)]))
        root = top / live.root.relative_to(above)
        for path in _tests(tests, live, staged):
            _link(top / path.relative_to(above), path)
        _mirror_tree(root, live, staged, manifest)
        names = (*_called(root, staged.root), *_called(top, above))
        yield Mirror(_named(policy_file, live, root, top, above), root, names)


def _called(mirrored: Path, real: Path) -> Iterator[tuple[str, str]]:
    """List the names of a folder of the mirror. Findings name files relative to the working directory."""
    yield str(mirrored), str(real)
    with suppress(OSError, ValueError):  # the working directory is gone, or elsewhere
        yield str(mirrored.relative_to(Path.cwd())), str(real)


def staged_policy(policy_file: PolicyFile, live: Tree | None, staged: Tree | None) -> PolicyFile:
    """Return the policy with the staged files in place of the live ones."""
    return policy_file if live is None or staged is None else _named(policy_file, live, staged.root, None, None)


def _named(policy_file: PolicyFile, live: Tree, root: Path, top: Path | None, above: Path | None) -> PolicyFile:
    below = f"{escaped(str(live.root))}/"
    rules = tuple(
        f"{escaped(str(root))}/{glob.removeprefix(below)}" if glob.startswith(below) else glob
        for glob in policy_file.rules
    )
    tests = policy_file.tests
    if top is not None and above is not None:
        tests = tuple(_moved(place, top, above) for place in tests)
    return replace(policy_file, rules=rules, tests=tests, server=replace(policy_file.server, config=root / live.config))


def _moved(place: Path, top: Path, above: Path) -> Path:
    full = place.absolute()
    return top / full.relative_to(above) if full.is_relative_to(above) else full


def _tests(places: list[Path], live: Tree, staged: Tree) -> Iterator[Path]:
    """List the test files. The staged tree's own files replace those inside the live tree."""
    for place in places:
        inside = place.is_relative_to(live.root)
        if not (inside and (staged.root / place.relative_to(live.root)).exists()):
            with suppress(OSError):
                yield from unit_files(place)


def _mirror_tree(root: Path, live: Tree, staged: Tree, manifest: Manifest) -> None:
    for folder, _, names in os.walk(staged.root):
        for name in names:
            path = Path(folder, name)
            _link(root / path.relative_to(staged.root), path)
    for name in manifest.entries:
        if not name.startswith("/") and not os.path.lexists(root / name):
            _link(root / name, staged.path(name))  # in a linked folder: a glob follows the link, os.walk does not
    for one in names_of(staged):
        stays = one.kind in {FileKind.REFERENCE, FileKind.CERTIFICATE} and not one.name.startswith("/")
        kept = stays and one.name not in manifest.entries and not live.root.is_symlink()  # a turned link keeps none
        if kept and live.path(one.name).exists():
            _link(root / one.name, live.path(one.name))
    for name, entry in manifest.entries.items():
        if entry.kind in {FileKind.CONFIG, FileKind.SCRAPES} and not name.startswith("/"):
            text = text_of(staged.path(name), "surrogateescape")
            (root / name).unlink()
            own = text.replace(f"{live.home}/", f"{root}/")
            (root / name).write_text(own, encoding="utf-8", errors="surrogateescape")


def _link(place: Path, target: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(target)
