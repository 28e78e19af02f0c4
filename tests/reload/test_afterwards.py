"""The steps after a reload: metrics and a beat, which do not change its result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gonogo.disk.textfile import Textfile
from gonogo.errors import ActionFailed
from gonogo.model.outcome import Outcome
from gonogo.policy.load import load
from gonogo.reload.afterwards import publish_reload
from gonogo.reload.result import Became, ReloadResult, ReloadStep, StepReport
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


LABELS = {"metric_realm": "prod"}
RELOADED = ReloadResult(Became.RELOADED, "", (), seconds=1.0)
ROLLED_BACK = ReloadResult(Became.ROLLED_BACK, "", (), seconds=12.5, retries=3)


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    """No metric is better than one that nobody sees."""
    textfile = Textfile(tmp_path / "gone" / "a.prom")
    with pytest.raises(ActionFailed):
        publish_reload(textfile, "duri", LABELS, RELOADED, 1.0)


def test_the_names_are_those_of_before(tmp_path: Path) -> None:
    """Success, timestamp and retries; duration and outcome beside them, each with the realm."""
    textfile = Textfile(tmp_path / "duri_prom_reload_a.prom")
    publish_reload(textfile, "duri", LABELS, RELOADED, 1.0)
    publish_reload(textfile, "duri", LABELS, ROLLED_BACK, 1795426075.25)
    lines = (tmp_path / "duri_prom_reload_a.prom").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        'duri_prom_reload_success{metric_realm="prod"} 0',
        'duri_prom_reload_timestamp{metric_realm="prod"} 1795426075.25',
        'duri_prom_reload_retries{metric_realm="prod"} 3',
        'duri_prom_reload_duration_seconds{metric_realm="prod"} 12.5',
        'duri_prom_reload_outcome{metric_realm="prod",outcome="rolled-back"} 1',
    ]
    assert sum(line.startswith("# TYPE") for line in lines) == 5


def test_servers_of_one_prefix_have_a_file_each(tmp_path: Path) -> None:
    """Else the last one reloaded would take the others' metrics away."""
    for server in "ab":
        textfile = Textfile(tmp_path / f"duri_prom_reload_{server}.prom")
        publish_reload(textfile, "duri", {"server": server}, RELOADED, 1.0)
    text = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert 'duri_prom_reload_success{server="a"} 1' in text
    assert 'duri_prom_reload_success{server="b"} 1' in text
