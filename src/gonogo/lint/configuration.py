"""The part of ``prometheus.yml`` that checks of rules depend on, with its places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from gonogo.lint.finding import Span


@dataclass(frozen=True, slots=True)
class ScrapeJob:
    """A scrape job: how often it scrapes, and the labels that every target of it has.

    ``where`` is its name, ``interval_where`` the interval that counts for it: its own, the global one, or, where
    none is written, its name again.
    """

    name: str
    interval: timedelta
    labels: Mapping[str, str]
    where: Span
    interval_where: Span | None = None


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """An entry of ``rule_files``, and the files that it matches (``None``: nobody looked)."""

    pattern: str
    where: Span
    matched: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that the configuration names, such as a CA or a password file; ``problem`` says why it cannot be read."""

    key: str
    path: str
    where: Span
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Configuration:
    """A server's configuration.

    Attributes:
        path: the file.
        scrape_interval: the global one.
        evaluation_interval: the global one.
        external_labels: the global ones.
        jobs: the scrape jobs.
        rule_files: the entries, in order.
        named_files: the files it needs beside its rules.
        outside: whether series come in that no job here scrapes (federation, remote read).
        relabels_alerts: whether alerts get other labels on their way out (``alert_relabel_configs``).
    """

    path: str
    scrape_interval: timedelta
    evaluation_interval: timedelta
    external_labels: Mapping[str, str] = field(default_factory=dict)
    jobs: tuple[ScrapeJob, ...] = ()
    rule_files: tuple[RuleEntry, ...] = ()
    named_files: tuple[NamedFile, ...] = ()
    outside: bool = False
    relabels_alerts: bool = False
