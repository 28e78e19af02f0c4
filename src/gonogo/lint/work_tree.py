"""Asks git for inputs of a policy that are not tracked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from gonogo.disk.naming import shown
from gonogo.disk.regular_file import read_some
from gonogo.errors import MissingTool, cause_of
from gonogo.lint.core.estate import Estate, Untracked
from gonogo.lint.inputs import files_of_tests
from gonogo.lint.run import Informant
from gonogo.policy.file import SANDBOX_MARK
from gonogo.policy.inputs import rule_files
from gonogo.policy.settings import PolicyFile
from gonogo.programs.running import run

RUNBOOKS = Path("docs") / "ops"

PATIENCE = 30.0
"""Seconds that git may take to list a few files."""

_LONGEST = 1 << 24
"""Bytes of the longest answer. git lists only names that are in its arguments, and Linux bounds those to 2 MiB."""


class GitSilent(Exception):
    """Git is installed and gives no answer. The message says why."""


def looking(policy_file: PolicyFile) -> Informant:
    """Return an informant that asks git. If git gives no answer, the informant adds a note."""

    def informant(estate: Estate) -> tuple[Estate, tuple[str, ...]]:
        try:
            return estate.having(untracked=untracked(policy_file)), ()
        except GitSilent as error:
            return estate, (f"whether the inputs are in git is not known: {error}",)

    return informant


def untracked(policy_file: PolicyFile) -> tuple[Untracked, ...]:
    """Return the policy, rules, tests and runbooks that git ignores or does not track.

    Files outside the work tree and the sandbox's own files are left out.

    Raises:
        GitSilent: git is not installed although there is a work tree, or gives no answer.
    """
    folder = policy_file.path.absolute().parent
    above = (folder.resolve(), *folder.resolve().parents)
    is_sandbox = read_some(policy_file.path).startswith(SANDBOX_MARK.encode())
    if is_sandbox or not any((one / ".git").exists() for one in above):
        return ()
    top = Path(ask_git(folder, "rev-parse", "--show-toplevel").removesuffix("\n"))
    return tuple(_missing(_inputs(policy_file, folder, top), top))


def _inputs(policy_file: PolicyFile, folder: Path, top: Path) -> Iterator[tuple[str, Path]]:
    yield "policy", policy_file.path.absolute()
    yield from (("rules", path) for path in rule_files(policy_file.rules))
    yield from (("tests", path) for path in files_of_tests(policy_file))
    for place in dict.fromkeys((folder / RUNBOOKS, top / RUNBOOKS)):
        yield from ((str(RUNBOOKS), path) for path in sorted(place.glob("**/*")) if path.is_file())


def _missing(inputs: Iterable[tuple[str, Path]], top: Path) -> Iterator[Untracked]:
    inside = {
        os.path.relpath(place, top): (role, path)
        for role, path in inputs
        if (place := path.parent.resolve() / path.name).is_relative_to(top)
    }
    left = _names(top, inside, "ls-files", "-z", "--others")
    ignored = _names(top, left, "ls-files", "-z", "--others", "--ignored", "--exclude-standard")
    for name in sorted(left):
        role, path = inside[name]
        yield Untracked(str(shown(path)), role, name in ignored)


def _names(top: Path, names: Iterable[str], *arguments: str) -> set[str]:
    """Return the names that git lists."""
    asked = sorted(names)
    if not asked:
        return set()
    listed = ask_git(top, *arguments, "--", *(f":(top,literal){name}" for name in asked)).split("\0")
    return set(asked).intersection(listed)


def ask_git(folder: Path, *arguments: str, patience: float = PATIENCE) -> str:
    """Run git with repository settings that could start programs turned off.

    Raises:
        GitSilent: git is not installed, fails, or takes too long.
    """
    argv = ("git", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments)
    environment = {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        ran = run(argv, patience, kept=_LONGEST, environment=environment, errors_apart=True)
    except MissingTool as error:
        raise GitSilent(error.what) from error
    except OSError as error:
        raise GitSilent(cause_of(error)) from error
    if ran.late:
        raise GitSilent(f"git timed out after {patience:g} s")
    if len(ran.output) == _LONGEST:
        raise GitSilent(f"git's answer is larger than {_LONGEST >> 20} MiB")
    if ran.code != 0:
        raise GitSilent(ran.errors.decode(errors="replace").strip().partition("\n")[0] or "git failed")
    return ran.output.decode(errors="surrogateescape")
