"""The contents of a tree: its configuration and its rules, as the server would read them."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from msgspec import Struct, field

from gonogo.disk.regular_file import NotReadable, read_regular
from gonogo.durations import parse_duration
from gonogo.formats.files import read_rules
from gonogo.formats.prometheus_config import read_configuration
from gonogo.formats.yaml import YamlDocument, parse
from gonogo.model.replacing import replace
from gonogo.model.rule import RuleGroup
from gonogo.reload.compare.configuration import difference
from gonogo.reload.compare.scrape_files import FileJob, ScrapeFiles, read_scrape_files
from gonogo.reload.trees.manifest import Manifest
from gonogo.reload.trees.state_folder import StateFolder, kept
from gonogo.reload.trees.switch_trouble import Unfit
from gonogo.reload.trees.tree import FileKind, Tree
from gonogo.server.server_state import ServerState

Differs = Callable[[str], Sequence[str]]
"""A function from the text of the loaded configuration to its differences from the staged one."""

_DROPS = "relabel_configs"


class StagedJob(Struct, frozen=True):
    """A scrape job: its name, its scrape interval, and its number of targets.

    ``targets`` is ``None`` if the configuration does not show the number: discovery, or relabelling that may drop some.
    """

    name: str
    interval: timedelta
    targets: int | None


class StagedConfiguration(Struct, frozen=True):
    """The state that a server must have.

    Attributes:
        evaluation_interval: the interval of the groups that have none of their own.
        rules: the groups of every file that ``rule_files`` match.
        alertmanagers: the minimum number of Alertmanagers.
        differs: compares the loaded configuration's text with this one.
        discoveries: the number of these Alertmanagers that count because a discovery should find at least one.
        query_offset: the offset of the groups that have none of their own.
        files: the scrape files. Their jobs are among ``jobs``.
        had_files: the scrape files that the server had before, if they are known.
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
        """Return how far in the past each group reads. Of several groups with one name, the longest delay counts."""
        found: dict[str, timedelta] = {}
        for group in self.rules:
            delay = self.query_offset if group.delay is None else group.delay
            found[group.name] = max(delay, found.get(group.name, delay))
        return found

    @property
    def same_file_jobs(self) -> frozenset[str]:
        """Return the names of the unchanged jobs of scrape files."""
        had = self.had_files.jobs
        return frozenset(name for name, job in self.files.jobs.items() if name in had and had[name].tree == job.tree)


def staged(
    text: str, path: str, rules: tuple[RuleGroup, ...], differs: Differs, files: ScrapeFiles | None = None
) -> StagedConfiguration:
    """Read a configuration that promtool has accepted, as far as verification needs it.

    ``differs`` compares it with a loaded one.
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
        query_offset=parse_duration(document.text(("global", "rule_query_offset")) or "0s"),
        files=files,
    )


def _job_targets(document: YamlDocument, place: int) -> int | None:
    job = document.at(("scrape_configs", place))
    return _static(job) if isinstance(job, dict) else None


def _file_targets(job: FileJob) -> int | None:
    return len(set(job.addresses)) if job.is_static and not job.tree.get(_DROPS) else None


def _alertmanagers(document: YamlDocument) -> tuple[int | None, ...]:
    """Count the Alertmanagers of each section. The count is None for a discovery."""
    each = document.at(("alerting", "alertmanagers"))
    return tuple(_static(one) for one in each if isinstance(one, dict)) if isinstance(each, list) else ()


def _static(section: dict[str, object]) -> int | None:
    """Count the different targets of a section. Return ``None`` if discovery may add some, or relabelling drop some."""
    open_ended = any(key.endswith("_sd_configs") or key == _DROPS for key in map(str, section) if section[key])
    groups = section.get("static_configs")
    if open_ended or not isinstance(groups, list):
        return None if open_ended else 0
    named = [group.get("targets") for group in groups if isinstance(group, dict)]
    return len({str(target) for targets in named if isinstance(targets, list) for target in targets})


class Contents(Struct, frozen=True):
    """The contents of a tree: its configuration, the groups of all rule files, and the jobs of its scrape files.

    The ``file`` of a group is the name in the tree. ``digest`` is a hash of everything that a reload reads from the
    tree.
    """

    path: str
    text: str
    rules: tuple[RuleGroup, ...]
    digest: str
    scrapes: ScrapeFiles = field(default_factory=ScrapeFiles)

    def rules_seen_from(self, folder: str) -> tuple[RuleGroup, ...]:
        """Return the rules with the file names that a server uses whose configuration is in ``folder``."""
        return tuple(replace(group, file=posixpath.join(folder, group.file)) for group in self.rules)

    @property
    def unreadable(self) -> tuple[str, ...]:
        """Return why the scrape files cannot be loaded, or nothing."""
        return (self.scrapes.unreadable,) if self.scrapes.unreadable else ()

    @property
    def rule_count(self) -> int:
        """Return the number of rules."""
        return sum(len(group.rules) for group in self.rules)


def contents_of(tree: Tree, manifest: Manifest) -> Contents:
    """Read a tree whose manifest was taken.

    Raises:
        Unfit: a file changed since the manifest was taken.
    """

    def read(name: str) -> bytes:
        try:
            content = read_regular(tree.path(name))[0]
        except NotReadable as error:
            raise Unfit("the tree cannot be read", tree.root, (f"{name}: {error}",)) from error
        if hashlib.sha256(content).hexdigest() != manifest.entries[name].sha256:
            raise Unfit("the tree changed while it was read", tree.root, (f"{name} has other bytes",))
        return content

    return _contents(str(tree.path(tree.config)), manifest, read)


def contents_kept(state: StateFolder, manifest: Manifest) -> Contents:
    """Read a tree whose bytes are kept.

    Raises:
        ActionFailed: bytes are missing or damaged.
    """
    path = posixpath.join(manifest.home, manifest.config)
    return _contents(path, manifest, lambda name: kept(state.objects, manifest.entries[name].sha256))


def digest_of(manifest: Manifest) -> str:
    """Return one short hash of everything that a reload reads from a tree."""
    lines = "\n".join(f"{sha256} {name}" for name, sha256 in sorted(manifest.contents.items()))
    return hashlib.sha256(lines.encode(errors="surrogateescape")).hexdigest()[:16]


def wanted_of(contents: Contents, before: ServerState, previous: Contents | None) -> StagedConfiguration:
    """Return the state that a server must have once it has loaded a tree.

    ``previous`` is the tree that the server had loaded before, if that is known. It shows the server's own defaults.
    """
    folder = folder_of(before)
    text, had = contents.text, None if previous is None else previous.text

    def differs(loaded: str) -> tuple[str, ...]:
        found = difference(text, loaded, had, before=before.configuration, folder=folder)
        return (*(one.words for one in found), *contents.unreadable)

    wanted = staged(text, contents.path, contents.rules, differs, contents.scrapes)
    return wanted if previous is None else replace(wanted, had_files=previous.scrapes)


def folder_of(server: ServerState) -> str:
    """Return the folder of a server's configuration, as its flag has it."""
    return posixpath.dirname(server.flags.get("config.file", ""))


def _contents(path: str, manifest: Manifest, read: Callable[[str], bytes]) -> Contents:
    text = read(manifest.config).decode(errors="replace")
    rules, scrapes = (
        {name: read(name).decode(errors="replace") for name, entry in manifest.entries.items() if entry.kind is kind}
        for kind in (FileKind.RULES, FileKind.SCRAPES)
    )
    groups = tuple(group for name, rules_text in rules.items() for group in read_rules(rules_text, name).groups)
    return Contents(path, text, groups, digest_of(manifest), read_scrape_files(text, scrapes))
