"""What is to be linted, and how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gonogo.formats.dialect import Dialect
from gonogo.lint.core.requirements import Requirements
from gonogo.policy.settings import PolicyFile


@dataclass(frozen=True, slots=True)
class SecondPromtool:
    """A promtool beside the one on ``PATH``.

    Attributes:
        command: what runs it, such as ``docker exec prometheus promtool``, as argv.
        root: the folder in which it sees the files; ``None``: under the same names as here.
        any_version: whether it may be of another version.
    """

    command: tuple[str, ...]
    root: str | None = None
    any_version: bool = False


@dataclass(frozen=True, slots=True)
class LintRequest:
    """What is to be linted, and with which promtools.

    Attributes:
        paths: rule files, folders, a server's configuration, resources; none: the policy's.
        policy_file: the policy, where there is one.
        second: a second promtool to ask as well.
        server_version: the version of the server, as major and minor, where somebody says it.
        requirements: what an organisation asks of its rules, where it asks anything.
        features: the features that promtool has to turn on, those of the policy's server left out.
        running: the features of the server that is asked; a promtool that is too old for one says so.
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
        """The features that promtool has to turn on."""
        named = self.policy_file.server.features if self.policy_file is not None else ()
        return (*self.features, *named)

    @property
    def dialect(self) -> Dialect:
        """The dialect of the rule files, which the policy tells."""
        return self.policy_file.server.dialect if self.policy_file is not None else Dialect.PROMETHEUS
