"""Writes policies for tests, and reads the mistakes in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.errors import PolicyError, Problem
from gonogo.policy.load import PolicyFile, load


def written(folder: Path, text: str) -> Path:
    """Write a policy into a folder."""
    path = folder / "gonogo.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def loaded(folder: Path, text: str = "") -> PolicyFile:
    """Load a policy that begins with the version."""
    return load(written(folder, f"version: 1\n{text}"))


def problems(folder: Path, text: str) -> tuple[Problem, ...]:
    """Return the mistakes of a policy that has some."""
    with pytest.raises(PolicyError) as raised:
        load(written(folder, text))
    return raised.value.problems


def mistakes(folder: Path, text: str) -> list[str]:
    """Return the mistakes of a policy that begins with the version, as ``line:column: message``."""
    found = problems(folder, f"version: 1\n{text}")
    return [str(problem).removeprefix(f"{folder / 'gonogo.yaml'}:") for problem in found]
