"""A pipe in the place of any file that a command reads: the command reports it and does not wait."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.command import in_process

POLICY = """\
version: 1
preset: null
realm: prod
prefix: duri
prometheus:
  url: '{scheme}://127.0.0.1:1'
  timeout: 1s
  config: prometheus.yml
{access}
signals: {{up: {{metric: up}}}}
gates: {{alive: {{require: [up == 1]}}}}
runs: {{required: []}}
rules: [r.yml]
tests: [t.yml]
heartbeat: {{textfile_dir: .}}
journal: journal.sqlite
"""
FILES = {
    "r.yml": "groups: [{name: a, rules: [{record: 'a:b', expr: up}]}]\n",
    "t.yml": "rule_files: [r.yml]\ntests: []\n",
    "prometheus.yml": "rule_files: [r.yml]\nscrape_configs: []\n",
    "alertmanager.yml": "route: {receiver: a}\nreceivers: [{name: a}]\n",
    "secret": "x",
}
ACCESS = "  authorization: {credentials_file: secret}"
TRUST = "  tls_config: {ca_file: secret}"
STATE, LOCK, BEATS = ".duri_heartbeat.state", ".duri_heartbeat.lock", "duri_textfile_heartbeat.prom"


@pytest.mark.parametrize(
    ("pipe", "command", "code"),
    [
        ("gonogo.yaml", "decide", 2),
        ("gonogo.yaml", "decide --policy gonogo.yaml", 2),
        ("gonogo.yaml", "heartbeat beat --policy gonogo.yaml", 2),
        ("r.yml", "decide", 2),
        ("r.yml", "lint", 2),
        ("r.yml", "lint r.yml", 2),
        ("r.yml", "test", 2),
        ("r.yml", "test t.yml --rules r.yml", 1),
        ("t.yml", "test", 2),
        ("t.yml", "test t.yml", 1),
        ("t.yml", "lint", 2),
        ("prometheus.yml", "lint", 2),
        ("prometheus.yml", "lint prometheus.yml", 2),
        ("prometheus.yml", "reload --dry-run", 1),
        ("secret", "decide", 2),
        ("journal.sqlite", "journal list", 3),
        ("journal.sqlite", "lint", 1),
        (LOCK, "heartbeat beat", 1),
        (BEATS, "heartbeat beat", 0),
        (STATE, "heartbeat beat", 0),
        ("base.json", "lint --baseline base.json", 2),
    ],
)
def test_no_command_waits_for_a_pipe(tmp_path: Path, pipe: str, command: str, code: int) -> None:
    """The exit code is the one of a file that cannot be read."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "gonogo.yaml").write_text(POLICY.format(scheme="http", access=ACCESS), encoding="utf-8")
    (tmp_path / pipe).unlink(missing_ok=True)
    os.mkfifo(tmp_path / pipe)
    ended = in_process(*command.split(), cwd=tmp_path)
    assert ended.code == code, ended
    assert "regular file" in ended.out + ended.err or code == 0, ended
    assert "bug in gonogo" not in ended.err


def test_no_command_waits_for_a_pipe_as_ca_file(tmp_path: Path) -> None:
    """OpenSSL would open the pipe and wait."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "gonogo.yaml").write_text(POLICY.format(scheme="https", access=TRUST), encoding="utf-8")
    (tmp_path / "secret").unlink()
    os.mkfifo(tmp_path / "secret")
    ended = in_process("decide", cwd=tmp_path)
    assert ended.code == 3, ended
    assert "regular file" in ended.out


@pytest.mark.parametrize("kind", ["pipe", "device", "loop"])
@pytest.mark.parametrize("command", ["lint prometheus.yml", "lint", "reload --dry-run", "test"])
def test_no_command_waits_for_a_rule_file_that_a_pattern_matches(tmp_path: Path, kind: str, command: str) -> None:
    """Promtool opens every match of the configuration's pattern.

    It would wait for a pipe, and read a device without end.
    """
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "prometheus.yml").write_text("rule_files: ['r*.yml']\nscrape_configs: []\n", encoding="utf-8")
    policy = POLICY.format(scheme="http", access="").replace("rules: [r.yml]", "rules: ['r*.yml']")
    (tmp_path / "gonogo.yaml").write_text(policy, encoding="utf-8")
    odd = tmp_path / "rest.yml"
    if kind == "pipe":
        os.mkfifo(odd)
    else:
        odd.symlink_to("/dev/zero" if kind == "device" else "rest.yml")
    ended = in_process(*command.split(), cwd=tmp_path)
    assert ended.code in {1, 2}, ended
    assert "rest.yml" in ended.out + ended.err
    assert "bug in gonogo" not in ended.err


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_lint_does_not_wait_for_a_file_of_targets(tmp_path: Path, kind: str) -> None:
    """Promtool reads the files of targets that a configuration names."""
    (tmp_path / "prometheus.yml").write_text(
        "scrape_configs: [{job_name: a, file_sd_configs: [{files: [targets.json]}]}]\n", encoding="utf-8"
    )
    odd = tmp_path / "targets.json"
    if kind == "pipe":
        os.mkfifo(odd)
    else:
        odd.symlink_to("/dev/zero")
    ended = in_process("lint", "prometheus.yml", cwd=tmp_path)
    assert (ended.code, "targets.json" in ended.out) == (1, True), ended
