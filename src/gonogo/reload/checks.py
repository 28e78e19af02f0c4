"""The checks of a tree before a server may read it: lint, unit tests, and promtool on the server's side.

A staged configuration may name files by the paths of the live folder, its tests lie beside the live folder, and secrets
stay where they are. So gonogo checks a mirror: links to the staged files in the layout of the live folder, and the
configuration with its own paths.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os.path import relpath
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from gonogo.disk.finding_files import escaped
from gonogo.disk.regular_file import text_of
from gonogo.errors import MissingTool
from gonogo.journal.runs import Run
from gonogo.lint.arbitration import arbitrate
from gonogo.lint.inputs import policy_inputs
from gonogo.lint.recorded import as_run, lint
from gonogo.lint.request import AskedPromtool, LintRequest
from gonogo.lint.run import run_lint
from gonogo.model.outcome import Outcome
from gonogo.model.policy import OBS_LINT, PROMQL_UNIT
from gonogo.model.replacing import replace
from gonogo.model.versions import features_for, release
from gonogo.policy.inputs import unit_files
from gonogo.policy.settings import PolicyFile
from gonogo.programs.promtool import installed_promtool
from gonogo.reload.course import Done, judged, left_out
from gonogo.reload.place import ReloadPlace, ReloadRequest
from gonogo.reload.trees.manifest import Manifest
from gonogo.reload.trees.tree import FileKind, Tree, names_of
from gonogo.server.server_state import ServerState


class Mirror(Struct, frozen=True):
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
        places = tuple(map(Path.absolute, policy_file.tests))
        moved = tuple(top / one.relative_to(above) if one.is_relative_to(above) else one for one in places)
        yield Mirror(_named(policy_file, live, root, moved), root, names)


def _called(mirrored: Path, real: Path) -> Iterator[tuple[str, str]]:
    """List the names of a folder of the mirror. Findings name files relative to the working directory."""
    yield str(mirrored), str(real)
    with suppress(OSError, ValueError):  # the working directory is gone, or elsewhere
        yield str(mirrored.relative_to(Path.cwd())), str(real)


def staged_policy(policy_file: PolicyFile, live: Tree | None, staged: Tree | None) -> PolicyFile:
    """Return the policy with the staged files in place of the live ones."""
    return policy_file if live is None or staged is None else _named(policy_file, live, staged.root, policy_file.tests)


def _named(policy_file: PolicyFile, live: Tree, root: Path, tests: tuple[Path, ...]) -> PolicyFile:
    """Return the policy with the files of another folder in place of the live ones."""
    below = f"{escaped(str(live.root))}/"
    rules = tuple(
        f"{escaped(str(root))}/{glob.removeprefix(below)}" if glob.startswith(below) else glob
        for glob in policy_file.rules
    )
    return replace(policy_file, rules=rules, tests=tests, server=replace(policy_file.server, config=root / live.config))


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


def running_as(policy_file: PolicyFile, server: ServerState | None) -> PolicyFile:
    """Return the policy with the server's features turned on, as far as the promtool here has them."""
    named = policy_file.server.features
    try:
        taken = features_for(server.features if server else (), installed_promtool().release).flags
    except MissingTool:
        return policy_file  # the steps that need promtool say so
    return replace(policy_file, server=replace(policy_file.server, features=tuple(dict.fromkeys((*named, *taken)))))


def lint_step(request: ReloadRequest, mirror: Mirror) -> Done[None]:
    """Lint the new tree. Only a live tree must be tracked by git."""
    asked = LintRequest(policy_file=mirror.policy_file)
    made = _just_made(request, OBS_LINT)
    if made is None:
        made = lint(mirror.policy_file) if request.staged is None else as_run(run_lint(asked), asked)
    return _of_run(made, mirror)


def unit_step(request: ReloadRequest, mirror: Mirror) -> Done[None]:
    """Run the unit tests of the rules. Skip the step if the policy neither has nor requires unit tests."""
    required = PROMQL_UNIT in request.policy_file.policy.runs.required
    if not required and not any(_has_tests(place) for place in mirror.policy_file.tests):
        return left_out("there are no unit tests, and the policy requires none")
    from gonogo.ruletests.recorded import unit  # noqa: PLC0415 - only a policy with unit tests needs all that

    return _of_run(_just_made(request, PROMQL_UNIT) or unit(mirror.policy_file), mirror)


def cross_check_step(
    request: ReloadRequest, place: ReloadPlace, mirror: Mirror, before: ServerState | None
) -> Done[None]:
    """Check that every promtool has the server's version, and that the one on the server's side accepts the tree."""
    settings = place.policy_file.reload
    here = AskedPromtool(demanded=place.policy_file.server.features, running=before.features if before else ())
    there = _other_side(place, mirror, here) if settings.promtool else None
    found = here.promtool()
    versions = {"promtool": found.version}
    reasons: list[str] = []
    if there is not None:
        name = " ".join(settings.promtool)
        arbiter_version, refused = _asked(mirror.policy_file, there)
        versions[name] = arbiter_version
        reasons += (f"{name}: {mirror.with_real_paths(one)}" for one in refused)
    server = before.version if before is not None else None
    skewed = tuple(_skewed(versions, server)) if before is not None else ()
    if not request.allow_version_skew:
        reasons += skewed
    versions_here = "; ".join(f"{name} {version or 'shows no version'}" for name, version in versions.items())
    excused = f", allowed: {'; '.join(skewed)}" if skewed else ""
    lacking = f"; promtool cannot turn on the server's {', '.join(found.lacking)}" if found.lacking else ""
    well = f"{versions_here}; the server {server or 'shows no version'}{excused}{lacking}"
    return judged(tuple(reasons), well, versions={**versions, "server": server}, version_skew_allowed=bool(skewed))


def _skewed(versions: dict[str, str], server: str | None) -> Iterator[str]:
    wanted = release(server or "")
    if wanted is None:
        yield "the server shows no version, so it is not known which promtool has the same version"
        return
    for name, version in versions.items():
        if release(version) != wanted:
            yield (
                f"{name} has version {version or 'unknown'}, the server has {server}: {name} may accept files that the "
                "server refuses (install the server's version, or --allow-version-skew)"
            )


def _other_side(place: ReloadPlace, mirror: Mirror, here: AskedPromtool) -> AskedPromtool:
    """Return the promtool on the server's side, with the paths under which it sees the staged tree."""
    settings = place.policy_file.reload
    real = place.staged or place.live
    if real is None:
        return replace(here, command=settings.promtool)
    base = settings.promtool_base or (place.live.root if place.live else real.root)
    if settings.promtool_root is None:
        return replace(here, command=settings.promtool, root=str(real.root), base=str(mirror.root))
    root = posixpath.normpath(posixpath.join(settings.promtool_root, relpath(real.root, base)))
    return replace(here, command=settings.promtool, root=root, base=str(mirror.root))


def _asked(policy_file: PolicyFile, side: AskedPromtool) -> tuple[str, tuple[str, ...]]:
    with TemporaryDirectory(prefix="gonogo-cross-") as scratch:
        arbiter = arbitrate(policy_inputs(policy_file), side, side.promtool(), Path(scratch))
    return arbiter.version, tuple(f"{one.where.start}: {one.message}" for one in arbiter.refusals)


def _just_made(request: ReloadRequest, kind: str) -> Run | None:
    return next((run for run in request.checked if run.kind == kind), None)


def _of_run(run: Run, mirror: Mirror) -> Done[None]:
    outcome, found = (Outcome.PASS, ()) if run.passed else (Outcome.FAIL, run.findings or (run.detail,))
    reasons = tuple(dict.fromkeys(mirror.with_real_paths(finding).strip() for finding in found))
    return Done(outcome, mirror.with_real_paths(run.detail), reasons, run.seen, run.tools)


def _has_tests(place: Path) -> bool:
    try:
        return place.exists() and bool(unit_files(place))
    except OSError:
        return True  # the run of the tests reports the error
