"""A wheel has every file that the package reads, not only its modules."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "gonogo"


def test_every_file_that_is_no_module_is_package_data() -> None:
    """A preset or a template that the list lacks would be missing only in a wheel."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["gonogo"]
    listed = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    found = {p for p in PACKAGE.rglob("*") if p.is_file() and p.suffix != ".py" and "__pycache__" not in p.parts}
    assert PACKAGE / "rulepack" / "templates" / "alerts.yml" in found
    assert found == listed
