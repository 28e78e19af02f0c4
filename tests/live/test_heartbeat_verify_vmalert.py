"""One beat followed through a real VictoriaMetrics and a vmalert at its defaults, which evaluates in the past."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from gonogo.cli.main import main
from gonogo.heartbeat.rhythm import heartbeat_writer
from gonogo.policy.heartbeat import load_heartbeat
from gonogo.policy.load import load
from gonogo.programs.processes import node_exporter
from gonogo.programs.server_process import RunningServer
from gonogo.rulepack.write import write_rules
from gonogo.server.api import query
from gonogo.server.http import Client
from tests.heartbeat_only import ONLY_THE_HEARTBEAT
from tests.live.vmalert_at_hand import DELAY_FLAG, is_new
from tests.more_servers import victoria_metrics, vmagent, vmalert
from tests.waiting import await_true

pytestmark = [pytest.mark.live, pytest.mark.versions]

POLICY = (
    """\
version: 1
realm: prod
prefix: duri
heartbeat: {every: 20s, window: 50s, textfile_dir: textfile}
"""
    + ONLY_THE_HEARTBEAT
)


DELAY = timedelta(seconds=60)
"""Longer than the window of the heartbeat: the newest sample of a rule is older than that."""

VISIBLE = 60.0
"""Seconds: the database hides what is newer than 30 s from some questions."""


@dataclass(frozen=True, slots=True)
class Stack:
    """The folder of the policy, the database, and the program that evaluates the rules."""

    folder: Path
    store: RunningServer
    alert: RunningServer

    def beat(self) -> None:
        """Beat, and wait until the database shows the number."""
        writer = heartbeat_writer(load_heartbeat(self.folder / "gonogo.yaml"))
        number = float(writer.beat().sequence)
        asked = f"{writer.sequence_metric}[5m]"
        await_true(lambda: any(number in one.values for one in query(Client(), self.store.url, asked).series), VISIBLE)

    def verify(self, within: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, float | None]]:
        """Run the command; return its exit code, and the seconds of each stage."""
        policy = str(self.folder / "gonogo.yaml")
        with pytest.raises(SystemExit) as ended:
            main(["heartbeat", "verify", "--policy", policy, "--within", within, "--format", "json"])
        assert isinstance(ended.value.code, int)
        answer = json.loads(capsys.readouterr().out)
        return ended.value.code, {stage["stage"]: stage["seconds"] for stage in answer["stages"]}


def delayed() -> tuple[str, ...]:
    """Return the flag that makes this vmalert evaluate in the past; 1.79 has another one."""
    return (f"{DELAY_FLAG if is_new() else '-datasource.lookback'}={DELAY.seconds}s",)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Callable[[Sequence[str]], Stack]]:
    """Start all of them on the heartbeat's rule pack, with flags for vmalert."""
    path = tmp_path / "gonogo.yaml"
    path.write_text(POLICY, encoding="utf-8")
    (tmp_path / "textfile").mkdir()
    write_rules(load(path).policy, timedelta(seconds=1), tmp_path, None, force=False)
    rules = sorted((tmp_path / "rules").glob("*.yml"))
    with ExitStack() as held:

        def start(flags: Sequence[str]) -> Stack:
            node = held.enter_context(node_exporter(tmp_path / "textfile", directory=tmp_path / "node"))
            job = {"job_name": "node", "static_configs": [{"targets": [node.url.removeprefix("http://")]}]}
            scrape = {"global": {"scrape_interval": "1s"}, "scrape_configs": [job]}
            (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(scrape), encoding="utf-8")
            store = held.enter_context(victoria_metrics(tmp_path / "store"))
            held.enter_context(vmagent(tmp_path / "agent", tmp_path / "prometheus.yml", store.url))
            alert = held.enter_context(vmalert(tmp_path / "alert", rules, store.url, flags=flags))
            server = {"url": store.url, "rules_url": alert.url, "config": None}
            path.write_text(POLICY + yaml.safe_dump({"prometheus": server}), encoding="utf-8")
            return Stack(tmp_path, store, alert)

        yield start


def test_without_vmalert_the_beat_is_missed_at_the_evaluation(
    stack: Callable[[Sequence[str]], Stack], capsys: pytest.CaptureFixture[str]
) -> None:
    """Without vmalert's address no delay is known, and no rule computes an age."""
    started = stack(())
    started.alert.stop()
    code, stages = started.verify("45s", capsys)
    assert code == 1
    assert list(stages) == ["published", "scraped", "evaluated"]
    assert stages["scraped"] is not None
    assert stages["evaluated"] is None


def test_a_vmalert_at_its_defaults_is_waited_for(
    stack: Callable[[Sequence[str]], Stack], capsys: pytest.CaptureFixture[str]
) -> None:
    """Both versions compute from samples that are 30 s old.

    vmalert 1.145 reports the delay, and in 1.79 the database makes it.
    """
    started = stack(())
    started.beat()
    code, stages = started.verify("2m", capsys)
    assert code == 0
    assert stages["evaluated"] is not None
    assert stages["evaluated"] > 25


def test_the_delay_of_vmalert_comes_on_top_of_the_time(
    stack: Callable[[Sequence[str]], Stack], capsys: pytest.CaptureFixture[str]
) -> None:
    """The beat may take 45 s, the rules are 60 s late, and their samples are older than the window of the heartbeat."""
    started = stack(delayed())
    started.beat()
    code, stages = started.verify("45s", capsys)
    assert code == 0
    assert stages["ok"] is not None
    assert stages["ok"] > 55
