"""Configurations on disk to switch between, and the exact content of their folders."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from msgspec import Struct

from gonogo.reload.trees.manifest import Manifest, ManifestEntry, snapshot
from gonogo.reload.trees.marker import Plan
from gonogo.reload.trees.state_folder import StateFolder, state_folder
from gonogo.reload.trees.switch import switch
from gonogo.reload.trees.switch_plan import plan_switch
from gonogo.reload.trees.tree import Tree, live_tree, staged_tree
from tests.marked_files import attributes, mark

CONFIG = """\
global: {scrape_interval: 15s}
rule_files: [rules/*.yml, extra.yml]
scrape_config_files: [scrapes/*.yml]
scrape_configs:
- job_name: api
  basic_auth: {username: me, password_file: secrets/password}
  tls_config: {ca_file: tls/ca.pem}
  file_sd_configs: [{files: [targets/*.json]}]
"""
OLD = {
    "prometheus.yml": CONFIG,
    "rules/a.yml": "groups: [] # a\n",
    "rules/b.yml": "groups: [] # b\n",
    "rules/gone.yml": "groups: [] # gone\n",
    "scrapes/one.yml": "scrape_configs: []\n",
    "tls/ca.pem": "old ca\n",
    "targets/api.json": "[]\n",
    "secrets/password": "hunter2\n",
    "README": "nobody's\n",
}
NEW = {
    "prometheus.yml": CONFIG.replace("15s", "30s"),
    "rules/a.yml": "groups: [] # a, changed\n",
    "rules/b.yml": "groups: [] # b\n",
    "rules/c.yml": "groups: [] # new\n",
    "extra.yml": "groups: [] # extra\n",
    "scrapes/one.yml": "scrape_configs: [] # changed\n",
    "scrapes/two.yml": "scrape_configs: []\n",
    "tls/ca.pem": "new ca\n",
    "targets/api.json": "[] # changed\n",
}
MARKED = {"prometheus.yml", "rules/gone.yml", "scrapes/one.yml", "tls/ca.pem"}
"""Files of a live tree that have an ACL and an attribute of their own."""
SERVER = "http://127.0.0.1:9090"

Stand = dict[str, tuple[object, ...]]
"""What stands below a folder: by name the link's text or the rights, and the bytes."""


class Place(Struct, frozen=True):
    """A live tree, a staged one, and the folder of the server's reloads."""

    live: Tree
    staged: Tree
    state: StateFolder

    def stand(self) -> Stand:
        """Give what stands in the live tree now."""
        return stand(self.live.root)


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def place(folder: Path, old: Mapping[str, str] = OLD, new: Mapping[str, str] = NEW) -> Place:
    """Write a live tree with its own modes and attributes, and a staged one without."""
    write(folder / "live", old)
    write(folder / "staged", new)
    (folder / "live/prometheus.yml").chmod(0o640)
    for name in MARKED & old.keys():
        mark(folder / "live" / name)
    live = live_tree(folder / "live/prometheus.yml")
    return Place(live, staged_tree(folder / "staged", live), state_folder(folder / ".gonogo", SERVER))


def linked_place(folder: Path) -> Place:
    """Write two releases, and a link to the older one as the live tree."""
    write(folder / "releases/1", OLD)
    write(folder / "releases/2", {**NEW, "secrets/password": "hunter2\n"})
    (folder / "live").symlink_to("releases/1")
    live = live_tree(folder / "live/prometheus.yml")
    return Place(live, staged_tree(folder / "releases/2", live), state_folder(folder / ".gonogo", SERVER))


def stand(root: Path) -> Stand:
    """Return the files below a folder, without folders. Temporary files are included."""
    found: Stand = {"": (str(root.readlink()),)} if root.is_symlink() else {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            link = str(path.readlink()) if path.is_symlink() else None
            found[str(path.relative_to(root))] = (link or _rights(path), path.read_bytes() if path.is_file() else b"")
    return found


def _rights(path: Path) -> tuple[object, ...]:
    status = path.lstat()
    return stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, attributes(path)


def same(tree: Tree, manifest: Manifest) -> bool:
    """Return whether a tree still has the same files, bytes and rights."""
    return not differences(manifest, snapshot(tree))


def differences(before: Manifest, now: Manifest) -> tuple[str, ...]:
    """Return every difference of two manifests, rights included, one clause for each file."""
    return tuple(_differences(before.entries, now.entries))


def _differences(was: Mapping[str, ManifestEntry], now: Mapping[str, ManifestEntry]) -> Iterator[str]:
    for name in sorted(was.keys() | now.keys()):
        before, after = was.get(name), now.get(name)
        if before is None or after is None:
            yield f"{name} {'was not there' if before is None else 'is missing'}"
        elif not before.alike(after):
            same_bytes = before.sha256 == after.sha256 and before.sha256
            yield f"{name} has {'another mode, owner or attribute' if same_bytes else 'other bytes'}"


def text_of(stands: Stand) -> dict[str, str]:
    """Return the text of each file of a stand."""
    return {name: what[1].decode() for name, what in stands.items() if name and isinstance(what[1], bytes)}


def switch_now(here: Place, at_step: Callable[[str], object] = str) -> Plan:
    """Plan a switch and carry it out."""
    plan = plan_switch(here.live, here.staged)
    switch(here.state, plan, at_step)
    return plan


BOTH_LAYOUTS = pytest.mark.parametrize("make", [place, linked_place])
"""File by file, and by the one link of the whole tree."""
