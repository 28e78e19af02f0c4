"""The promtool that runs unit tests: the command that starts it, its version, and its feature flags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gonogo.errors import MissingTool, UsageError
from gonogo.formats.promtool_words import last_words
from gonogo.model.versions import JUNIT, Version, features_for, reaches, release, since
from gonogo.programs.promtool import PROMTOOL, version

_VERSION = "promtool, version "
"""The beginning of the line with the version. A command such as ``docker exec`` may print lines before it."""


@dataclass(frozen=True, slots=True)
class Promtool:
    """A promtool that gonogo found.

    Attributes:
        command: the command that starts promtool, with its options for every subcommand.
        version: the version that promtool prints, such as ``3.5.3+ds1``; empty if promtool prints no version.
        lacking: the requested features that this promtool is too old for.
    """

    command: tuple[str, ...] = PROMTOOL
    version: str = ""
    lacking: tuple[str, ...] = ()

    @property
    def release(self) -> Version | None:
        """Return promtool's major and minor number; None if promtool prints no version."""
        return release(self.version)

    @property
    def key(self) -> str:
        """Return the version and the options of promtool: a verdict depends on both."""
        return " ".join((self.version, *(part for part in self.command if part.startswith("--"))))

    @property
    def writes_junit(self) -> bool:
        """Return true if promtool has ``--junit``. A promtool without a version is taken for a new build by hand."""
        return reaches(self.release, JUNIT)


def installed_promtool(
    demanded: Iterable[str] = (), also: Iterable[str] = (), command: Sequence[str] = PROMTOOL
) -> Promtool:
    """Find promtool, ask for its version, and add the options that turn on features of PromQL.

    Args:
        demanded: the features that promtool must turn on.
        also: the features that promtool turns on if it can.
        command: the command that runs promtool: a program on ``PATH``, or a prefix such as
            ``docker exec prometheus promtool``.

    Raises:
        MissingTool: the command is missing, or does not run promtool.
        UsageError: promtool is too old for a demanded feature.
    """
    number = version_number(command)
    wanted = tuple(demanded)
    found = features_for((*wanted, *also), release(number))
    for name in found.lacking:
        if name in wanted:
            raise UsageError(
                f"{' '.join(command)} {number} cannot turn on the feature {name}",
                why=(
                    f"promtool has the feature since {since(name)}; without the feature, promtool and the server "
                    "read PromQL differently"
                ),
                next_step="install the promtool of the server's version, or remove it from prometheus.features",
            )
    return Promtool((*command, *found.options), number, found.lacking)


def version_number(command: Sequence[str] = PROMTOOL) -> str:
    """Ask promtool for its version, such as ``2.42.0+ds``. Return an empty text if promtool prints an empty version.

    Raises:
        MissingTool: the command is missing, or does not run promtool.
    """
    ran = version(command=command)
    lines = [line for line in ran.output.splitlines() if line.startswith(_VERSION)]
    if not ran.passed or not lines:
        name = " ".join(command)
        raise MissingTool(
            f"{name} could not be run",
            why=last_words(ran.output),
            next_step=f"run {name} --version, and start the container or machine that promtool runs in",
        )
    return lines[0].removeprefix(_VERSION).partition(" ")[0]
