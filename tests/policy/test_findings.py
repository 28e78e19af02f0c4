"""The policy linted with the intervals of its own files."""

from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.errors import PolicyError
from gonogo.model.rule import RuleGroup
from gonogo.policy.findings import policy_warnings, said, warning_lines
from gonogo.policy.load import PolicyFile, load

POLICY = "version: 1\nprometheus: {config: prometheus.yml}\nheartbeat: {every: 45s, window: 6m}\n"
ELSEWHERE = "version: 1\nheartbeat: {textfile_dir: ., pushgateway: 'http://h:9091', read: push, labels: {zone: a}}\n"


def policy_file(folder: Path, config: str | None) -> PolicyFile:
    """Write a policy of the preset, and a configuration beside it."""
    (folder / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    if config is not None:
        (folder / "prometheus.yml").write_text(config, encoding="utf-8")
    return load(folder / "gonogo.yaml")


def test_a_window_under_two_scrapes_stops_every_command(tmp_path: Path) -> None:
    """With scrapes every four minutes, six minutes cannot show a change."""
    found = policy_file(tmp_path, "global: {scrape_interval: 4m}\n")
    with pytest.raises(PolicyError, match="scrape"):
        policy_warnings(found, ())


@pytest.mark.parametrize(
    "config", [None, "global: {scrape_interval: 15s}\n", "[]", "global: {scrape_interval: soon}", "{"]
)
def test_without_such_trouble_only_warnings_are_left(tmp_path: Path, config: str | None) -> None:
    """The preset's own six; a configuration that cannot be read is promtool's business."""
    found = policy_file(tmp_path, config)
    warnings = policy_warnings(found, (RuleGroup("g", (), timedelta(seconds=30)),))
    assert {warning.check for warning in warnings} == {"for-lt-window"}
    assert "gates.heartbeat.abort.0: " in said(warnings[0], found)


def test_a_binary_configuration_names_no_interval(tmp_path: Path) -> None:
    """Bytes that are no text are left to promtool as well."""
    found = policy_file(tmp_path, None)
    (tmp_path / "prometheus.yml").write_bytes(b"\xff\xfe")
    assert policy_warnings(found, ())


def test_the_presets_own_warnings_are_counted_and_others_written_out(tmp_path: Path) -> None:
    """A policy that says nothing of gates is told a number; one that does is told each."""
    (tmp_path / "gonogo.yaml").write_text("version: 1\n", encoding="utf-8")
    plain = load(tmp_path / "gonogo.yaml")
    (line,) = warning_lines(plain, policy_warnings(plain, ()))
    assert line.startswith("6 warnings")
    assert warning_lines(plain, ()) == ()
    (tmp_path / "gonogo.yaml").write_text(ELSEWHERE, encoding="utf-8")
    elsewhere = load(tmp_path / "gonogo.yaml")
    assert warning_lines(elsewhere, policy_warnings(elsewhere, ())) == (line,)
    own = policy_file(tmp_path, None)
    assert len(warning_lines(own, policy_warnings(own, ()))) == 6
