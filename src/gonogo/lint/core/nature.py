"""The kind of a YAML file, judged by its keys: rules, tests of rules, a server's configuration, or something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from gonogo.formats.files import homes
from gonogo.formats.test_file import is_unit
from gonogo.formats.yaml import YamlDocument

_CONFIGURATION = frozenset(
    {"global", "scrape_configs", "scrape_config_files", "rule_files", "alerting", "remote_write", "remote_read"}
    | {"runtime", "storage", "tracing", "otlp"}
)
_ROUTES = frozenset({"route", "receivers"})
_LOOKS_LIKE_RULES = re.compile(r"^\s*(?:groups\s*:|kind\s*:\s*[\"']?PrometheusRule\b)", re.MULTILINE)


class Nature(StrEnum):
    """The kind of a file. The value is the text for messages."""

    RULES = "rules"
    TESTS = "tests of rules, which 'gonogo test' runs"
    CONFIGURATION = "a server's configuration; name it to lint what that server loads"
    ROUTES = "an Alertmanager's configuration; name it to lint the routes of alerts"
    EMPTY = "empty"
    OTHER = "neither rules nor PrometheusRule resources"


def nature(documents: Sequence[YamlDocument], text: str) -> Nature:
    """Return the kind of a file. A file with YAML errors counts as rules if it looks like rules."""
    if any(custom for document in documents for _, custom in homes(document)):
        return Nature.RULES
    broken = any(document.problems for document in documents)
    if broken and _LOOKS_LIKE_RULES.search(text):
        return Nature.RULES
    values = [document.value for document in documents if document.value is not None]
    if not values:
        return Nature.OTHER if broken else Nature.EMPTY
    return _of_keys(values[0]) if len(values) == 1 and isinstance(values[0], dict) else Nature.OTHER


def _of_keys(content: dict[str, object]) -> Nature:
    keys = content.keys()
    if "kind" in keys:
        return Nature.OTHER
    if "groups" in keys:
        return Nature.RULES
    if keys >= _ROUTES:
        return Nature.ROUTES
    if keys and keys <= _CONFIGURATION:
        return Nature.CONFIGURATION
    return Nature.TESTS if is_unit(content) or {"tests", "evaluation_interval"} & keys else Nature.OTHER
