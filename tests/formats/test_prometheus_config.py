"""Tests of the part of a ``prometheus.yml`` that checks use."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.errors import Position
from gonogo.formats.prometheus_config import Configuration, read_configuration
from gonogo.model.finding import Span
from gonogo.model.replacing import replace


def read(text: str, path: str = "prometheus.yml") -> Configuration:
    """Read a configuration without problems."""
    configuration, problems = read_configuration(text, path)
    assert problems == ()
    return configuration


def test_a_text_that_is_no_configuration_is_a_problem() -> None:
    """Broken YAML and YAML of another shape are problems. The defaults are used."""
    for text, word in (("a: [\n", "not YAML"), ("- a\n", "a configuration is a mapping")):
        configuration, problems = read_configuration(text, "p.yml")
        assert word in str(problems[0])
        assert configuration.jobs == ()
        assert configuration.scrape_interval == timedelta(minutes=1)


def test_an_invalid_duration_is_a_problem() -> None:
    """The problem has the place of the duration. The default is used."""
    configuration, (problem,) = read_configuration("global:\n  scrape_interval: soon\n", "p.yml")
    assert problem.where == Position("p.yml", 2, 20)
    assert configuration.scrape_interval == timedelta(minutes=1)


def test_an_empty_configuration_has_the_defaults_of_prometheus() -> None:
    """An empty file is a valid configuration."""
    configuration = read("")
    assert configuration.evaluation_interval == configuration.scrape_interval == timedelta(minutes=1)
    assert not configuration.outside
    assert not configuration.relabels_alerts


def test_global_intervals_and_labels_are_read() -> None:
    """Labels keep their spelling."""
    configuration = read(
        "global: {scrape_interval: 15s, evaluation_interval: 20s, external_labels: {site: north, rank: 1.10}}\n"
    )
    assert configuration.scrape_interval == timedelta(seconds=15)
    assert configuration.evaluation_interval == timedelta(seconds=20)
    assert configuration.external_labels == {"site": "north", "rank": "1.10"}


def test_the_interval_of_a_job_is_found_with_its_place() -> None:
    """The interval is the job's own, the global one, or the default."""
    text = """\
global: {scrape_interval: 30s}
scrape_configs:
  - job_name: own
    scrape_interval: 10s
  - job_name: shared
    scrape_interval: 0s
"""
    own, shared = read(text).jobs
    assert (own.name, own.interval, own.where) == (
        "own",
        timedelta(seconds=10),
        Span(Position("prometheus.yml", 3, 15), 3),
    )
    assert own.interval_where == Span(Position("prometheus.yml", 4, 22), 3)
    assert (shared.interval, shared.interval_where) == (
        timedelta(seconds=30),
        Span(Position("prometheus.yml", 1, 27), 3),
    )
    (bare,) = read("scrape_configs: [{job_name: a}]\n").jobs
    assert bare.interval_where == bare.where


@pytest.mark.parametrize(
    ("job", "labels"),
    [
        ("static_configs: [{targets: [a], labels: {realm: prod, host: a}}]", {"realm": "prod", "host": "a"}),
        ("static_configs: [{labels: {realm: prod, host: a}}, {labels: {realm: prod, host: b}}]", {"realm": "prod"}),
        ("static_configs: [{labels: {realm: prod}}, {targets: [b]}]", {}),
        ("static_configs: [{labels: {realm: ''}}]", {}),
        ("static_configs: [{labels: {realm: prod}}], dns_sd_configs: [{names: [a]}]", {}),
        ("static_configs: [{labels: {realm: prod}}], relabel_configs: [{action: labeldrop, regex: realm}]", {}),
        ("static_configs: [{labels: {realm: prod}}], metric_relabel_configs: [{action: labeldrop}]", {}),
        ("static_configs: [{labels: {realm: prod}}], honor_labels: true", {}),
        ("metrics_path: /x", {}),
    ],
)
def test_labels_that_all_targets_have_are_found(job: str, labels: dict[str, str]) -> None:
    """Only the labels that all targets certainly have are returned."""
    (one,) = read(f"scrape_configs: [{{job_name: a, {job}}}]\n").jobs
    assert one.labels == labels


def test_a_job_that_is_not_a_mapping_has_no_labels() -> None:
    """Promtool says what is wrong with the job."""
    (one,) = read("scrape_configs: [a]\n").jobs
    assert (one.name, one.labels) == ("", {})


@pytest.mark.parametrize(
    "text",
    [
        "scrape_configs: [{job_name: f, metrics_path: /federate}]",
        "scrape_configs: [{job_name: f, metrics_path: /prometheus/federate}]",
        "scrape_configs: [{job_name: f, params: {'match[]': [up]}}]",
        "remote_read: [{url: 'http://127.0.0.1/'}]",
        "scrape_config_files: [more/*.yml]",
        "otlp: {promote_resource_attributes: [a]}",
    ],
)
def test_series_of_other_sources_are_noticed(text: str) -> None:
    """Series arrive by federation, by remote read, or by jobs in files that were not read."""
    assert read(text).outside


def test_a_configuration_without_other_sources_has_none() -> None:
    """An empty list of remote reads is no source."""
    assert not read("remote_read: []\nscrape_configs: [{job_name: a, metrics_path: /metrics}]\n").outside


def test_relabelling_of_alerts_is_noticed() -> None:
    """Alertmanager then sees other labels than the rules set."""
    assert read("alerting: {alert_relabel_configs: [{action: labeldrop, regex: a}]}\n").relabels_alerts
    assert not read("alerting: {alertmanagers: []}\n").relabels_alerts


def test_the_entries_of_rule_files_are_read_with_their_places() -> None:
    """The files of an entry are not searched."""
    first, second = read("rule_files:\n  - a.yml\n  - 'rules/*.yml'\n").rule_files
    assert (first.pattern, first.where, first.matched) == ("a.yml", Span(Position("prometheus.yml", 2, 5), 5), None)
    assert (second.pattern, second.where.start) == ("rules/*.yml", Position("prometheus.yml", 3, 6))


def test_files_that_the_server_reads_are_found() -> None:
    """Files are found in every section, relative to the configuration's folder, except those that the server writes."""
    text = """\
global: {query_log_file: /var/log/q.log, scrape_failure_log_file: f.log}
remote_write: [{url: 'http://127.0.0.1/', basic_auth: {username: a, password_file: secret}}]
scrape_configs:
  - job_name: a
    authorization: {credentials_file: /run/token}
    tls_config: {ca_file: tls/ca.pem, cert_file: '', insecure_skip_verify: true}
    file_sd_configs: [{files: [targets/a.json]}]
    static_configs: [{targets: [a], labels: {config_file_hint: files}}]
"""
    named = read(text, "/etc/prometheus/prometheus.yml").named_files
    assert {(one.key, one.path, one.where.start.line, one.problem) for one in named} == {
        ("password_file", "/etc/prometheus/secret", 2, ""),
        ("credentials_file", "/run/token", 5, ""),
        ("ca_file", "/etc/prometheus/tls/ca.pem", 6, ""),
        ("files", "/etc/prometheus/targets/a.json", 7, ""),
    }
    assert [one.path for one in read("tracing: {tls_config: {key_file: k.pem}}\n").named_files] == ["k.pem"]


def test_a_single_value_is_a_problem_and_names_no_file() -> None:
    """The whole file is one text, which looks like the name of a key."""
    configuration, problems = read_configuration("x_file\n", "p.yml")
    assert len(problems) == 1
    assert configuration.named_files == ()


def test_labels_named_like_files_are_no_files() -> None:
    """A label may have any name."""
    text = "global: {external_labels: {some_file: a}}\nscrape_configs: [{static_configs: [{labels: {key_file: b}}]}]\n"
    assert read(text).named_files == ()


def test_a_scrape_file_adds_its_jobs_and_the_files_that_it_names() -> None:
    """The jobs have the interval of the configuration, and the places of the scrape file."""
    main = read("global: {scrape_interval: 5s}\nscrape_config_files: [jobs/*.yml]\n")
    (entry,) = main.scrape_files
    assert (entry.pattern, entry.matched, main.outside) == ("jobs/*.yml", None, True)
    text = "scrape_configs:\n- {job_name: a, tls_config: {ca_file: ca.pem}}\n- {job_name: b, scrape_interval: 1s}\n"
    file, problems = read_configuration(text, "jobs/a.yml", main.scrape_interval)
    assert problems == ()
    whole = replace(main.with_scrape_file(file), scrape_files=(replace(entry, matched=("jobs/a.yml",)),))
    assert [(job.name, job.interval, job.where.start.path) for job in whole.jobs] == [
        ("a", timedelta(seconds=5), "jobs/a.yml"),
        ("b", timedelta(seconds=1), "jobs/a.yml"),
    ]
    assert [one.path for one in whole.named_files] == ["jobs/ca.pem"]
    assert not whole.outside
    federation, _ = read_configuration("scrape_configs: [{job_name: f, metrics_path: /federate}]", "jobs/f.yml")
    assert whole.with_scrape_file(federation).outside
