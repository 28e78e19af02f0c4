"""The steps after a reload: metrics and a beat, which do not change its result."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gonogo.disk.textfile import Textfile
from gonogo.errors import ActionFailed
from gonogo.model.outcome import Outcome
from gonogo.model.replacing import replace
from gonogo.policy.load import load
from gonogo.reload.afterwards import publish_reload
from gonogo.reload.result import Became, ReloadResult, ReloadStep, StepReport
from gonogo.reload.run import reload
from tests.reload.answering_server import REJECTED, Scene, scene


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Scene]:
    """Serve good files."""
    with scene(tmp_path) as made:
        yield made


def last(stage: Scene, **more: object) -> StepReport:
    """Reload, and return the last step."""
    result = reload(stage.request(**more))  # type: ignore[arg-type]
    assert result.became is Became.RELOADED, result
    return result.steps[-1]


def published(stage: Scene, prefix: str) -> str:
    """Read the metrics that a reload of this server published in its own file."""
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
    """The beat comes from the writer of the policy."""
    step = last(stage, beat=True)
    assert (step.step, step.outcome) == (ReloadStep.HEARTBEAT, Outcome.PASS)
    assert (stage.folder / "textfile" / "duri_textfile_heartbeat.prom").exists()


def test_without_a_heartbeat_in_the_policy_there_is_no_beat(stage: Scene) -> None:
    """A beat without a reader is not made."""
    request = stage.request(beat=True)
    policy = replace(request.policy_file.policy, signals={}, prefix="", realm=None)
    result = reload(replace(request, policy_file=replace(request.policy_file, policy=policy)))
    assert result.steps[-1].detail == "the policy reads no heartbeat, so none was made"
    text = published(stage, "gonogo")
    assert f'gonogo_prom_reload_success{{server="{stage.server.url}"}} 1' in text


def test_metrics_that_cannot_be_published_are_unknown(stage: Scene) -> None:
    """The text file cannot be replaced, because a folder has its name."""
    server = stage.state().folder.name
    (stage.folder / "textfile" / f"duri_prom_reload_{server}.prom").mkdir()
    step = last(stage)
    assert (step.step, step.outcome) == (ReloadStep.METRICS, Outcome.UNKNOWN)


def test_without_a_textfile_folder_no_metrics_are_published(stage: Scene) -> None:
    """A heartbeat by push alone has no such folder."""
    request = stage.request()
    text = request.policy_file.path.read_text(encoding="utf-8")
    push = text.replace("textfile_dir: textfile", "textfile_dir: null, pushgateway: 'http://h:1', read: push")
    request.policy_file.path.write_text(push, encoding="utf-8")
    result = reload(replace(request, policy_file=load(request.policy_file.path)))
    assert result.steps[-1].detail == "not published: there is no textfile folder"


LABELS = {"metric_realm": "prod"}
RELOADED = ReloadResult(Became.RELOADED, "", (), seconds=1.0)
ROLLED_BACK = ReloadResult(Became.ROLLED_BACK, "", (), seconds=12.5, retries=3)


def test_a_missing_textfile_folder_is_an_error(tmp_path: Path) -> None:
    """The folder is not made, because no collector would read it."""
    textfile = Textfile(tmp_path / "gone" / "a.prom")
    with pytest.raises(ActionFailed):
        publish_reload(textfile, "duri", LABELS, RELOADED, 1.0)


def test_each_reload_replaces_the_published_metrics(tmp_path: Path) -> None:
    """The metrics are success, timestamp, retries, duration and outcome, each with the realm."""
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


def test_two_servers_of_one_prefix_have_two_files(tmp_path: Path) -> None:
    """With one file, each reload would remove the metrics of the other server."""
    for server in "ab":
        textfile = Textfile(tmp_path / f"duri_prom_reload_{server}.prom")
        publish_reload(textfile, "duri", {"server": server}, RELOADED, 1.0)
    text = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert 'duri_prom_reload_success{server="a"} 1' in text
    assert 'duri_prom_reload_success{server="b"} 1' in text
