"""The steps after a reload: metrics and a beat, which do not change its result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gonogo.model.outcome import Outcome
from gonogo.policy.load import load
from gonogo.reload.result import Became, ReloadStep, StepReport
from gonogo.reload.run import reload
from tests.reload.answering_server import REJECTED, Scene, scene


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Scene]:
    """Put a server over good files."""
    with scene(tmp_path) as made:
        yield made


def last(stage: Scene, **more: object) -> StepReport:
    """Reload, and give the last step."""
    result = reload(stage.request(**more))  # type: ignore[arg-type]
    assert result.became is Became.RELOADED, result
    return result.steps[-1]


def published(stage: Scene, prefix: str) -> str:
    """Read what this server's reload published, in the one file that is its own."""
    (path,) = (stage.folder / "textfile").glob(f"{prefix}_prom_reload_127.0.0.1_*-*.prom")
    return path.read_text(encoding="utf-8")


def test_the_metrics_are_published_under_the_policys_prefix(stage: Scene) -> None:
    """The labels are realm and server, for every outcome."""
    stage.server.replies = [REJECTED]
    assert reload(stage.request()).became is Became.ROLLED_BACK
    text = published(stage, "duri")
    assert f'duri_prom_reload_success{{server="{stage.server.url}",metric_realm="prod"}} 0' in text
    assert 'outcome="rolled-back"} 1' in text


def test_a_beat_ends_a_proved_reload(stage: Scene) -> None:
    """By the policy's own writer."""
    step = last(stage, beat=True)
    assert (step.step, step.outcome) == (ReloadStep.HEARTBEAT, Outcome.PASS)
    assert (stage.folder / "textfile" / "duri_textfile_heartbeat.prom").exists()


def test_a_policy_that_reads_no_heartbeat_gets_none(stage: Scene) -> None:
    """Such a beat would have no reader."""
    request = stage.request(beat=True)
    policy = replace(request.policy_file.policy, signals={}, prefix="", realm=None)
    result = reload(replace(request, policy_file=replace(request.policy_file, policy=policy)))
    assert result.steps[-1].detail == "the policy reads no heartbeat, so none was made"
    text = published(stage, "gonogo")
    assert f'gonogo_prom_reload_success{{server="{stage.server.url}"}} 1' in text


def test_what_fails_here_is_told_and_changes_nothing(stage: Scene) -> None:
    """A textfile that cannot be replaced."""
    server = stage.state().folder.name
    (stage.folder / "textfile" / f"duri_prom_reload_{server}.prom").mkdir()
    step = last(stage)
    assert (step.step, step.outcome) == (ReloadStep.METRICS, Outcome.UNKNOWN)


def test_without_a_folder_nothing_is_published(stage: Scene) -> None:
    """A push-only heartbeat has none."""
    request = stage.request()
    text = request.policy_file.path.read_text(encoding="utf-8")
    push = text.replace("textfile_dir: textfile", "textfile_dir: null, pushgateway: 'http://h:1', read: push")
    request.policy_file.path.write_text(push, encoding="utf-8")
    result = reload(replace(request, policy_file=load(request.policy_file.path)))
    assert result.steps[-1].detail == "not published: there is no textfile folder"
