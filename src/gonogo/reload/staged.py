"""What a server should be once it has loaded a configuration: its jobs, its rules, its Alertmanagers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from gonogo.durations import parse_duration
from gonogo.formats.prometheus_config import read_configuration
from gonogo.formats.yaml import YamlDocument, parse
from gonogo.model.rule import RuleGroup
from gonogo.reload.compare.scrape_files import FileJob, ScrapeFiles

Differs = Callable[[str], Sequence[str]]
"""Given the loaded configuration's text, says each difference from the staged one; nothing where there is none."""

_DROPS = ("relabel_configs",)


@dataclass(frozen=True, slots=True)
class StagedJob:
    """A scrape job: its name, how often it scrapes, and how many targets it has.

    ``targets`` is ``None`` where the configuration alone does not tell: discovery, or relabelling that may drop some.
    """

    name: str
    interval: timedelta
    targets: int | None


@dataclass(frozen=True, slots=True)
class StagedConfiguration:
    """What a server should be.

    Attributes:
        path: the configuration's file, for messages.
        jobs: the scrape jobs.
        evaluation_interval: of the groups that name none.
        rules: the groups of every file that its ``rule_files`` match.
        alertmanagers: at least how many Alertmanagers it sends to.
        differs: compares the loaded configuration's text with this one.
        discoveries: how many of these Alertmanagers are due only because a discovery should find at least one.
        query_offset: of the groups that name none.
        files: the scrape files; their jobs are among ``jobs``.
        had_files: the scrape files that the server had before, where they are known.
    """

    path: str
    jobs: tuple[StagedJob, ...]
    evaluation_interval: timedelta
    rules: tuple[RuleGroup, ...]
    alertmanagers: int
    differs: Differs
    discoveries: int = 0
    query_offset: timedelta = timedelta(0)
    files: ScrapeFiles = field(default_factory=ScrapeFiles)
    had_files: ScrapeFiles = field(default_factory=ScrapeFiles)

    @property
    def delays(self) -> Mapping[str, timedelta]:
        """How far in the past each group reads; of several groups with one name the longest counts."""
        found: dict[str, timedelta] = {}
        for group in self.rules:
            delay = self.query_offset if group.delay is None else group.delay
            found[group.name] = max(delay, found.get(group.name, delay))
        return found

    @property
    def same_file_jobs(self) -> frozenset[str]:
        """The names of the jobs of scrape files that are as they were before."""
        had = self.had_files.jobs
        return frozenset(name for name, job in self.files.jobs.items() if name in had and had[name].tree == job.tree)


def staged(
    text: str, path: str, rules: tuple[RuleGroup, ...], differs: Differs, files: ScrapeFiles | None = None
) -> StagedConfiguration:
    """Read a configuration that promtool has accepted as far as verification needs it.

    Args:
        text: the configuration.
        path: its file, for messages.
        rules: the groups of its rule files (``loaded_rules.read_files``).
        differs: compares the loaded configuration's text with this one.
        files: its scrape files, where it has any.
    """
    files = files or ScrapeFiles()
    configuration, _ = read_configuration(text, path)
    document = parse(text, path)
    alertmanagers = _alertmanagers(document)
    return StagedConfiguration(
        path=path,
        jobs=(
            *(
                StagedJob(job.name, job.interval, _job_targets(document, place))
                for place, job in enumerate(configuration.jobs)
            ),
            *(StagedJob(name, job.interval, _file_targets(job)) for name, job in files.jobs.items()),
        ),
        evaluation_interval=configuration.evaluation_interval,
        rules=rules,
        alertmanagers=sum(1 if count is None else count for count in alertmanagers),
        differs=differs,
        discoveries=alertmanagers.count(None),
        query_offset=_query_offset(document),
        files=files,
    )


def _query_offset(document: YamlDocument) -> timedelta:
    written = document.text(("global", "rule_query_offset"))
    return parse_duration(written) if written else timedelta(0)


def _job_targets(document: YamlDocument, place: int) -> int | None:
    job = document.at(("scrape_configs", place))
    return _static(job) if isinstance(job, dict) else None


def _file_targets(job: FileJob) -> int | None:
    open_ended = not job.is_static or any(job.tree.get(key) for key in _DROPS)
    return None if open_ended else len(set(job.addresses))


def _alertmanagers(document: YamlDocument) -> tuple[int | None, ...]:
    """Count the Alertmanagers of each section; None for a discovery."""
    each = document.at(("alerting", "alertmanagers"))
    return tuple(_static(one) for one in each if isinstance(one, dict)) if isinstance(each, list) else ()


def _static(section: dict[str, object]) -> int | None:
    """Count the different targets of a section; ``None`` where others may come in, or some be dropped."""
    open_ended = any(key.endswith("_sd_configs") or key in _DROPS for key in map(str, section) if section[key])
    groups = section.get("static_configs")
    if open_ended or not isinstance(groups, list):
        return None if open_ended else 0
    named = [group.get("targets") for group in groups if isinstance(group, dict)]
    return len({str(target) for targets in named if isinstance(targets, list) for target in targets})
