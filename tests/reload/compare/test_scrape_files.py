"""The jobs of scrape files, as a server would read them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.reload.compare.scrape_files import FileJob, ScrapeFiles, read_scrape_files

MAIN = "global: {scrape_interval: 30s}\nscrape_configs: [{job_name: main}]\nscrape_config_files: [jobs/*.yml]\n"


def job(text: str, main: str = MAIN) -> FileJob:
    """Read the one job of a scrape file, given its keys besides the name."""
    files = read_scrape_files(main, {"jobs/a.yml": f"scrape_configs: [{{job_name: a, {text}}}]"})
    assert files.unreadable == ""
    return files.jobs["a"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("scrape_configs: [", "this is not YAML"),
        ("- a", "jobs/a.yml: a configuration is a mapping"),
        ("global: {}", "jobs/a.yml has the key global: a file of scrape_config_files may have only scrape_configs"),
        ("scrape_configs: [{job_name: main}]", "job main is in the configuration and in jobs/a.yml"),
        ("scrape_configs: [{job_name: b}]", "job b is in jobs/a.yml and in jobs/b.yml"),
        ("scrape_configs: [{scheme: http}]", "a job of jobs/a.yml has no job_name"),
        ("scrape_configs: [{job_name: ''}]", "a job of jobs/a.yml has no job_name"),
        ("scrape_configs: [{job_name: [a]}]", "a job of jobs/a.yml has no job_name"),
        ("scrape_configs: [a]", "a job of jobs/a.yml has no job_name"),
        ("scrape_configs: {job_name: a}", "scrape_configs of jobs/a.yml is not a list of jobs"),
        ("scrape_configs: [{job_name: a, scrape_interval: often}]", "'often' is not a duration"),
        ("scrape_configs: [{job_name: a, scrape_interval: [1s]}]", "'' is not a duration"),
    ],
)
def test_a_scrape_file_that_no_server_loads_has_a_reason(text: str, why: str) -> None:
    """No job is read from any scrape file then."""
    files = read_scrape_files(MAIN, {"jobs/a.yml": text, "jobs/b.yml": "scrape_configs: [{job_name: b}]"})
    assert why in files.unreadable
    assert files.jobs == {}


def test_a_main_configuration_that_cannot_be_read_is_a_reason() -> None:
    """The jobs of the main configuration must be known, because a job name may occur twice."""
    assert read_scrape_files("a: [", {"a.yml": ""}).unreadable


def test_without_a_file_there_is_no_job() -> None:
    """An empty file is valid too. Without a file the main configuration is not read."""
    assert read_scrape_files("a: [", {}) == ScrapeFiles()
    for empty in ("", "scrape_configs:", "scrape_configs: []"):
        assert read_scrape_files(MAIN, {"a.yml": empty}) == ScrapeFiles()


def test_a_job_takes_its_interval_from_the_section_global() -> None:
    """The timeout is never longer than the interval."""
    assert job("metrics_path: /m").interval == timedelta(seconds=30)
    own = job("scrape_interval: 5s")
    assert own.interval == timedelta(seconds=5)
    assert [own.tree[key].text for key in ("scrape_interval", "scrape_timeout")] == ["5s", "5s"]  # type: ignore[union-attr]
    assert "scrape_timeout" not in own.written
    assert job("scheme: http", "scrape_configs: []").interval == timedelta(minutes=1)


def test_the_jobs_of_one_file_are_found_by_its_name() -> None:
    """A name without a file has no jobs."""
    files = read_scrape_files(MAIN, {name: f"scrape_configs: [{{job_name: {name}}}]" for name in ("a", "b")})
    assert files.of("a").keys() == {"a"}
    assert files.of("c") == {}


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("static_configs: [{targets: [x]}], scheme: https, scrape_interval: 1s, params: {m: [a]}", ()),
        ("static_configs: [{targets: [x]}], params: {m: [a, b]}", ("params",)),
        ("relabel_configs: [{action: drop}], basic_auth: {username: u}", ("relabel_configs", "basic_auth")),
        ("file_sd_configs: [{files: [x.json]}], scheme: https", ("file_sd_configs", "scheme")),
        ("file_sd_configs: [{files: [x.json]}], params: {m: [a]}", ("file_sd_configs", "params")),
        ("dns_sd_configs: [], params: []", ("dns_sd_configs",)),
    ],
)
def test_keys_that_no_answer_of_the_server_shows(text: str, hidden: tuple[str, ...]) -> None:
    """Static targets show scheme, path, times, labels and the first value of each parameter."""
    assert job(text).hidden == hidden


@pytest.mark.parametrize(
    ("one", "other", "keys"),
    [
        ("scrape_interval: 60s", "scrape_interval: 1m", ()),
        ("scrape_interval: 30s", "scheme: http", ("scheme",)),
        ("honor_labels: yes", "honor_labels: true", ()),
        ("sample_limit: 1", "sample_limit: 2", ("sample_limit",)),
        ("static_configs: [{targets: [a], labels: {x: 1m}}]", "static_configs: [{targets: [a], labels: {x: 60s}}]",
         ("static_configs",)),
        ("static_configs: [{targets: [a]}]", "static_configs: [{targets: [a, b]}]", ("static_configs",)),
        ("static_configs: [{targets: [a, b]}]", "static_configs: [{targets: [b, a]}]", ("static_configs",)),
        ("static_configs: [{targets: [a]}]", "static_configs: {}", ("static_configs",)),
    ],
)  # fmt: skip
def test_jobs_are_compared_by_meaning(one: str, other: str, keys: tuple[str, ...]) -> None:
    """Durations and booleans may have another spelling. Labels are texts."""
    assert job(one).differences(job(other)) == keys
    assert job(other).differences(job(one)) == keys
