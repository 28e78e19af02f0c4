"""Checks that the pins of requirements/ are complete, so that pip has nothing to resolve.

Every supported Python is looked at: a pin may have a marker, and so may what a package asks for. What
packages ask for is read from the installed packages.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")

GROUP_OF = {"run.txt": "build", "dev.txt": "dev"}
"""The files of requirements/, each with the dependency group that it holds beside the dependencies."""


@dataclass(frozen=True, slots=True)
class Pins:
    """The pins of one file, as one Python sees them.

    Attributes:
        versions: each package that this Python gets, with its version.
        environment: the values of the markers.
    """

    versions: Mapping[NormalizedName, str]
    environment: Mapping[str, str]

    def applies(self, requirement: Requirement, extra: str = "") -> bool:
        """Say if a requirement's marker is true for this Python and an extra of the package that asks."""
        return requirement.marker is None or requirement.marker.evaluate({**self.environment, "extra": extra})


Asked = Callable[[NormalizedName], Sequence[str] | None]
"""The requirements of a package by its name, or None where its metadata is not at hand."""


def main() -> int:
    """Print every gap and return the exit code."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = [*build_differs(project)]
    for name, group in GROUP_OF.items():
        pinned = pinned_requirements((ROOT / "requirements" / name).read_text(encoding="utf-8"))
        wanted = [*project["project"]["dependencies"], *group_requirements(project["dependency-groups"], group)]
        for python in PYTHONS:
            pins = pins_for(python, pinned)
            found += [f"requirements/{name}, Python {python}: {gap}" for gap in gaps(wanted, pins, installed)]
    for line in found:
        print(f"{line}; run scripts/setup/pin_requirements.sh", file=sys.stderr)
    return 1 if found else 0


def build_differs(project: Mapping[str, Any]) -> Iterator[str]:
    """Find a difference between what the build asks for and the group that pins it."""
    asked, pinned = project["build-system"]["requires"], project["dependency-groups"]["build"]
    if asked != pinned:
        yield f"pyproject.toml: build-system.requires is {asked}, and the dependency group build is {pinned}"


def group_requirements(groups: Mapping[str, Sequence[str | Mapping[str, str]]], name: str) -> Iterator[str]:
    """Read a dependency group with the groups that it includes."""
    for entry in groups[name]:
        if isinstance(entry, str):
            yield entry
        else:
            yield from group_requirements(groups, entry["include-group"])


def pinned_requirements(text: str) -> list[Requirement]:
    """Read a requirements file of pins with hashes."""
    lines = (line.partition("#")[0].partition("--hash")[0].strip(" \\") for line in text.splitlines())
    return [Requirement(line) for line in lines if line]


def pins_for(python: str, pinned: Iterable[Requirement]) -> Pins:
    """Choose the pins that a Python of this version gets on the system at hand."""
    environment = {key: str(value) for key, value in default_environment().items()}
    environment |= {"python_version": python, "python_full_version": f"{python}.0"}
    everything = Pins({}, environment)
    mine = {canonicalize_name(pin.name): str(pin.specifier)[2:] for pin in pinned if everything.applies(pin)}
    return Pins(mine, environment)


def gaps(wanted: Iterable[str], pins: Pins, asked: Asked) -> Iterator[str]:
    """Find what a requirement asks for and no pin gives, and the pins that nothing asks for.

    Args:
        wanted: the requirements of the project.
        pins: the pins of one Python.
        asked: gives the requirements of a package.
    """
    seen: set[tuple[NormalizedName, str]] = set()
    waiting = [("the project", Requirement(text), "") for text in wanted]
    while waiting:
        by, requirement, extra = waiting.pop()
        if not pins.applies(requirement, extra):
            continue
        name = canonicalize_name(requirement.name)
        version = pins.versions.get(name)
        if version is None:
            yield f"{by} asks for {requirement}, and it is not pinned"
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            yield f"{by} asks for {requirement}, and the pin is {version}"
        for one in {"", *requirement.extras}:
            if (name, one) in seen:
                continue
            seen.add((name, one))
            texts = asked(name)
            if texts is None:
                yield f"{name} is pinned and not installed here, so what it asks for is unknown"
                continue
            waiting += [(f"{name}[{one}]" if one else name, Requirement(text), one) for text in texts]
    for name in sorted(pins.versions.keys() - {name for name, _ in seen}):
        yield f"{name} is pinned, and nothing asks for it"


def installed(name: NormalizedName) -> Sequence[str] | None:
    """Read what an installed package asks for."""
    try:
        return requires(name) or ()
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
