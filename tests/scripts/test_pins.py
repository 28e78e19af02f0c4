"""The check of the pins: each pin covers what every other asks for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

import pytest
from packaging.utils import canonicalize_name
from scripts.test import pins
from scripts.test.pins import ROOT, Pins, gaps, group_requirements, pinned_requirements, pins_for

HASH = "--hash=sha256:" + 64 * "0"
ASKED = {
    "app": ["base>=1", "fancy[colour]>=2"],
    "base": [],
    "fancy": ["paint>=1; extra == 'colour'", "relic; python_version < '3.12'"],
    "paint": [],
    "relic": [],
}


def found(python: str, *pinned: str) -> list[str]:
    """Check pins of the packages of ``ASKED`` for a project that asks for ``app``."""
    text = "".join(f"{pin} \\\n    {HASH}\n" for pin in pinned)
    return list(gaps(["app>=3"], pins_for(python, pinned_requirements(text)), ASKED.get))


WHOLE = ("app==3.1", "base==1.0", "fancy==2.0", "paint==1.0", "relic==1 ; python_version < '3.12'")


@pytest.mark.parametrize("left_out", WHOLE)
def test_a_pin_that_is_left_out_is_found(left_out: str) -> None:
    """The extra's requirement and the one with a marker are no exceptions: pip 23.2 fell over an extra."""
    name = left_out.partition("==")[0]
    told = found("3.11", *(pin for pin in WHOLE if pin != left_out))
    assert any(f"asks for {name}" in line and line.endswith("and it is not pinned") for line in told), told


def test_a_pin_that_is_too_old_is_found() -> None:
    """Both for the project's own requirement and for a package's."""
    assert found("3.12", "app==2.9", *WHOLE[1:]) == ["the project asks for app>=3, and the pin is 2.9"]
    assert found("3.12", "app==3.1", "base==0.9", *WHOLE[2:]) == ["app asks for base>=1, and the pin is 0.9"]


def test_a_pin_for_another_python_only_is_a_gap() -> None:
    """The marker of a pin must not be narrower than the marker of the requirement."""
    narrow = (*WHOLE[:3], "paint==1.0 ; python_version < '3.12'", WHOLE[4])
    assert found("3.11", *narrow) == []
    assert found("3.13", *narrow) == ['fancy[colour] asks for paint>=1; extra == "colour", and it is not pinned']


def test_a_pin_that_nothing_asks_for_is_found() -> None:
    """It would be installed for no reason, and nobody would ever take it out."""
    assert found("3.12", *WHOLE, "base-two==1.0") == ["base-two is pinned, and nothing asks for it"]


def test_a_package_without_metadata_is_a_gap() -> None:
    """Its requirements are unknown, and unknown is not complete."""
    told = list(gaps(["app"], Pins({canonicalize_name("app"): "1"}, {}), lambda _: None))
    assert told == ["app is pinned and not installed here, so what it asks for is unknown"]


def test_the_build_group_is_what_the_build_asks_for() -> None:
    """Set-up builds without isolation, with the pinned build packages."""
    groups = {"build": ["setuptools>=77"]}
    assert (
        list(pins.build_differs({"build-system": {"requires": ["setuptools>=77"]}, "dependency-groups": groups})) == []
    )
    assert list(pins.build_differs({"build-system": {"requires": ["setuptools>=80"]}, "dependency-groups": groups}))


def test_groups_include_groups() -> None:
    """As PEP 735 says."""
    groups: dict[str, list[str | Mapping[str, str]]] = {"dev": [{"include-group": "test"}, "ruff"], "test": ["pytest"]}
    assert list(group_requirements(groups, "dev")) == ["pytest", "ruff"]


@pytest.mark.parametrize("name", pins.GROUP_OF)
@pytest.mark.parametrize("python", pins.PYTHONS)
def test_the_pins_of_the_project_are_complete(name: str, python: str) -> None:
    """Extras and markers included, for every Python that we support."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *group_requirements(project["dependency-groups"], pins.GROUP_OF[name]),
    ]
    pinned = pinned_requirements((ROOT / "requirements" / name).read_text(encoding="utf-8"))
    assert list(gaps(wanted, pins_for(python, pinned), pins.installed)) == []


def test_the_project_passes_as_a_whole() -> None:
    """As the check itself sees it, the groups and the build among it."""
    assert pins.main() == 0
