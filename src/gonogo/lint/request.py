"""The request for a lint: the files to lint and the promtools to ask."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from gonogo.disk.regular_file import Unreadable, read_text
from gonogo.errors import UsageError
from gonogo.formats.dialect import Dialect
from gonogo.lint.core.requirements import Requirements, read_requirements
from gonogo.programs.promtool import PROMTOOL, Promtool, installed_promtool

if TYPE_CHECKING:  # a lint of named files does not pay for the policy
    from gonogo.policy.settings import PolicyFile


class AskedPromtool(Struct, frozen=True):
    """A promtool to ask, and the names under which it sees the files.

    Attributes:
        command: the command that runs it, such as ``docker exec prometheus promtool``, as argv.
        root: the folder in which it sees the files that lie in ``base`` here; ``None`` for the same names as here.
        base: the folder here.
        any_version: True if the promtool may have another version than the first one.
        demanded: the features that the promtool must turn on.
        running: the features of the running server, which the promtool turns on if it can.
    """

    command: Sequence[str] = PROMTOOL
    root: str | None = None
    base: str = "."
    any_version: bool = False
    demanded: tuple[str, ...] = ()
    running: tuple[str, ...] = ()

    def promtool(self) -> Promtool:
        """Find the promtool.

        Raises:
            MissingTool: the command does not exist, or is not a promtool. This says nothing about the files.
            UsageError: the promtool is too old for a feature that it must turn on.
        """
        return installed_promtool(self.demanded, self.running, self.command)

    def name_of(self, path: str) -> str:
        """Return the name of a file for this promtool, in a form that is never taken for an option."""
        if self.root is not None:
            return posixpath.join(self.root, os.path.relpath(path, self.base))
        return os.path.abspath(path) if path.startswith("-") else path  # noqa: PTH100 - text

    def key(self, name: str) -> str:
        """Return one key for all spellings of a name that this promtool may use."""
        return posixpath.normpath(name) if self.root is not None else os.path.abspath(name)  # noqa: PTH100 - text


class LintRequest(Struct, frozen=True):
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
    second: AskedPromtool | None = None
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
