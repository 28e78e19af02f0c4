"""The request for a lint: the files to lint and the promtools to ask."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gonogo.disk.regular_file import Unreadable, read_text
from gonogo.errors import UsageError
from gonogo.formats.dialect import Dialect
from gonogo.lint.core.requirements import Requirements, read_requirements
from gonogo.policy.settings import PolicyFile


@dataclass(frozen=True, slots=True)
class SecondPromtool:
    """A promtool besides the one on ``PATH``.

    Attributes:
        command: the command that runs it, such as ``docker exec prometheus promtool``, as argv.
        root: the folder in which it sees the files; ``None`` for the same names as here.
        any_version: True if it may have another version than the first promtool.
    """

    command: tuple[str, ...]
    root: str | None = None
    any_version: bool = False


@dataclass(frozen=True, slots=True)
class LintRequest:
    """The files to lint, and the promtools to ask.

    Attributes:
        paths: rule files, folders, a server's configuration, resources; empty for the files of the policy.
        policy_file: the policy, if there is one.
        second: a second promtool to ask as well.
        server_version: the version of the server, as major and minor, if the user states it.
        requirements: the requirements of the organisation, if there are any.
        features: the features that promtool must turn on, besides those of the policy's server.
        running: the features of the running server. A promtool that is too old for one adds a note.
    """

    paths: tuple[Path, ...] = ()
    policy_file: PolicyFile | None = None
    second: SecondPromtool | None = None
    server_version: tuple[int, int] | None = None
    requirements: Requirements | None = None
    features: tuple[str, ...] = ()
    running: tuple[str, ...] = ()

    @property
    def demanded(self) -> tuple[str, ...]:
        """The features that promtool must turn on."""
        named = self.policy_file.server.features if self.policy_file is not None else ()
        return (*self.features, *named)

    @property
    def dialect(self) -> Dialect:
        """The dialect of the rule files, as set in the policy."""
        return self.policy_file.server.dialect if self.policy_file is not None else Dialect.PROMETHEUS


def requirements_in(path: Path) -> Requirements:
    """Read a file of requirements.

    Raises:
        UsageError: the file cannot be read, or has mistakes. The error lists all of them.
    """
    try:
        requirements, problems = read_requirements(read_text(path, str(path)), str(path))
    except Unreadable as error:
        problems = (error.problem,)
        requirements = Requirements()
    if problems:
        raise UsageError(
            "the requirements cannot be used",
            where=str(path),
            why="\n".join(map(str, problems)),
            next_step="correct the file named by --requirements",
        )
    return requirements
