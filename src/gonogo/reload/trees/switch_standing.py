"""Finds which tree of a switch is on disk, old or new, and which files belong to neither."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from gonogo.disk.regular_file import NotReadable
from gonogo.errors import ActionFailed
from gonogo.reload.trees.manifest import ManifestEntry, content_differences, entry_at, snapshot
from gonogo.reload.trees.marker import Plan, TreeChange
from gonogo.reload.trees.switch_trouble import Strangers, Unfit
from gonogo.reload.trees.tree import FileKind, LinkChange


class TreeSide(StrEnum):
    """The two trees of a switch."""

    OLD = "old"
    NEW = "new"


class Standing(StrEnum):
    """The state of the live folder: one of the trees, parts of both, or files that belong to neither."""

    OLD = "old"
    NEW = "new"
    MIXED = "mixed"
    FOREIGN = "foreign"


class Foreign(Struct, frozen=True):
    """A file that another program put into the tree that gonogo switches.

    Attributes:
        name: the file, or the link.
        found: the entry of the file. ``None`` if there is no file, or it cannot be read.
        why: why the file cannot be read, and so cannot be copied either.
        leads_to: the target of a link that the switch turns and another program changed.
    """

    name: str
    found: ManifestEntry | None = None
    why: str = ""
    leads_to: str = ""

    def __str__(self) -> str:
        if self.why or self.leads_to:
            return f"{self.name} ({self.why or f'leads to {self.leads_to}'})"
        return self.name if self.found else f"{self.name} (is gone)"


class DiskSurvey(Struct, frozen=True):
    """The state of the live folder, and all files that belong to neither tree."""

    standing: Standing
    foreign: tuple[Foreign, ...]


def survey(plan: Plan) -> DiskSurvey:
    """Find by the bytes of its files which tree is on disk.

    Target files that belong to neither tree fit both, because other programs may write them at any time.
    """
    sides, foreign = _survey_files(plan)
    for link in plan.links:
        fits, strange = _survey_link(link)
        sides &= fits
        foreign += strange
    if foreign:
        return DiskSurvey(Standing.FOREIGN, tuple(foreign))
    if not sides:
        return DiskSurvey(Standing.MIXED, ())
    return DiskSurvey(Standing.NEW if TreeSide.NEW in sides else Standing.OLD, ())


def is_there(plan: Plan, change: TreeChange, side: TreeSide) -> bool:
    """Return whether a file is as this side has it, mode and owner included."""
    try:
        found = entry_at(plan.live.path(change.name), kind_of(change))
    except NotReadable:
        return kind_of(change) is FileKind.TARGETS
    if not _sides_of(change, found) and kind_of(change) is FileKind.TARGETS:
        return True
    entry = wanted(change, side)
    return found is entry if found is None or entry is None else found.alike(entry)


def wanted(change: TreeChange, side: TreeSide) -> ManifestEntry | None:
    """Return the entry of a file on this side."""
    return change.before if side is TreeSide.OLD else change.after


def unlinked(plan: Plan, side: TreeSide) -> dict[str, str]:
    """Return the files that are where this side has links, with the targets of the links."""
    links = {change.name: entry.link for change in plan.changes if (entry := wanted(change, side)) and entry.link}
    return {name: text for name, text in links.items() if not plan.live.path(name).is_symlink()}


def kind_of(change: TreeChange) -> FileKind:
    """Return the use of the file in the configuration, by the side that has the file."""
    entry = change.after or change.before
    return FileKind.RULES if entry is None else entry.kind


def link_text(path: Path) -> str | None:
    """Return the target of a link, or ``None`` if there is no link."""
    try:
        return str(path.readlink())
    except OSError:
        return None


def strangers(plan: Plan, foreign: Iterable[Foreign], next_step: str = "") -> Strangers:
    """Return the error for files that belong to neither tree."""
    return Strangers(
        f"somebody else changed files since the switch began: {', '.join(str(one) for one in foreign)}",
        where=str(plan.live.root),
        why="these files belong neither to the old tree nor to the new one, and would be lost",
        next_step=f"look at them; nothing was changed{f'; {next_step}' if next_step else ''}",
    )


def _survey_files(plan: Plan) -> tuple[set[TreeSide], list[Foreign]]:
    sides, foreign = set(TreeSide), []
    for change in plan.changes:
        bound = kind_of(change) is not FileKind.TARGETS
        try:
            found = entry_at(plan.live.path(change.name), kind_of(change))
        except NotReadable as error:
            foreign += [Foreign(change.name, why=str(error))] if bound else []
            continue
        if fits := _sides_of(change, found):
            sides &= fits
        elif bound:
            foreign.append(Foreign(change.name, found))
    return sides, foreign


def _survey_link(link: LinkChange) -> tuple[set[TreeSide], list[Foreign]]:
    text, name = link_text(link.path), f"the link {link.path}"
    if text is None:
        return set(), [Foreign(name, why="there is no link any more")]
    sides = {side for side, known in ((TreeSide.OLD, link.before), (TreeSide.NEW, link.after)) if text == known}
    return sides, [] if sides else [Foreign(name, leads_to=str(link.path.parent / text))]


def _sides_of(change: TreeChange, found: ManifestEntry | None) -> set[TreeSide]:
    hashes = {side: entry and entry.sha256 for side in TreeSide for entry in (wanted(change, side),)}
    return {side for side, sha256 in hashes.items() if sha256 == (found and found.sha256)}


def verify(plan: Plan, side: TreeSide) -> None:
    """Read every file of the switch again. For the new tree, read everything that a reload would read.

    Raises:
        ActionFailed: a file is not as it must be.
    """
    wrong = tuple(f"{change.name} is not" for change in plan.changes if not is_there(plan, change, side))
    for link in plan.links:
        if link_text(link.path) != (link.before if side is TreeSide.OLD else link.after):
            wrong += (f"the link {link.path} leads elsewhere",)
    if not wrong and side is TreeSide.NEW:
        wrong = besides(plan, side)
    if wrong:
        raise ActionFailed(
            f"the {side} tree is not on disk",
            where=str(plan.live.root),
            why="; ".join(wrong),
            next_step="see who else writes there, and try again",
        )


def besides(plan: Plan, side: TreeSide) -> tuple[str, ...]:
    """List, as clauses, the differences between the live folder and one side, in the files that a reload reads."""
    try:
        return content_differences(plan.old if side is TreeSide.OLD else plan.new, snapshot(plan.live))
    except Unfit as error:
        return error.reasons
