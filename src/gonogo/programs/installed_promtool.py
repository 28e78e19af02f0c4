"""The promtool that runs unit tests: the command that starts it, its version, and its feature flags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gonogo.errors import MissingTool, UsageError
from gonogo.formats.promtool_words import last_words
from gonogo.model.promtool_features import features_for, since
from gonogo.model.versions import JUNIT, Version, reaches, release
from gonogo.programs.promtool import PROMTOOL, version

_VERSION = "promtool, version "
"""The beginning of the line with the version; what runs promtool elsewhere may print lines before it."""


@dataclass(frozen=True, slots=True)
class Promtool:
    """One promtool, as it was found.

    Attributes:
        command: the command that starts it, options for every subcommand included.
        version: its version as it prints it, such as ``3.5.3+ds1``; empty if it prints none.
        lacking: the features that were asked for and that it is too old for.
    """

    command: tuple[str, ...] = PROMTOOL
    version: str = ""
    lacking: tuple[str, ...] = ()

    @property
    def release(self) -> Version | None:
        """Its major and minor number; None if it prints no version."""
        return release(self.version)

    @property
    def key(self) -> str:
        """Everything about it that a verdict may depend on: its version and its options."""
        return " ".join((self.version, *(part for part in self.command if part.startswith("--"))))

    @property
    def writes_junit(self) -> bool:
        """True from the version with ``--junit`` on, and for a promtool without a version: a new build by hand."""
        return reaches(self.release, JUNIT)


def installed_promtool(
    demanded: Iterable[str] = (), also: Iterable[str] = (), command: Sequence[str] = PROMTOOL
) -> Promtool:
    """Find a promtool, ask for its version, and let it turn on features of PromQL.

    Args:
        demanded: the features that it has to turn on.
        also: the features that it turns on if it can.
        command: what runs it: a program on ``PATH``, or a prefix such as ``docker exec prometheus promtool``.

    Raises:
        MissingTool: the command is not there, or does not run a promtool.
        UsageError: it is too old for a feature that it has to turn on.
    """
    number = version_number(command)
    wanted = tuple(demanded)
    found = features_for((*wanted, *also), release(number))
    for name in found.lacking:
        if name in wanted:
            raise UsageError(
                f"{' '.join(command)} {number} cannot turn on the feature {name}",
                why=f"promtool takes it from {since(name)} on, and without it reads another PromQL than the server",
                next_step="install the promtool of the server's version, or take it out of prometheus.features",
            )
    return Promtool((*command, *found.options), number, found.lacking)


def version_number(command: Sequence[str] = PROMTOOL) -> str:
    """Ask a promtool for its version, such as ``2.42.0+ds``; return an empty text if it prints none.

    Raises:
        MissingTool: the command is not there, or does not run a promtool.
    """
    ran = version(command=command)
    told = [line for line in ran.output.splitlines() if line.startswith(_VERSION)]
    if not ran.passed or not told:
        name = " ".join(command)
        raise MissingTool(
            f"{name} could not be run",
            why=last_words(ran.output),
            next_step=f"see what {name} --version says, and start what it runs in",
        )
    return told[0].removeprefix(_VERSION).partition(" ")[0]
