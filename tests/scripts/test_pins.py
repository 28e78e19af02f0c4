"""The check of the pins: each requirement of a pinned package has a fitting pin."""

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
    """Check pins of the packages of ``ASKED`` for a project that needs ``app``."""
    text = "".join(f"{pin} \\\n    {HASH}\n" for pin in pinned)
    return list(gaps(["app>=3"], pins_for(python, pinned_requirements(text)), ASKED.get))


WHOLE = ("app==3.1", "base==1.0", "fancy==2.0", "paint==1.0", "relic==1 ; python_version < '3.12'")


@pytest.mark.parametrize("left_out", WHOLE)
def test_a_missing_pin_is_found(left_out: str) -> None:
    """The requirement of an extra and the requirement with a marker are found too."""
    name = left_out.partition("==")[0]
    told = found("3.11", *(pin for pin in WHOLE if pin != left_out))
    assert any(f"asks for {name}" in line and line.endswith("and it is not pinned") for line in told), told


def test_a_pin_that_is_too_old_is_found() -> None:
    """The requirement is the project's own, or that of a package."""
    assert found("3.12", "app==2.9", *WHOLE[1:]) == ["the project asks for app>=3, and the pin is 2.9"]
    assert found("3.12", "app==3.1", "base==0.9", *WHOLE[2:]) == ["app asks for base>=1, and the pin is 0.9"]


def test_a_pin_for_another_python_only_is_a_gap() -> None:
    """The marker of a pin must not be narrower than the marker of the requirement."""
    narrow = (*WHOLE[:3], "paint==1.0 ; python_version < '3.12'", WHOLE[4])
    assert found("3.11", *narrow) == []
    assert found("3.13", *narrow) == ['fancy[colour] asks for paint>=1; extra == "colour", and it is not pinned']


def test_a_pin_that_no_package_needs_is_found() -> None:
    """Such a pin would be installed for no reason."""
    assert found("3.12", *WHOLE, "base-two==1.0") == ["base-two is pinned, and nothing asks for it"]


def test_a_package_without_metadata_is_a_gap() -> None:
    """The requirements of the package are unknown, so the pins may be incomplete."""
    told = list(gaps(["app"], Pins({canonicalize_name("app"): "1"}, {}), lambda _: None))
    assert told == ["app is pinned and not installed here, so what it asks for is unknown"]


def test_the_build_group_must_equal_the_build_requirements() -> None:
    """The set-up builds without isolation, with the pinned build packages."""
    groups = {"build": ["setuptools>=77"]}
    assert (
        list(pins.build_differs({"build-system": {"requires": ["setuptools>=77"]}, "dependency-groups": groups})) == []
    )
    assert list(pins.build_differs({"build-system": {"requires": ["setuptools>=80"]}, "dependency-groups": groups}))


def test_a_group_can_include_another_group() -> None:
    """The rule is that of PEP 735."""
    groups: dict[str, list[str | Mapping[str, str]]] = {"dev": [{"include-group": "test"}, "ruff"], "test": ["pytest"]}
    assert list(group_requirements(groups, "dev")) == ["pytest", "ruff"]


@pytest.mark.parametrize("name", pins.GROUP_OF)
@pytest.mark.parametrize("python", pins.PYTHONS)
def test_the_pins_of_the_project_are_complete(name: str, python: str) -> None:
    """The check covers extras and markers, for every supported Python."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *group_requirements(project["dependency-groups"], pins.GROUP_OF[name]),
    ]
    pinned = pinned_requirements((ROOT / "requirements" / name).read_text(encoding="utf-8"))
    assert list(gaps(wanted, pins_for(python, pinned), pins.installed)) == []


def test_the_project_passes_the_whole_check() -> None:
    """The check includes the groups and the build."""
    assert pins.main() == 0
