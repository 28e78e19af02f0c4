"""The targets of scrape files: those on the server must be those of the files."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.evidence import Target, TargetHealth
from gonogo.reload.compare.scrape_files import read_scrape_files
from gonogo.reload.compare.shown_targets import misfits

FILE = """\
scrape_configs:
- job_name: api
  scheme: https
  metrics_path: /m
  params: {module: [http, more], empty: ['']}
  static_configs:
  - {targets: ['a:1', 'b:1'], labels: {team: x, none: '', __param_extra: p}}
  - {targets: ['c:1']}
"""
OWN = {
    "job": "api",
    "__scheme__": "https",
    "__metrics_path__": "/m",
    "__param_module": "http",
    "__scrape_interval__": "1m",
    "__scrape_timeout__": "10s",
}
SHOWN = (
    {**OWN, "__address__": "a:1", "team": "x", "__param_extra": "p"},
    {**OWN, "__address__": "b:1", "team": "x", "__param_extra": "p"},
    {**OWN, "__address__": "c:1", "__newer_key__": "of a newer server"},
)
"""As Prometheus 3.5 shows them."""


def found(*shown: Mapping[str, str], file: str = FILE, job: str = "api") -> list[str]:
    """Compare the targets that a server shows with those of a file."""
    files = read_scrape_files("global: {scrape_interval: 60s}", {"jobs/a.yml": file})
    assert not files.unreadable
    return list(misfits(files.jobs, (Target({}, TargetHealth.UP, None, pool=job, discovered=one) for one in shown)))


def changed(at: int, **labels: str) -> tuple[dict[str, str], ...]:
    """Return the shown targets with other labels of one of them. An empty label counts as absent."""
    other = {key: value for key, value in {**SHOWN[at], **labels}.items() if value}
    return tuple(other if place == at else dict(one) for place, one in enumerate(SHOWN))


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("__scheme__", "http"),
        ("__metrics_path__", "/metrics"),
        ("__scrape_interval__", "2m"),
        ("__scrape_timeout__", "9s"),
        ("__scrape_timeout__", "soon"),
        ("__param_module", "icmp"),
        ("__param_module", ""),
        ("__param_secret", "hunter2"),
        ("team", "y"),
        ("team", ""),
        ("more", "x"),
        ("job", "other"),
    ],
)
def test_another_label_is_named_without_its_value(label: str, value: str) -> None:
    """The value is not shown, because parameters may be secret."""
    here, there = found(*changed(0, **{label: value}))
    assert here == f"target a:1 of job api is not as in jobs/a.yml: {label}"
    assert there == "target a:1 of job api is in jobs/a.yml, and the server has no such target"
    assert "hunter2" not in here


def test_extra_and_missing_targets_are_named() -> None:
    """Each extra target and each missing target has its own line."""
    assert found(*SHOWN[1:]) == ["target a:1 of job api is in jobs/a.yml, and the server has no such target"]
    more = {**SHOWN[2], "__address__": "d:1"}
    assert found(*SHOWN, more) == ["target d:1 of job api is not as in jobs/a.yml: the file has no such target"]
    assert len(found(*SHOWN, job="other")) == len(SHOWN)


def test_the_targets_of_the_file_fit() -> None:
    """Targets may be in any order, with another spelling of durations. Equal targets count once."""
    assert found(*SHOWN) == []
    assert found(*reversed(changed(0, __scrape_interval__="60s"))) == []
    assert found(*SHOWN, SHOWN[0]) == []


def test_labels_that_the_file_does_not_give_have_their_defaults() -> None:
    """A malformed list of targets adds no target."""
    plain = {"__address__": "a:1", "job": "p", "__scheme__": "http", "__metrics_path__": "/metrics"}
    times = {"__scrape_interval__": "1m", "__scrape_timeout__": "10s"}
    file = "scrape_configs: [{job_name: p, params: {a: b, c: []}, static_configs: [{targets: ['a:1', []]}, a]}]"
    assert found({**plain, **times}, file=file, job="p") == []


def test_relabelling_may_only_drop_targets() -> None:
    """The labels before relabelling are compared."""
    file = FILE + "  relabel_configs: [{action: drop, source_labels: [team], regex: x}]\n"
    assert found(SHOWN[2], file=file) == []
    assert len(found({**SHOWN[2], "team": "z"}, file=file)) == 1


def test_targets_of_a_discovery_are_not_compared() -> None:
    """A discovery may give any of these labels."""
    assert found({"__address__": "z:1"}, file=FILE + "  file_sd_configs: [{files: [x.json]}]\n") == []


LABELS = st.dictionaries(st.sampled_from(["x", "y", "__param_z"]), st.sampled_from(["", "1", "2"]), max_size=3)


@given(labels=LABELS, other=LABELS)
def test_only_the_labels_of_the_file_fit(labels: dict[str, str], other: dict[str, str]) -> None:
    """The labels of a group must fit exactly. An empty label counts as absent."""
    written = ", ".join(f"{key}: '{value}'" for key, value in labels.items())
    file = f"scrape_configs: [{{job_name: api, static_configs: [{{targets: ['a:1'], labels: {{{written}}}}}]}}]"
    plain = {**OWN, "__scheme__": "http", "__metrics_path__": "/metrics", "__address__": "a:1"}
    del plain["__param_module"]
    given_labels, others = ({key: value for key, value in one.items() if value} for one in (labels, other))
    assert found({**plain, **given_labels}, file=file) == []
    assert bool(found({**plain, **others}, file=file)) == (given_labels != others)
