"""Scalars that mean the same to Prometheus."""

from __future__ import annotations

import pytest

from gonogo.reload.compare.document import ConfigurationScalar, KeyPath, read
from gonogo.reload.compare.spelling import is_zero, same


def leaf(text: str) -> ConfigurationScalar:
    """Read a scalar as YAML."""
    found = read(f"a: {text}", "it")["a"]
    assert isinstance(found, ConfigurationScalar)
    return found


def alike(path: str, staged: str, loaded: str, folder: str | None = None) -> bool:
    """Compare two scalars at a path of keys."""
    return same(leaf(staged), leaf(loaded), KeyPath(tuple(path.split("."))), folder)


@pytest.mark.parametrize(
    ("path", "staged", "loaded"),
    [
        ("global.scrape_interval", "90s", "1m31s"),
        ("scrape_configs.sample_limit", "010", "10"),
        ("scrape_configs.sample_limit", "many", "10"),
        ("scrape_configs.sample_limit", ".inf", "10"),
        ("scrape_configs.sample_limit", "'inf'", "10"),
        ("scrape_configs.honor_labels", "yEs", "true"),
        ("scrape_configs.body_size_limit", "1MB", "1000KB"),
        ("scrape_configs.body_size_limit", "1MB x", "1MiB"),
        ("scrape_configs.body_size_limit", "1MB 1MB", "2MiB"),
        ("scrape_configs.job_name", "90s", "1m30s"),
        ("scrape_configs.job_name", "1.0", "'1.00'"),
        ("scrape_configs.metrics_path", "/a", "/A"),
        ("scrape_configs.relabel_configs.regex", "90s", "1m30s"),
        ("scrape_configs.static_configs.labels.a", "1.0", "'1.00'"),
        ("scrape_configs.static_configs.labels.a", "b", "<secret>"),
        ("global.external_labels.a", "x", "y"),
        ("global.external_labels.a", "${A}-x", "b-y"),
        ("global.external_labels.a", "$$x", "yx"),
        ("scrape_configs.proxy_url", "http://ann:one@h", "http://ann:two@h"),
        ("scrape_configs.proxy_url", "http://ann:one@h", "http://bob:xxxxx@h"),
        ("scrape_configs.proxy_url", "http://ann:one@h", "http://ann:xxxxx@i"),
        ("scrape_configs.proxy_url", "http://h/a%2Fb", "http://h/a/b"),
        ("scrape_configs.basic_auth.password", "''", "<secret>"),
        ("scrape_configs.tls_config.ca_file", "ca.pem", "/etc/other.pem"),
        ("scrape_configs.tls_config.ca_file", "/ca.pem", "/etc/ca.pem"),
        ("scrape_configs.tls_config.ca_file", "''", "/etc/"),
    ],
)
def test_scalars_with_different_meanings_differ(path: str, staged: str, loaded: str) -> None:
    """Each pair would be two configurations."""
    assert not alike(path, staged, loaded)


@pytest.mark.parametrize(
    ("path", "staged", "loaded"),
    [
        ("global.scrape_interval", "90s", "1m30s"),
        ("scrape_configs.file_sd_configs.refresh_interval", "60000ms", "1m"),
        ("scrape_configs.sample_limit", "010", "8"),
        ("scrape_configs.sample_limit", "-0_10", "-8"),
        ("scrape_configs.sample_limit", "1e3", "1000"),
        ("tracing.sampling_fraction", "0.50", "0.5"),
        ("scrape_configs.honor_labels", "YES", "true"),
        ("scrape_configs.body_size_limit", "1.5MB", "1MiB512KiB"),
        ("scrape_configs.relabel_configs.action", "LabelDrop", "labeldrop"),
        ("scrape_configs.tls_config.min_version", "TLS13", "772"),
        ("scrape_configs.tls_config.min_version", "TLS13", "TLS13"),
        ("global.external_labels.a", "${A}-x", "b-x"),
        ("global.external_labels.a", "x$$y", "x$y"),
        ("scrape_configs.proxy_url", "HTTP://ann:o/ne@h", "http://ann:o/ne@h"),
        ("scrape_configs.proxy_url", "http://h/%7Eann x/é", "http://h/~ann%20x/%C3%A9"),
        ("scrape_configs.proxy_url", "http://ann:one@h/?a=b", "http://ann:xxxxx@h/?a=b"),
        ("scrape_configs.proxy_url", "http://ann:@h", "http://ann:xxxxx@h"),
        ("scrape_configs.basic_auth.password", "one", "<secret>"),
        ("rule_files", "a/*.yml", "a/*.yml"),
    ],
)
def test_scalars_with_one_meaning_are_equal(path: str, staged: str, loaded: str) -> None:
    """Each pair is a text of the file and its form on a server."""
    assert alike(path, staged, loaded)


@pytest.mark.parametrize(
    ("staged", "loaded", "folder"),
    [
        ("a.yml", "/etc/prometheus/a.yml", "/etc/prometheus"),
        ("./b/../a.yml", "/etc/prometheus/a.yml", "/etc/prometheus"),
        ("../a.yml", "/etc/a.yml", "/etc/prometheus"),
        ("./a.yml", "a.yml", "."),
        ("./a.yml", "a.yml", ""),
        ("./a.yml", "a.yml", None),
        ("../../a.yml", "/srv/a.yml", None),
    ],
)
def test_paths_are_joined_to_the_folder(staged: str, loaded: str, folder: str | None) -> None:
    """A path in another folder differs if the folder is known."""
    assert alike("rule_files", staged, loaded, folder)
    assert folder is None or not alike("rule_files", staged, f"/other/{loaded}", folder)


def test_a_server_may_omit_zero_values() -> None:
    """A label may be omitted only if its text is empty."""
    limit, label = KeyPath(("scrape_configs", "sample_limit")), KeyPath(("global", "external_labels", "a"))
    for text in ("0", "0s", "false", "off", "0B", "''", "~", "0.0"):
        assert is_zero(leaf(text), limit)
        assert is_zero(leaf(text), label) == (leaf(text).text == "")
    for text in ("1", "1s", "true", "1B", "a"):
        assert not is_zero(leaf(text), limit)
