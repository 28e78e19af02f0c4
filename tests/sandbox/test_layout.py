"""The policy and the configuration of the sandbox load, and agree with the contract."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import yaml

from gonogo.policy.load import load
from gonogo.sandbox.layout import SandboxLayout, configuration_text, policy_text


def test_the_policy_of_the_sandbox_loads(tmp_path: Path) -> None:
    """The policy reads the text file of its own folder, asks no other server, and sets no threshold."""
    layout = SandboxLayout(tmp_path)
    layout.make()
    layout.policy.write_text(policy_text(layout, "http://127.0.0.1:1234"), encoding="utf-8")
    file = load(layout.policy)
    assert file.policy.realm == "sandbox"
    assert file.policy.heartbeat.textfile_dir == str(layout.textfile_dir)
    assert file.policy.heartbeat.read == "textfile"
    assert (file.server.rules_url, file.server.targets_url) == (None, None)
    assert file.server.config == layout.configuration
    assert "gates" not in file.named
    assert file.journal.is_relative_to(tmp_path)


def test_the_configuration_scrapes_loopback_under_one_instance() -> None:
    """Only the labels of the Pushgateway are honoured. The interval is the requested one."""
    urls = {"node": "http://127.0.0.1:1", "pushgateway": "http://127.0.0.1:2", "prometheus": "http://127.0.0.1:3"}
    text = configuration_text(urls, timedelta(seconds=5))
    content = yaml.safe_load(text)
    assert content["global"] == {"scrape_interval": "5s", "scrape_timeout": "5s", "evaluation_interval": "5s"}
    jobs = {job["job_name"]: job for job in content["scrape_configs"]}
    assert {name for name, job in jobs.items() if job["honor_labels"]} == {"pushgateway"}
    for job in jobs.values():
        (scraped,) = job["static_configs"]
        assert scraped["labels"] == {"instance": "sandbox"}
        assert scraped["targets"][0].startswith("127.0.0.1:")
