"""Replaces promtool with a script, for behaviour that the real promtool shows too rarely."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_SHELL = """\
#!/bin/bash
if [ "$1" = --version ]; then echo 'promtool, version VERSION (x)'; exit; fi
shift 2
if [[ "$1" = --junit=* ]]; then junit=$1; shift; fi
"""


def fake_promtool(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str, version: str = "2.42.0") -> None:
    """Write a promtool of bash whose arguments are the test files, and put it first on PATH."""
    folder.mkdir(exist_ok=True)
    program = folder / "promtool"
    program.write_text(_SHELL.replace("VERSION", version) + body, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
