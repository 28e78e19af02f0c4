"""Finds the symbolic links that lead elsewhere than in the last good copy and can be turned back."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from gonogo.disk.regular_file import NotReadable
from gonogo.reload.trees.manifest import Manifest, ManifestEntry, entry_at
from gonogo.reload.trees.symlinks import LinkChange, walked
from gonogo.reload.trees.tree import Tree


def links_back(live: Tree, old: Manifest) -> tuple[LinkChange, ...]:
    """Return the links that bring the old tree back, or none if turning them back would not.

    A release that was deleted or changed since cannot be used. Then the rollback puts files one by one.
    """
    found = ((Path(place), text) for place, text in old.links.items())
    links = tuple(LinkChange(path, text, str(path.readlink())) for path, text in found if _leads_elsewhere(path, text))
    kept = old.kept
    by_link = solved_by(links, live, kept)
    if not by_link or not all(_comes_back(live.path(name), kept[name], links) for name in by_link):
        return ()
    return links


def solved_by(links: Iterable[LinkChange], live: Tree, names: Iterable[str]) -> frozenset[str]:
    """Return the names whose files become other files once these links are turned back."""
    turned = _turned(links)
    if not turned:
        return frozenset()
    return frozenset(name for name in names if walked(live.path(name))[0] != walked(live.path(name), turned)[0])


def _turned(links: Iterable[LinkChange]) -> Mapping[str, str]:
    return {str(link.path): link.before for link in links}


def _leads_elsewhere(path: Path, text: str) -> bool:
    is_ours = path.is_symlink() and os.access(path.parent, os.W_OK | os.X_OK, effective_ids=True)
    return is_ours and str(path.readlink()) != text


def _comes_back(path: Path, entry: ManifestEntry, links: Iterable[LinkChange]) -> bool:
    try:
        found = entry_at(walked(path, _turned(links))[0], entry.kind)
    except (NotReadable, OSError):
        return False
    return found is not None and found.alike(entry)
