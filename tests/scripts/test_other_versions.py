"""``make test`` on another version of Prometheus: a folder without the programs is refused at once."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ALL = Path(__file__).parents[2] / "scripts/test/all.sh"


@pytest.mark.parametrize("there", [(), ("prometheus",), ("promtool",)], ids=["nothing", "no promtool", "no prometheus"])
def test_both_programs_must_be_in_the_folder(tmp_path: Path, there: tuple[str, ...]) -> None:
    """Without the check the tests would run on the version of the system."""
    for name in there:
        (tmp_path / name).touch(mode=0o755)
    env = {**os.environ, "PROMETHEUS": str(tmp_path)}
    ended = subprocess.run([str(ALL)], env=env, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"PROMETHEUS={tmp_path}: there is no program " in ended.stderr
