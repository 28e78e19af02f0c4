"""The changes that a reload would make, compared by meaning before the server is changed.

Prometheus keeps the state of an alert (pending, firing, and since when) over a reload if the file's path, the group's
name, the alert's name and its static labels stay the same. All else may change. Source: Prometheus,
``rules/manager.go`` and ``rules/group.go``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from gonogo.model.rule import LoadedGroup, RuleGroup, RuleKind
from gonogo.reload.compare.comparison import Found
from gonogo.reload.compare.completed import evaluation_interval
from gonogo.reload.compare.configuration import Difference, difference, in_words
from gonogo.reload.compare.document import KeyPath, UnreadableConfiguration
from gonogo.reload.compare.placed_rules import PlacedRule, pairs, placed
from gonogo.reload.compare.rules import RulesDifference, rules_difference
from gonogo.reload.compare.scrape_files import JOBS_KEY, FileJob, ListedJob, ScrapeFiles, jobs_of


class Running(Struct, frozen=True):
    """The configuration, the rules and the targets that a server has now.

    Without ``targets``, the number of active targets of each job, the static targets count. ``files`` are the loaded
    scrape files if they are known, because the server does not show them. ``pools`` are the names of the scraped jobs.
    """

    configuration: str
    groups: tuple[LoadedGroup, ...]
    targets: Mapping[str, int] = field(default_factory=dict)
    files: ScrapeFiles = field(default_factory=ScrapeFiles)
    pools: tuple[str, ...] = ()


class StagedText(Struct, frozen=True):
    """The new configuration: its text, the groups of all rule files, and all scrape files.

    The ``file`` of a group is its path as the server will see it. An empty path counts as unchanged.
    """

    configuration: str
    groups: tuple[RuleGroup, ...]
    files: ScrapeFiles = field(default_factory=ScrapeFiles)


class LostState(Struct, frozen=True):
    """An alert that stays but loses its pending or firing state, and why."""

    alert: PlacedRule
    why: str


class Removal(Struct, frozen=True):
    """The number of rules, jobs or targets that would be removed."""

    what: str
    removed: int
    before: int

    @property
    def share(self) -> float:
        """Return the removed share, 0 to 1, or 0 if there was nothing."""
        return self.removed / self.before if self.before else 0.0


class Preview(Struct, frozen=True):
    """The changes that a reload would make.

    ``jobs_changed`` are the differences of each job that stays. ``settings`` are all other differences of the
    configuration: intervals, external labels, retention, alerting, rule files. ``removals`` count the removed rules,
    jobs and targets. ``unreadable`` says why nothing could be compared.
    """

    rules: RulesDifference = field(default_factory=RulesDifference)
    losing_state: tuple[LostState, ...] = ()
    jobs_added: tuple[str, ...] = ()
    jobs_removed: tuple[str, ...] = ()
    jobs_changed: Mapping[str, tuple[Difference, ...]] = field(default_factory=dict)
    settings: tuple[Difference, ...] = ()
    removals: tuple[Removal, ...] = ()
    unreadable: str = ""

    def __bool__(self) -> bool:
        jobs = (self.jobs_added, self.jobs_removed, self.jobs_changed)
        return any((self.rules, self.losing_state, self.settings, *jobs, self.unreadable))


def preview(before: Running, after: StagedText, *, previous: str | None = None, folder: str | None = None) -> Preview:
    """Return the changes that a reload would make.

    ``previous`` is the text of the file that the server has loaded, if that is known. ``folder`` is the folder of the
    server's ``--config.file``, and ``None`` accepts any folder.
    """
    try:
        interval = evaluation_interval(after.configuration)
        old, new = jobs_of(before.configuration), jobs_of(after.configuration)
    except (UnreadableConfiguration, ValueError) as error:
        return Preview(unreadable=str(error))
    if after.files.unreadable:
        return Preview(unreadable=after.files.unreadable)
    unlisted = {name: ListedJob(name, Counter()) for name in before.pools}
    old, new = {**unlisted, **old, **_listed(before.files)}, {**new, **_listed(after.files)}
    have, want = placed(before.groups), placed(after.groups, interval)
    rules = rules_difference(after.groups, before.groups, interval)
    differences = difference(after.configuration, before.configuration, previous, folder=folder)
    of_jobs = {name: tuple(one for one in differences if new[name].holds(one.path)) for name in new if name in old}
    settled = {id(one) for found in of_jobs.values() for one in found}
    for name in before.files.jobs.keys() & after.files.jobs.keys():
        of_jobs[name] += tuple(_differences(name, before.files.jobs[name], after.files.jobs[name]))
    listed = tuple(job for job in (*old.values(), *new.values()) if job.name not in of_jobs)
    return Preview(
        rules=rules,
        losing_state=_losing_state(have, want),
        jobs_added=tuple(name for name in new if name not in old),
        jobs_removed=tuple(name for name in old if name not in new),
        jobs_changed={name: found for name, found in of_jobs.items() if found},
        settings=tuple(
            one for one in differences if id(one) not in settled and not any(job.holds(one.path) for job in listed)
        ),
        removals=(
            Removal("rules", len(rules.extra), len(have)),
            Removal("jobs", len(old.keys() - new.keys()), len(old)),
            _targets_removed(old, new, before.targets),
        ),
    )


def refusal(found: Preview, max_removed: float) -> tuple[str, ...]:
    """Return the reasons to refuse a reload: unknown changes, or more removals than the share ``max_removed``."""
    reasons = [f"the changes are not known: {found.unreadable}"] if found.unreadable else []
    reasons += [
        f"{one.removed} of {one.before} {one.what} would be removed, {one.share:.1%}; at most {max_removed:.1%} may be"
        for one in found.removals
        if one.share > max_removed
    ]
    return tuple(reasons)


def _listed(files: ScrapeFiles) -> Mapping[str, ListedJob]:
    return {name: ListedJob(name, Counter(job.addresses)) for name, job in files.jobs.items()}


def _differences(name: str, before: FileJob, after: FileJob) -> Iterator[Difference]:
    """Compare a job of a scrape file with the same job of the files before. No server shows such a job."""
    place = KeyPath().key(JOBS_KEY).item(name)
    for key in after.differences(before):
        yield in_words(Found(place.key(key), after.tree.get(key), before.tree.get(key)))


def _losing_state(have: Iterable[PlacedRule], want: Iterable[PlacedRule]) -> tuple[LostState, ...]:
    """List the alerts that stay under another identity and so lose their state."""
    ours = [one for one in have if one.rule.kind is RuleKind.ALERT and (one.rule.held or one.rule.keep_firing)]
    theirs = [one for one in want if one.rule.kind is RuleKind.ALERT]
    return tuple(
        LostState(new, why)
        for old, new in pairs(ours, theirs)
        if old is not None and new is not None and (why := _why_forgotten(old, new))
    )


def _why_forgotten(old: PlacedRule, new: PlacedRule) -> str:
    reasons = []
    if old.group != new.group:
        reasons.append(f"its group was {old.group}")
    if old.key[3] != new.key[3]:
        reasons.append(f"its labels were {old.manner.get('labels', 'none')}")
    if old.file != new.file and old.file and new.file:
        reasons.append(f"its file was {old.file}, and will be {new.file}")
    return " and ".join(reasons)


def _targets_removed(old: Mapping[str, ListedJob], new: Mapping[str, ListedJob], active: Mapping[str, int]) -> Removal:
    """Count the removed targets: all targets of removed jobs, and removed static targets of other jobs."""
    counts = {name: active.get(name, job.targets.total()) for name, job in old.items()}
    gone = {
        name: (job.targets - new[name].targets).total() if name in new else counts[name] for name, job in old.items()
    }
    return Removal("targets", sum(min(gone[name], counts[name]) for name in old), sum(counts.values()))
