"""The layout of a sandbox's folder, and the text of its policy and its configuration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import yaml

from gonogo.durations import format_duration
from gonogo.policy.file import SANDBOX_MARK
from gonogo.sandbox.sources import INSTANCE, FeedJob

REALM = "sandbox"
PREFIX = "duri"


@dataclass(frozen=True, slots=True)
class SandboxLayout:
    """The paths in the folder of a sandbox. Every path is absolute."""

    directory: Path

    @property
    def policy(self) -> Path:
        """The policy of the sandbox."""
        return self.directory / "gonogo.yaml"

    @property
    def configuration(self) -> Path:
        """The configuration file of Prometheus."""
        return self.directory / "prometheus" / "prometheus.yml"

    @property
    def rules(self) -> Path:
        """The folder of the rule pack's rules and alerts."""
        return self.configuration.parent / "rules"

    @property
    def tests(self) -> Path:
        """The folder of the rule pack's unit tests."""
        return self.directory / "tests" / "promql"

    @property
    def textfile_dir(self) -> Path:
        """The folder of the text files that node_exporter reads."""
        return self.directory / "textfile"

    @property
    def servers(self) -> Path:
        """The folder of the servers' blocks, logs and other storage."""
        return self.directory / "servers"

    @property
    def blocks(self) -> Path:
        """The folder of Prometheus's blocks."""
        return self.servers / "data"

    def make(self) -> None:
        """Make the folders."""
        for folder in (self.rules, self.tests, self.textfile_dir, self.blocks):
            folder.mkdir(parents=True, exist_ok=True)


def policy_text(layout: SandboxLayout, prometheus_url: str) -> str:
    """Return the text of the policy: the preset, with the sandbox's realm, server and folder."""
    return SANDBOX_MARK + _written(
        {
            "version": 1,
            "preset": "l4-dryrun",
            "realm": REALM,
            "prefix": PREFIX,
            "prometheus": {"url": prometheus_url, "config": "prometheus/prometheus.yml"},
            "rules": ["prometheus/rules/*.yml"],
            "tests": ["tests/promql"],
            "journal": ".gonogo/journal.sqlite",
            "heartbeat": {"textfile_dir": str(layout.textfile_dir)},
        }
    )


def configuration_text(targets: dict[str, str], interval: timedelta) -> str:
    """Return the configuration of Prometheus. ``targets`` maps each job to host and port."""
    every = format_duration(interval)
    jobs = [
        {
            "job_name": job,
            "honor_labels": job == "pushgateway",
            "static_configs": [{"targets": [address], "labels": {"instance": INSTANCE}}],
        }
        for job, address in targets.items()
    ]
    pace = {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": every}
    return SANDBOX_MARK + _written({"global": pace, "rule_files": ["rules/*.yml"], "scrape_configs": jobs})


def idle_configuration_text() -> str:
    """Return a configuration with which Prometheus only serves its history."""
    return SANDBOX_MARK + _written({"global": {}})


def targets(node: str, pushgateway: str, prometheus: str) -> dict[str, str]:
    """Map each scrape job to the host and port of its server."""
    urls = {FeedJob.NODE.value: node, "pushgateway": pushgateway, "prometheus": prometheus}
    return {job: url.partition("://")[2] for job, url in urls.items()}


def _written(content: dict[str, object]) -> str:
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    return text
