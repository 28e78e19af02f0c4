"""The promtool that runs: its version and its features."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gonogo.errors import MissingTool, UsageError
from gonogo.programs.installed_promtool import Promtool, installed_promtool, version_number
from tests.fake_promtool import fake_promtool

EXPERIMENTAL = "promql-experimental-functions"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("exit 1", "the program printed no output"),
        ("echo 'Cannot connect to the Docker daemon' >&2; exit 1", "Cannot connect to the Docker daemon"),
        ("echo 'promtool, version 2.42.0 (x)'; exit 1", "promtool, version 2.42.0 (x)"),
        ("echo 'node_exporter, version 1.5.0'", "node_exporter, version 1.5.0"),
    ],
)
def test_a_command_that_runs_no_promtool_is_missing(tmp_path: Path, text: str, why: str) -> None:
    """The error says why, and what to look at."""
    program = tmp_path / "promtool"
    program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    program.chmod(0o755)
    with pytest.raises(MissingTool) as error:
        version_number((str(program),))
    assert (error.value.what, error.value.why) == (f"{program} could not be run", why)
    assert f"{program} --version" in error.value.next_step


def test_a_promtool_that_is_too_old_for_a_feature_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old promtool reads PromQL unlike the server. A feature that is only wished for is listed as lacking."""
    fake_promtool(tmp_path / "bin", monkeypatch, "", version="3.3.0")
    with pytest.raises(UsageError) as error:
        installed_promtool([EXPERIMENTAL])
    assert error.value.what == f"promtool 3.3.0 cannot turn on the feature {EXPERIMENTAL}"
    assert "since 3.4" in error.value.why
    assert installed_promtool((), [EXPERIMENTAL]) == Promtool(("promtool",), "3.3.0", (EXPERIMENTAL,))


@pytest.mark.parametrize(
    ("version", "key", "junit"),
    [
        ("2.54.1", "2.54.1", False),
        ("3.5.3+ds1", f"3.5.3+ds1 --enable-feature={EXPERIMENTAL}", True),
        ("", f" --enable-feature={EXPERIMENTAL}", True),
    ],
)
def test_what_is_kept_of_a_run_depends_on_version_and_features(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, key: str, *, junit: bool
) -> None:
    """A promtool without a version is a new build."""
    fake_promtool(tmp_path / "bin", monkeypatch, "", version)
    found = installed_promtool((), ["exemplar-storage", EXPERIMENTAL])
    assert (found.version, found.key, found.writes_junit) == (version, key, junit)


def test_a_prefix_runs_promtool_elsewhere(tmp_path: Path) -> None:
    """A prefix may print its own lines before the version."""
    prefix = tmp_path / "exec.py"
    prefix.write_text("print('Defaulted container x')\nprint('promtool, version 3.16.0 (x)')\n", encoding="utf-8")
    command = (sys.executable, str(prefix), "promtool")
    found = installed_promtool([EXPERIMENTAL], command=command)
    assert found == Promtool((*command, f"--enable-feature={EXPERIMENTAL}"), "3.16.0")
    assert found.release == (3, 16)
