"""The trees that a reload meets: links, absolute paths, secrets, tests beside them, a promtool on the server's side."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gonogo.policy.load import load
from gonogo.programs.processes import prometheus
from gonogo.reload.recovery import recover
from gonogo.reload.result import Became, ReloadStep
from gonogo.reload.run import reload
from tests.live.reload_stage import Stage, stage
from tests.live.reload_yard import NEW_NAMES, NEW_RULE, OLD_NAMES, Yard, told

pytestmark = [pytest.mark.live]

TESTS = """\
rule_files: [../live/rules/rules.yml]
evaluation_interval: 30s
tests:
  - interval: 30s
    input_series: [{series: 'up{job="a"}', values: 1x4}]
    promql_expr_test:
      - {expr: 'job:up:sum', eval_time: 1m, exp_samples: [{labels: 'job:up:sum{job="a"}', value: %d}]}
"""


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """Run a server over good files, in a policy's folder."""
    with stage(tmp_path / "live") as live:
        live.settled()
        yield Yard(tmp_path, live)


def promtool(folder: Path, version: str = "") -> Path:
    """Write a promtool for the server's side. It sees ``folder`` as ``/srv``, and may report another version."""
    script = folder / "there"
    told = f'if [ "$1" = --version ]; then echo "promtool, version {version} (x)"; exit 0; fi' if version else ":"
    script.write_text(
        f'#!/bin/sh\n{told}\nfor word; do shift; set -- "$@" "$(echo "$word" | sed \'s#^/srv/#{folder}/#\')"; done\n'
        f'said=$(promtool "$@" 2>&1); code=$?; echo "$said" | sed "s#{folder}/#/srv/#g"; exit $code\n',
        encoding="utf-8",
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


def test_one_link_is_turned_and_turned_back(tmp_path: Path) -> None:
    """If the live folder is a link to a release, only that link changes."""
    first, second, live = tmp_path / "releases" / "1", tmp_path / "releases" / "2", tmp_path / "live"
    with stage(first) as running:
        live.symlink_to("releases/1")
        with prometheus(tmp_path / "server", live / "prometheus.yml") as server:
            yard = Yard(tmp_path, Stage(live, server, running.target))
            yard.live.settled()
            yard.stage().rules(NEW_RULE, "second.yml")
            yard.staged.rename(second)
            yard.staged = second
            result = reload(yard.request())
            assert result.became is Became.RELOADED, told(result)
            assert str(live.readlink()) == "releases/2"
            assert yard.names() == NEW_NAMES
            yard.staged = tmp_path / "releases" / "3"
            yard.stage().configure("  - {job_name: more, static_configs: [{targets: ['127.0.0.1:1']}]}")
            back = reload(yard.request())
            assert back.became is Became.ROLLED_BACK, told(back)
            assert str(live.readlink()) == "releases/2"
            assert yard.is_whole()
            assert recover(yard.in_place()).became is Became.UNCHANGED


def test_a_promtool_on_the_servers_side_must_accept_the_files_as_well(yard: Yard) -> None:
    """This promtool has other paths for the staged files.

    Another version is refused unless allowed, and is recorded.
    """
    staged = yard.stage()
    staged.rules(NEW_RULE, "second.yml")
    there = promtool(yard.folder)
    keys = f", promtool: {{command: ['{there}'], root: /srv, base: .}}"
    looked = reload(yard.request(policy_file=yard.policy(keys), only_preview=True))
    assert looked.became is Became.UNCHANGED, told(looked)
    staged.rules("groups: [{name: second, rules: [{record: 'a:b', expr: up, nonsense: 1}]}]", "third.yml")
    refused = reload(yard.request(policy_file=yard.policy(keys), only_preview=True))
    assert any(f"{there}: {yard.staged}/rules/third.yml:" in reason for reason in refused.reasons), told(refused)
    (yard.staged / "rules" / "third.yml").unlink()
    promtool(yard.folder, "3.4.0")
    skewed = reload(yard.request(policy_file=yard.policy(keys), only_preview=True))
    server = yard.live.state().version
    assert any(f"has version 3.4.0, the server has {server}" in one for one in skewed.reasons), told(skewed)
    excused = reload(yard.request(policy_file=yard.policy(keys), only_preview=True, allow_version_skew=True))
    assert excused.became is Became.UNCHANGED, told(excused)
    kept = [record.detail for record in yard.journal() if record.detail.get("step") == ReloadStep.CROSS_CHECK]
    assert kept[0]["version_skew_allowed"] is True
    plain = reload(yard.request(policy_file=yard.policy(", promtool: {command: [promtool]}"), only_preview=True))
    assert plain.became is Became.UNCHANGED, told(plain)


def test_staged_files_are_checked_as_they_will_be_live(yard: Yard) -> None:
    """There are absolute paths of the live tree, a secret that is only there, and tests beside it."""
    secret = yard.live.folder / "password"
    secret.write_text("hunter2", encoding="utf-8")
    (yard.folder / "tests").mkdir()
    (yard.folder / "tests" / "sum.yml").write_text(TESTS % 1, encoding="utf-8")
    staged = yard.stage()
    staged.configure(
        f"  - {{job_name: secured, basic_auth: {{username: u, password_file: password}}, "
        f"static_configs: [{{targets: ['{yard.live.target}']}}]}}",
        rule_files=f"{yard.live.folder}/rules/*.yml",
    )
    policy_file = yard.policy()
    path = policy_file.path
    path.write_text(path.read_text(encoding="utf-8").replace("tests: []", "tests: [tests]"), encoding="utf-8")
    tested = load(path)
    staged.rules(NEW_RULE, "second.yml")
    result = reload(yard.request(policy_file=tested))
    assert result.became is Became.RELOADED, told(result)
    assert [step.detail for step in result.steps if step.step is ReloadStep.UNIT] == ["promtool passes 1 test file"]
    assert yard.names() == NEW_NAMES
    assert secret.read_text(encoding="utf-8") == "hunter2"
    assert b"hunter2" not in b"".join(p.read_bytes() for p in (yard.folder / "state").rglob("*") if p.is_file())
    again = reload(yard.in_place(policy_file=tested))
    assert again.became is Became.UNCHANGED, told(again)
    time.sleep(0.01)
    os.utime(secret)
    anew = reload(yard.in_place(policy_file=tested))
    assert anew.became is Became.RELOADED, told(anew)
    staged = yard.stage()
    staged.rules((yard.live.folder / "rules" / "rules.yml").read_text(encoding="utf-8").replace("sum by", "2 * sum by"))
    refused = reload(yard.request(policy_file=tested))
    assert refused.became is Became.REFUSED
    assert any("job:up:sum" in reason for reason in refused.reasons), told(refused)


def test_a_pipe_among_the_rules_is_refused_before_anything_waits_for_it(yard: Yard) -> None:
    """A pipe would block the server's only way to reload."""
    yard.stage()
    os.mkfifo(yard.staged / "rules" / "pipe.yml")
    result = reload(yard.request())
    assert result.became is Became.REFUSED
    assert any("it is a pipe, no regular file" in reason for reason in result.reasons), told(result)
    assert yard.names() == OLD_NAMES
