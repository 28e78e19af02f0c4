"""The checks of a new tree against the running server: file patterns, the preview, and the server's readiness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gonogo.model.versions import SCRAPE_CONFIG_FILES, reaches, release
from gonogo.reload.asking import disturbed
from gonogo.reload.compare.preview import Preview, Running, StagedText, preview, refusal
from gonogo.reload.compare.scrape_files import ScrapeFiles
from gonogo.reload.contents import folder_of
from gonogo.reload.course import Done, judged, left_out
from gonogo.reload.place import ReloadPlace, ReloadRequest
from gonogo.reload.print import preview_lines
from gonogo.reload.snapshot import Snapshot
from gonogo.reload.trees.switch_plan import plan_switch
from gonogo.reload.trees.switch_trouble import Unfit
from gonogo.reload.trees.tree import GLOBBED, FileKind, Tree, files_of, names_of
from gonogo.server.server_state import ServerState
from gonogo.stopping import pause


def entries_step(place: ReloadPlace, found: Snapshot) -> Done[None]:
    """Check that every file pattern matches files that can be loaded, and that secrets and certificates exist."""
    tree = place.staged or place.live
    if tree is None or found.new is None or found.manifest is None:
        return left_out("there is no tree to look at")
    kinds = Counter(entry.kind for entry in found.manifest.entries.values())
    well = (
        f"{found.new.rule_count} rules in {kinds[FileKind.RULES]} files, {kinds[FileKind.REFERENCE]} secrets are there"
    )
    wrong = (*_without_what_they_name(place, tree), *_scrape_files(tree, found), *_unswitchable(place, found))
    return judged(wrong, well)


def _unswitchable(place: ReloadPlace, found: Snapshot) -> tuple[str, ...]:
    """List what would prevent the switch to a staged tree, so that it is reported before anything is changed."""
    live, staged = place.live, place.staged
    if live is None or staged is None or found.old is None:
        return ()
    if live.root.resolve() == staged.root.resolve():
        leads_there = live.root.is_symlink()  # an earlier reload turned the link: the server may have this tree already
        return (
            () if leads_there else (f"{staged.root} is the live folder itself (to reload its files, leave out --from)",)
        )
    try:
        plan_switch(live, staged)
    except Unfit as unfit:
        return unfit.reasons
    return ()


def _without_what_they_name(place: ReloadPlace, tree: Tree) -> Iterator[str]:
    config = tree.path(tree.config)
    for one in names_of(tree):
        if one.kind in GLOBBED and not files_of(tree, (one,)):
            lost = "rules" if one.kind is FileKind.RULES else "jobs"
            yield f"{one.name} of {config} matches no file: its {lost} would disappear without an error"
        elif not one.is_glob and not any(there.path(one.name).exists() for there in (tree, place.live) if there):
            yield f"{one.name}, which {config} names, does not exist"


def _scrape_files(tree: Tree, found: Snapshot) -> Iterator[str]:
    """Report why the server could not load the files of ``scrape_config_files``."""
    version = None if found.before is None else found.before.version
    has_them = any(one.kind is FileKind.SCRAPES for one in names_of(tree))
    if has_them and not reaches(release(version or ""), SCRAPE_CONFIG_FILES):
        yield (
            f"{tree.path(tree.config)} has scrape_config_files, and the server is Prometheus {version}: only 2.43 and "
            "later read that key (write these jobs into scrape_configs, or update the server)"
        )
    if found.new is not None:
        yield from found.new.unreadable


def _preview_of(found: Snapshot) -> Preview | None:
    """Return the changes by meaning, or ``None`` if one side is not known."""
    if found.before is None or found.new is None:
        return None
    before, folder = found.before, folder_of(found.before)
    active = Counter(target.pool for target in before.targets)
    new = StagedText(found.new.text, found.new.rules_seen_from(folder), found.new.scrapes)
    previous = found.old.text if found.old is not None and found.has_old else None
    loaded = (found.old if found.has_old else None) or (found.new if found.has_new else None)
    files = ScrapeFiles() if loaded is None else loaded.scrapes
    running = Running(before.configuration, before.rules, active, files, before.pools or ())
    return preview(running, new, previous=previous, folder=folder)


def preview_step(request: ReloadRequest, place: ReloadPlace, found: Snapshot) -> Done[tuple[str, ...]]:
    """Refuse an accidental mass removal. The value has one line for each change."""
    seen = _preview_of(found)
    if seen is None:
        return left_out("the changes are not known")
    bound = place.policy_file.reload.max_removed if request.max_removed is None else request.max_removed
    reasons = tuple(f"{one} (--max-removed 100% allows that)" for one in refusal(seen, bound))
    return judged(reasons, _counted(seen), preview_lines(seen))


def _counted(seen: Preview) -> str:
    if not seen:
        return "nothing would change"
    parts = (
        f"rules +{len(seen.rules.missing)} -{len(seen.rules.extra)} ~{len(seen.rules.changed)}",
        f"jobs +{len(seen.jobs_added)} -{len(seen.jobs_removed)} ~{len(seen.jobs_changed)}",
        *((f"{len(seen.settings)} other settings",) if seen.settings else ()),
        *((f"{len(seen.losing_state)} alerts lose their state",) if seen.losing_state else ()),
    )
    return ", ".join(parts)


def readiness_step(
    request: ReloadRequest, place: ReloadPlace, before: ServerState | None, *, waits: bool
) -> Done[None]:
    """Check that the server can be asked now, and that nothing changed it since the snapshot."""
    if before is None:
        return left_out("the server could not be read")
    reasons = tuple(_unready(request, place, before))
    if reasons or not waits:
        return judged(reasons, "the server can be asked")
    waited = _gap(place, before)
    auto = ", and reloads by itself" if before.auto_reload else ""
    gap = f" after {waited:.1f} s of reload.min_gap" if waited else ""
    strangers = tuple(str(one) for one in disturbed(before, place.server.vitals()))
    return judged(strangers, f"the server is ready{gap}, can be asked by {place.policy_file.reload.trigger}{auto}")


def _unready(request: ReloadRequest, place: ReloadPlace, before: ServerState) -> Iterator[str]:
    if not before.vitals.metrics.successful and not request.repair:
        yield (
            "the server's last reload had already failed: a new failure could not be distinguished from that one "
            "(see the server's log; --repair reloads anyway)"
        )
    if why := place.server.cannot_be_asked(before):
        yield why


def _gap(place: ReloadPlace, before: ServerState) -> float:
    """Wait for the rest of the minimum gap since the last reload, of any program. Return the seconds waited."""
    since = before.now - before.vitals.metrics.success_at
    left = place.policy_file.reload.min_gap.total_seconds() - since
    if left <= 0:
        return 0.0
    left = min(left, place.policy_file.reload.min_gap.total_seconds())
    pause(left)
    return left
