"""The checks of a tree before a server may read it: lint, unit tests, and promtool on the server's side."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from os.path import relpath
from pathlib import Path
from tempfile import TemporaryDirectory

from gonogo.errors import MissingTool
from gonogo.journal.runs import Run
from gonogo.lint.arbitration import arbitrate
from gonogo.lint.inputs import policy_inputs
from gonogo.lint.recorded import as_run, lint
from gonogo.lint.request import AskedPromtool, LintRequest
from gonogo.lint.run import run_lint
from gonogo.model.outcome import Outcome
from gonogo.model.policy import OBS_LINT, PROMQL_UNIT
from gonogo.model.versions import features_for, release
from gonogo.policy.inputs import unit_files
from gonogo.policy.settings import PolicyFile
from gonogo.programs.promtool import installed_promtool
from gonogo.reload.course import Done, judged, left_out
from gonogo.reload.mirror import Mirror
from gonogo.reload.place import ReloadPlace, ReloadRequest
from gonogo.server.server_state import ServerState


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
        arbiter = arbitrate(policy_inputs(policy_file), side, Path(scratch))
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
