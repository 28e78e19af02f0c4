"""The module that alone reads the environment."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import gonogo
from gonogo.environment import environment_with, set_variable, variable

SOURCES = Path(gonogo.__file__).parent


def test_an_unset_and_an_empty_variable_are_both_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty variable counts as unset."""
    monkeypatch.delenv("GONOGO_TEST", raising=False)
    assert variable("GONOGO_TEST") is None
    monkeypatch.setenv("GONOGO_TEST", "")
    assert variable("GONOGO_TEST") is None
    monkeypatch.setenv("GONOGO_TEST", "x")
    assert variable("GONOGO_TEST") == "x"


def test_another_program_gets_the_whole_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The given variables replace those of the process. All others stay."""
    monkeypatch.setenv("GONOGO_TEST", "x")
    set_variable("GONOGO_TEST", "y")
    assert variable("GONOGO_TEST") == "y"
    given = environment_with({"GONOGO_TEST": "z", "GONOGO_OTHER": "1"})
    assert (given["GONOGO_TEST"], given["GONOGO_OTHER"], "PATH" in given) == ("z", "1", True)
    assert variable("GONOGO_TEST") == "y"


def test_no_other_module_touches_the_environment() -> None:
    """A module that reads a variable would depend on something that its callers cannot see."""
    touching = {
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Attribute | ast.alias)
        and (node.attr if isinstance(node, ast.Attribute) else node.name) in {"environ", "environb", "getenv", "putenv"}
    }
    assert touching == {"environment.py"}
