"""Runs the real promtool over a pack written to a folder."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from gonogo.rulepack.assemble import Pack
from tests.waiting import crowded

PROMTOOL = shutil.which("promtool") or "promtool"


def laid_out(pack: Pack, folder: Path, prefix: str) -> Path:
    """Write a pack to the same files as ``gonogo rules``."""
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    (folder / "tests").mkdir(exist_ok=True)
    (folder / "rules" / f"{prefix}.rules.yml").write_text(pack.rules_yaml, encoding="utf-8")
    (folder / "rules" / f"{prefix}.alerts.yml").write_text(pack.alerts_yaml, encoding="utf-8")
    for name, text in pack.tests_yaml.items():
        (folder / "tests" / name).write_text(text, encoding="utf-8")
    return folder


def refusal(folder: Path) -> str:
    """Return the complaint of ``promtool check rules``. Without a complaint the text is empty."""
    files = sorted(map(str, (folder / "rules").iterdir()))
    return _said([PROMTOOL, "check", "rules", "--lint=all", "--lint-fatal", *files])


def failure(folder: Path, *names: str) -> str:
    """Return the failures of ``promtool test rules``. If the tests pass, the text is empty."""
    return _said([PROMTOOL, "test", "rules", *(str(folder / "tests" / name) for name in names)])


def _said(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120 * crowded(), check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr
