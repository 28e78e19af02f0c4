"""The expected state of a server, read from its configuration."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.reload.contents import StagedConfiguration, staged


def read(text: str) -> StagedConfiguration:
    """Read a configuration."""
    return staged(text, "prometheus.yml", (), lambda _: ())


def job(section: str) -> int | None:
    """Return the number of targets of a job with this section."""
    return read(f"scrape_configs: [{{job_name: a, {section}}}]").jobs[0].targets


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("static_configs: [{targets: [x, y]}, {targets: [y, z], labels: {a: b}}]", 3),
        ("static_configs: []", 0),
        ("static_configs: [{labels: {a: b}}, broken]", 0),
        ("static_configs: [{targets: broken}]", 0),
        ("scheme: https", 0),
        ("static_configs: [{targets: [x]}], relabel_configs: []", 1),
        ("static_configs: [{targets: [x]}], relabel_configs: [{action: drop}]", None),
        ("static_configs: [{targets: [x]}], file_sd_configs: [{files: [a.json]}]", None),
        ("consul_sd_configs: [{server: x}]", None),
    ],
)
def test_static_targets_are_counted(section: str, expected: int | None) -> None:
    """The number is unknown if a discovery may add targets, or relabelling may drop some."""
    assert job(section) == expected


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("{}", 0),
        ("alerting: {}", 0),
        ("alerting: {alertmanagers: []}", 0),
        ("alerting: {alertmanagers: [broken]}", 0),
        ("alerting: {alertmanagers: [{static_configs: [{targets: [a, b]}]}, {dns_sd_configs: [{names: [c]}]}]}", 3),
    ],
)
def test_alertmanagers_are_counted(section: str, expected: int) -> None:
    """A discovery counts as at least one Alertmanager."""
    assert read(section).alertmanagers == expected


def test_intervals_and_names_of_jobs_are_read() -> None:
    """A job without an interval has the global one."""
    whole = read(
        "global: {scrape_interval: 20s, evaluation_interval: 40s}\n"
        "scrape_configs: [{job_name: a}, {job_name: b, scrape_interval: 5s}, broken]"
    )
    assert whole.evaluation_interval == timedelta(seconds=40)
    assert [(one.name, one.interval.total_seconds()) for one in whole.jobs] == [("a", 20), ("b", 5), ("", 20)]
    assert whole.jobs[2].targets is None
