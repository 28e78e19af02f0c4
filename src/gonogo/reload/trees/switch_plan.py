"""The plan of a switch: all changes, found before the first one is made.

A plan has the old and the new state of each file. In place, a user or a program has changed the files already. Then
the old state is the last good copy, and the new state is on disk.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gonogo.disk.regular_file import NotReadable
from gonogo.model.replacing import replace
from gonogo.reload.trees.good_trees import GoodTree
from gonogo.reload.trees.hindrances import hindrances, left_behind, links_replaced, secrets_differ
from gonogo.reload.trees.manifest import Manifest, ManifestEntry, entry_at, snapshot
from gonogo.reload.trees.marker import Plan, TreeChange
from gonogo.reload.trees.rights import Rights, rights_like
from gonogo.reload.trees.state_folder import StateFolder, kept
from gonogo.reload.trees.switch_trouble import NoWayBack, Unfit
from gonogo.reload.trees.tree import GLOBBED, FileKind, LinkChange, Named, Tree, files_of, names_in, names_of, walked


def plan_switch(live: Tree, staged: Tree) -> Plan:
    """Plan to bring the staged tree into the live folder.

    If the live folder is a symbolic link, the link will lead to the staged folder itself, which must then stay.
    Otherwise files are put one by one. Each file keeps the rights of the file that it replaces. A new file gets the
    rights of the files of its kind in its folder. If there are none, or they differ, it gets the rights of the
    configuration. Rule files and scrape files are removed if the new configuration matches them and the staged tree
    does not have them. Secrets are never put. A link to a single file is never replaced, because the file behind the
    link would stay old.

    Raises:
        Unfit: the switch is not possible, with every reason that can be seen now. Nothing was changed.
    """
    if live.root.resolve() == staged.root.resolve():
        raise Unfit("this is the live tree itself", staged.root, ("to reload its files, leave out --from",))
    new, old = snapshot(staged), snapshot(live)
    names = names_of(staged)
    if live.root.is_symlink():
        _unless(live, left_behind(live, staged, names))
        return Plan(live, old, new, (), (_link_change(live.root, staged.root),), source=staged)
    exactly = (Named(entry.kind, name, is_glob=False) for name, entry in _switched(new).items())
    wanted = (*(one for one in names if one.kind in GLOBBED), *exactly, *_secrets_of(live))
    changes = tuple(_ordered(_changes(snapshot(live, wanted).entries, new, old.entries[live.config])))
    lost = (one.name for one in changes if one.before is not None and one.before.kind is FileKind.REFERENCE)
    reasons = (
        *(f"{name} is a secret of the live tree: it would be replaced, and could not be put back" for name in lost),
        *links_replaced(live, {one.name: (one.before, one.after) for one in changes}),
        *secrets_differ(live, staged, names),
        *hindrances(live, {one.name: one.after for one in changes}),
    )
    _unless(live, reasons)
    return Plan(live, old, new, changes, folders=_missing_folders(live, changes), source=staged)


def plan_in_place(state: StateFolder, live: Tree, good: GoodTree) -> Plan:
    """Plan for a live folder that has the new files already. Nothing is put. A rollback uses the last good copy.

    Raises:
        Unfit: the live folder cannot be read, with every reason.
        NoWayBack: the last good copy could not be put back, with every reason.
        ActionFailed: the last good copy is damaged.
    """
    old, new = good.manifest, snapshot(live)
    text = kept(state.objects, old.entries[old.config].sha256).decode(errors="replace")
    globs = (one for one in names_in(text, live, live.config) if one.kind in GLOBBED)
    was = old.kept
    candidates = {**files_of(live, globs), **{name: entry.kind for name, entry in was.items()}}
    secrets = files_of(live, _secrets_of(live)).keys() & candidates.keys()
    if secrets:
        reasons = tuple(f"{name} is a secret only now, and cannot be put back" for name in sorted(secrets))
        raise NoWayBack(live.root, reasons)
    now = snapshot(live, [Named(kind, name, is_glob=False) for name, kind in candidates.items()]).entries
    links = links_back(live, old)
    by_link = solved_by(links, live, candidates)
    found = (TreeChange(name, was.get(name), now.get(name)) for name in sorted(candidates) if name not in by_link)
    changes = tuple(_ordered(one for one in found if _differ(one)))
    reasons = tuple(dict.fromkeys(hindrances(live, {one.name: one.before for one in changes})))
    if reasons:
        raise NoWayBack(live.root, reasons)
    return Plan(live, old, new, changes, links, in_place=True, source=live)


def _unless(live: Tree, reasons: Iterable[str]) -> None:
    """Refuse the switch if there is any reason."""
    if found := tuple(dict.fromkeys(reasons)):
        raise Unfit("the tree cannot be switched", live.root, found)


def _differ(change: TreeChange) -> bool:
    before, after = change.before, change.after
    return before is None or after is None or not before.alike(after)


def _ordered(changes: Iterable[TreeChange]) -> list[TreeChange]:
    """Order changes: first the files to put, with the configuration last, then the files to remove."""
    return sorted(
        changes, key=lambda one: (one.after is None, bool(one.after and one.after.kind is FileKind.CONFIG), one.name)
    )


def _secrets_of(tree: Tree) -> Iterator[Named]:
    return (one for one in names_of(tree) if one.kind is FileKind.REFERENCE)


def _switched(manifest: Manifest) -> dict[str, ManifestEntry]:
    """Return the files that a switch puts: all files inside the tree except references."""
    ours = manifest.entries.items()
    return {name: entry for name, entry in ours if entry.kind is not FileKind.REFERENCE and not name.startswith("/")}


def _changes(live: Mapping[str, ManifestEntry], staged: Manifest, template: ManifestEntry) -> Iterator[TreeChange]:
    wanted, models = _switched(staged), _models(live)
    for name, entry in wanted.items():
        before = live.get(name)
        if before is None:
            model = models.get((posixpath.dirname(name), entry.kind)) or template.rights
            yield TreeChange(name, None, replace(entry, rights=rights_like(model), link=None))
        elif before.sha256 != entry.sha256:
            yield TreeChange(name, before, replace(entry, rights=before.rights, link=None))
    for name, entry in live.items():
        if name not in wanted and entry.kind in GLOBBED and not name.startswith("/"):
            yield TreeChange(name, entry, None)


def _models(live: Mapping[str, ManifestEntry]) -> dict[tuple[str, FileKind], Rights | None]:
    """Return the rights that all files of a kind in a folder share, or ``None`` if they differ."""
    models: dict[tuple[str, FileKind], Rights | None] = {}
    for name, entry in live.items():
        place, rights = (posixpath.dirname(name), entry.kind), entry.rights.access
        models[place] = rights if models.get(place, rights) == rights else None
    return models


def _link_change(link: Path, staged: Path) -> LinkChange:
    """Return the change of a link. A relative link stays relative: containers have the folders at other paths."""
    before = str(link.readlink())
    target = staged.resolve()
    relative = os.path.relpath(target, link.parent.resolve())
    return LinkChange(link, before, str(target) if before.startswith("/") else relative)


def _missing_folders(live: Tree, changes: Iterable[TreeChange]) -> tuple[str, ...]:
    missing = set()
    for change in changes:
        folder = live.path(change.name).parent
        while change.after and not os.path.lexists(folder):
            missing.add(str(folder.relative_to(live.root)))
            folder = folder.parent
    return tuple(sorted(missing))


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
