"""The promtool that runs unit tests: the command that starts it, its version, and its feature flags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gonogo.model.versions import JUNIT, Version, reaches, release
from gonogo.prometheus.promtool import PROMTOOL, version


@dataclass(frozen=True, slots=True)
class Promtool:
    """One promtool, as it was found.

    Attributes:
        command: the command that starts it, options for every subcommand included.
        version: its version as it prints it, such as ``3.5.3+ds1``; empty if it prints none.
    """

    command: tuple[str, ...] = PROMTOOL
    version: str = ""

    @property
    def release(self) -> Version | None:
        """Its major and minor number; None if it prints no version."""
        return release(self.version)

    @property
    def writes_junit(self) -> bool:
        """True from the version with ``--junit`` on, and for a promtool without a version: a new build by hand."""
        return reaches(self.release, JUNIT)


def installed_promtool() -> Promtool:
    """Find promtool on ``PATH`` and ask for its version.

    Raises:
        MissingTool: promtool is not installed.
    """
    return Promtool(PROMTOOL, version_number())


def version_number(command: Sequence[str] = PROMTOOL) -> str:
    """Ask a promtool for its version, such as ``2.42.0+ds``; return an empty text if it prints none.

    Raises:
        MissingTool: the command is not there.
    """
    ran = version(command=command)
    line = ran.output.partition("\n")[0]
    return line.removeprefix("promtool, version ").partition(" ")[0] if ran.passed else ""
