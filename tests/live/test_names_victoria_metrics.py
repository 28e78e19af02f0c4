"""Names in UTF-8 on a real VictoriaMetrics: judged where it takes them, else missing, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from gonogo.model.outcome import JudgedCondition, Outcome, Reason
from gonogo.model.verdict import Report, SubjectVerdict
from gonogo.policy.load import load
from gonogo.verdict.decide import decide
from gonogo.verdict.print import report_json, report_text
from tests.faulty_server import Connection, faulty
from tests.live.test_names_and_histograms import EXPOSED, SERVICES, exposition
from tests.live.vmalert_at_hand import DELAY_FLAG, is_new
from tests.more_servers import victoria_metrics, vmagent, vmalert
from tests.waiting import await_true

pytestmark = [pytest.mark.live, pytest.mark.versions, pytest.mark.xdist_group("free names of victoria")]

POLICY = """\
version: 1
preset: null
realm: null
prefix: duri
heartbeat: {textfile_dir: .}
subjects: [service.name]
signals:
  sum: {metric: "http.requests:sum", labels: {team.name: größe}}
  raw: {metric: http.requests}
  up: {metric: up, labels: {job: web}, scope: shared}
  classic: {metric: classic, scope: shared}
gates:
  free: {require: [sum >= 5, raw >= 5]}
  alive: {require: [up == 1]}
  classic: {require: [classic >= 1]}
runs: {required: []}
rules: [free.yml, classic.yml]
tests: []
"""
FREE = {
    "record": "http.requests:sum",
    "expr": 'sum by ("service.name", job, instance) ({"http.requests"})',
    "labels": {"team.name": "größe"},
}
CLASSIC = {"record": "classic", "expr": 'up{job="web"}'}
INTERVAL = "3s"
VISIBLE = 60.0
OUTCOMES = {"free": Outcome.PASS, "alive": Outcome.PASS, "classic": Outcome.PASS}


@dataclass(slots=True)
class Scene:
    """The policy's folder, and the services that the target exports."""

    folder: Path
    services: list[str] = field(default_factory=list)

    def await_report(self, seen: Callable[[Report], bool]) -> Report:
        """Decide until something is seen."""
        reports: list[Report] = []

        def look() -> bool:
            reports.append(decide(load(self.folder / "gonogo.yaml")))
            return seen(reports[-1])

        try:
            await_true(look, VISIBLE)
        except AssertionError as late:
            raise AssertionError(report_text(reports[-1])) from late
        return reports[-1]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Start the target, and all of VictoriaMetrics without delays; vmalert gets the rules that its version reads."""
    folder = tmp_path_factory.mktemp("free-names")
    services = list(SERVICES)
    for name, rule in (("free", FREE), ("classic", CLASSIC)):
        groups = {"groups": [{"name": name, "interval": INTERVAL, "rules": [rule]}]}
        (folder / f"{name}.yml").write_text(yaml.safe_dump(groups), encoding="utf-8")

    def export(connection: Connection) -> None:
        connection.answer("200 OK", exposition(services), EXPOSED, "Connection: close")

    configuration = folder / "prometheus.yml"
    with faulty(export) as target:
        job = {"job_name": "web", "static_configs": [{"targets": [target.url.removeprefix("http://")]}]}
        scraped = {"global": {"scrape_interval": INTERVAL}, "scrape_configs": [job]}
        configuration.write_text(yaml.safe_dump(scraped), encoding="utf-8")
        rules = [folder / f"{name}.yml" for name in (("free", "classic") if is_new() else ("classic",))]
        at_once = (f"{DELAY_FLAG}=0s",) if is_new() else ()
        with (
            victoria_metrics(folder / "store", flags=("-search.latencyOffset=0s",)) as store,
            vmagent(folder / "agent", configuration, store.url) as agent,
            vmalert(folder / "alert", rules, store.url, flags=at_once) as alert,
        ):
            server = {"url": store.url, "rules_url": alert.url, "targets_url": agent.url, "config": None}
            (folder / "gonogo.yaml").write_text(POLICY + yaml.safe_dump({"prometheus": server}), encoding="utf-8")
            yield Scene(folder, services)


def checks(subject: SubjectVerdict) -> dict[str, JudgedCondition]:
    """Give the first check of every gate."""
    return {gate.gate: gate.checks[0] for gate in subject.gates}


def reasons(check: JudgedCondition) -> list[Reason]:
    """Give the reasons of a check."""
    return [doubt.reason for doubt in check.doubts]


def as_expected(report: Report) -> bool:
    """Return True if every gate is what the version at hand lets it be."""
    expected = OUTCOMES if is_new() else OUTCOMES | {"free": Outcome.UNKNOWN, "subjects": Outcome.UNKNOWN}
    return all(gate.outcome is expected.get(gate.gate) for one in report.judgement.subjects for gate in one.gates)


def test_a_version_without_utf8_names_lacks_one_signal(scene: Scene) -> None:
    """1.79 drops such samples at the scrape. On a version that takes the names, each subject is judged by them."""
    report = scene.await_report(as_expected)
    subjects = report.judgement.subjects
    if is_new():
        assert [subject.labels["service.name"] for subject in subjects] == sorted(SERVICES)
    else:
        assert [subject.labels for subject in subjects] == [{}]
        assert reasons(checks(subjects[0])["free"])[0] is Reason.ABSENT
    text, document = report_text(report), report_json(report)
    assert "\x1b" not in text + document
    assert "\u202e" not in text


def test_a_vanished_subject_is_still_judged(scene: Scene) -> None:
    """The subject was there within the last day. A database that cannot store its label has no such subject."""
    report = scene.await_report(as_expected)
    scene.services.remove("mail")
    try:
        if not is_new():
            assert [subject.labels for subject in report.judgement.subjects] == [{}]
            return

        def only_mail(seen: Report) -> bool:
            by_name = {one.labels["service.name"]: one for one in seen.judgement.subjects}
            unknown = {name for name, one in by_name.items() if checks(one)["free"].outcome is Outcome.UNKNOWN}
            others = {gate.outcome for name, one in by_name.items() if name != "mail" for gate in one.gates}
            return unknown == {"mail"} and others == {Outcome.PASS} and set(by_name) == set(SERVICES)

        assert only_mail(scene.await_report(only_mail))
    finally:
        scene.services.append("mail")
