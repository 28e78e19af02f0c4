"""Reads the part of ``prometheus.yml`` that checks of rules depend on, with its places.

Source of the keys: Prometheus documentation, "Configuration".
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from datetime import timedelta

from msgspec import Struct, field

from gonogo.durations import parse_duration
from gonogo.errors import Problem
from gonogo.formats.yaml import Loc, YamlDocument, parse
from gonogo.model.finding import Span
from gonogo.model.replacing import replace

_DEFAULT_INTERVAL = timedelta(minutes=1)
_FROM_OUTSIDE = ("remote_read", "otlp")
_DISCOVERED = frozenset({"_sd_configs", "relabel_configs", "metric_relabel_configs"})
"""Keys that give a job's series other labels than the job's static labels."""
_WRITTEN = frozenset({"query_log_file", "scrape_failure_log_file"})
"""Keys of files that the server writes itself."""
_FREE = frozenset({"external_labels", "labels", "params"})
"""Mappings whose keys are names that users choose."""


class ScrapeJob(Struct, frozen=True):
    """A scrape job: its interval, and the labels that all its targets have.

    ``where`` is the place of the job's name. ``interval_where`` is the place of the interval that applies: the job's
    own interval, the global interval, or the job's name if neither is written.
    """

    name: str
    interval: timedelta
    labels: Mapping[str, str]
    where: Span
    interval_where: Span | None = None


class RuleEntry(Struct, frozen=True):
    """An entry of ``rule_files`` or ``scrape_config_files``. ``matched`` are its files (``None``: not searched yet)."""

    pattern: str
    where: Span
    matched: tuple[str, ...] | None = None


class NamedFile(Struct, frozen=True):
    """A file that the configuration names, such as a CA or a password file; ``problem`` says why it cannot be read."""

    key: str
    path: str
    where: Span
    problem: str = ""


class Configuration(Struct, frozen=True):
    """A server's configuration.

    Attributes:
        path: the file.
        scrape_interval: the global scrape interval.
        evaluation_interval: the global evaluation interval.
        external_labels: the global external labels.
        jobs: the scrape jobs, with the jobs of the scrape files after these were read.
        rule_files: the entries of ``rule_files``, in order.
        scrape_files: the entries of ``scrape_config_files``, in order.
        named_files: the files that the configuration needs beside its rules.
        foreign: true if series arrive that no job scrapes (federation, remote read), or if jobs cannot be read.
        relabels_alerts: true if alerts get other labels before they are sent (``alert_relabel_configs``).
    """

    path: str
    scrape_interval: timedelta
    evaluation_interval: timedelta
    external_labels: Mapping[str, str] = field(default_factory=dict)
    jobs: tuple[ScrapeJob, ...] = ()
    rule_files: tuple[RuleEntry, ...] = ()
    named_files: tuple[NamedFile, ...] = ()
    foreign: bool = False
    relabels_alerts: bool = False
    scrape_files: tuple[RuleEntry, ...] = ()

    @property
    def outside(self) -> bool:
        """Return true if series may arrive that no job here scrapes."""
        return self.foreign or any(entry.matched is None for entry in self.scrape_files)

    def with_scrape_file(self, file: Configuration) -> Configuration:
        """Add the jobs of a scrape file, which was read as a configuration, and the files that it names."""
        return replace(
            self,
            jobs=(*self.jobs, *file.jobs),
            named_files=(*self.named_files, *file.named_files),
            foreign=self.foreign or file.foreign,
        )


def read_configuration(
    text: str, path: str, scrape_interval: timedelta = _DEFAULT_INTERVAL
) -> tuple[Configuration, tuple[Problem, ...]]:
    """Read the part of a ``prometheus.yml`` that checks need. promtool checks the rest.

    The function looks for no other file: the entries of ``rule_files`` are not matched yet, and the named files
    have no problem yet.

    Args:
        text: the text of the file.
        path: the file.
        scrape_interval: the interval if the file gives none. For a scrape file, this is its configuration's interval.
    """
    document = parse(text, path)
    reader = _Reader(document)
    return reader.configuration(scrape_interval), (*document.problems, *reader.problems)


class _Reader:
    """A walk through one configuration that collects the mistakes in the part that is read."""

    def __init__(self, document: YamlDocument) -> None:
        self._document = document
        self.problems: list[Problem] = []

    def configuration(self, scrape_interval: timedelta) -> Configuration:
        root = self._document.at(())
        keys = root if isinstance(root, dict) else {}
        if root is not None and not isinstance(root, dict):
            self._complain((), "a configuration is a mapping", "begin it with 'global:' or 'scrape_configs:'")
        scrape = self._duration(("global", "scrape_interval")) or scrape_interval
        return Configuration(
            self._document.path,
            scrape,
            self._duration(("global", "evaluation_interval")) or _DEFAULT_INTERVAL,
            self._document.texts(("global", "external_labels")),
            tuple(self._job(loc, scrape) for loc in self._document.items(("scrape_configs",))),
            tuple(RuleEntry(*self._scalar(loc)) for loc in self._document.items(("rule_files",))),
            tuple(self._named_files()),
            any(keys.get(key) for key in _FROM_OUTSIDE)
            or any(map(self._federates, self._document.items(("scrape_configs",)))),
            bool(self._document.at(("alerting", "alert_relabel_configs"))),
            tuple(RuleEntry(*self._scalar(loc)) for loc in self._document.items(("scrape_config_files",))),
        )

    def _job(self, loc: Loc, scrape: timedelta) -> ScrapeJob:
        name, where = self._scalar((*loc, "job_name"))
        own = self._duration((*loc, "scrape_interval"))
        written: Loc = (*loc, "scrape_interval") if own else ("global", "scrape_interval")
        interval_where = self._scalar(written)[1] if self._document.text(written) else where
        return ScrapeJob(name, own or scrape, self._target_labels(loc), where, interval_where)

    def _target_labels(self, loc: Loc) -> Mapping[str, str]:
        """Return the labels that all targets have: static labels of a job without discovery and without relabelling."""
        job = self._document.at(loc)
        if not isinstance(job, dict) or job.get("honor_labels") or _DISCOVERED.intersection(map(_kind_of_key, job)):
            return {}
        each = [self._document.texts((*home, "labels")) for home in self._document.items((*loc, "static_configs"))]
        common = set.intersection(*({*labels.items()} for labels in each)) if each else set()
        return {name: value for name, value in sorted(common) if value}

    def _federates(self, loc: Loc) -> bool:
        path = self._document.text((*loc, "metrics_path")) or ""
        return path.endswith("/federate") or self._document.at((*loc, "params", "match[]")) is not None

    def _named_files(self) -> Iterator[NamedFile]:
        folder = posixpath.dirname(self._document.path)
        waiting: list[Loc] = [()]
        for loc in waiting:
            value = self._document.at(loc)
            if isinstance(value, dict):
                waiting += ((*loc, key) for key in value if key not in _FREE)
            elif isinstance(value, list):
                waiting += ((*loc, place) for place in range(len(value)))
            elif value and (key := _file_key(loc)):
                name, where = self._scalar(loc)
                yield NamedFile(key, posixpath.join(folder, name), where)

    def _scalar(self, loc: Loc) -> tuple[str, Span]:
        return self._document.text(loc) or "", self._document.text_span(loc)

    def _duration(self, loc: Loc) -> timedelta | None:
        """Read a duration. ``0`` counts as a missing duration."""
        text = self._document.text(loc)
        try:
            return parse_duration(text) or None if text else None
        except ValueError as error:
            self._complain(loc, str(error), "until it is fixed, the checks use the default")
            return None

    def _complain(self, loc: Loc, message: str, next_step: str) -> None:
        self.problems.append(Problem(self._document.position(loc), message, next_step))


def _kind_of_key(key: str) -> str:
    return "_sd_configs" if key.endswith("_sd_configs") else key


def _file_key(loc: Loc) -> str:
    """Return the key that names a file for the server to read; an empty text for every other value and at the root."""
    *above, last = loc or ("",)
    key = str(above[-1]) if above and isinstance(last, int) else str(last)
    listed = key == "files" and "file_sd_configs" in above
    return key if listed or (key.endswith("_file") and key not in _WRITTEN) else ""
