"""The layout of a sandbox's folder, and the text of its policy and its configuration."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import yaml
from msgspec import Struct

from gonogo.durations import format_duration
from gonogo.policy.file import SANDBOX_MARK
from gonogo.sandbox.sources import INSTANCE, REALM
from gonogo.smoke.stage import configuration

PREFIX = "duri"


class SandboxLayout(Struct, frozen=True):
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
    content = {
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
    return SANDBOX_MARK + yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def configuration_text(urls: dict[str, str], interval: timedelta) -> str:
    """Return the configuration of Prometheus. ``urls`` has the URL of each job."""
    return SANDBOX_MARK + configuration(urls, format_duration(interval), ["rules/*.yml"], INSTANCE)


def idle_configuration_text() -> str:
    """Return a configuration with which Prometheus only serves its history."""
    return f"{SANDBOX_MARK}global: {{}}\n"
