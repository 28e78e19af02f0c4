"""The place of a reload: the server, its trigger, the trees on disk, and the folder of its state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

from msgspec import Struct, field

from gonogo.journal.runs import Run
from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleKind
from gonogo.policy.server import client_of, server_of
from gonogo.policy.settings import PolicyFile, ReloadSettings, Trigger
from gonogo.promql.canonical import canonical
from gonogo.reload.contents import Contents
from gonogo.reload.signal_trigger import hang_up, no_process
from gonogo.reload.trees.marker import state_in_force
from gonogo.reload.trees.state_folder import StateFolder, state_folder
from gonogo.reload.trees.tree import Tree, live_tree, staged_tree
from gonogo.reload.trigger import Triggered, missing_program, post_reload, reload_by_command
from gonogo.reload.waits import RELOAD_WAITS, ReloadWaits
from gonogo.server.address import parse_address
from gonogo.server.api import formatted
from gonogo.server.http import Client
from gonogo.server.server_state import ServerState, Vitals, server_state, vitals
from gonogo.server.status_api import ready, why_not_ready
from gonogo.stopping import looks

Placed = tuple[str, RuleKind, str]
"""The group, the kind and the name of a rule."""


class ServerSpelling(Struct, frozen=True):
    """The server's spelling of expressions. The server is asked once for each expression.

    ``ask`` returns the spelling of an expression, or None. ``unread`` are the rules that gonogo cannot parse.
    """

    ask: Callable[[str], str | None]
    unread: set[Placed] = field(default_factory=set)
    known: dict[str, str] = field(default_factory=dict)

    def of_files(self, groups: Iterable[RuleGroup]) -> tuple[RuleGroup, ...]:
        """Return the groups of files, with the server's spelling for each expression that gonogo cannot parse."""
        groups = tuple(groups)
        self.unread.update(
            (group.name, rule.kind, rule.name)
            for group in groups
            for rule in group.rules
            if canonical(rule.expression) is None
        )
        return tuple(
            replace(group, rules=tuple(self._rule(group.name, rule) for rule in group.rules)) for group in groups
        )

    def of_server(self, groups: tuple[LoadedGroup, ...]) -> tuple[LoadedGroup, ...]:
        """Return the groups of the server, with the same spelling for the rules that gonogo cannot parse."""
        if not self.unread:
            return groups
        return tuple(
            replace(
                group,
                rules=tuple(replace(state, rule=self._rule(group.name, state.rule)) for state in group.rules),
            )
            for group in groups
        )

    def _rule(self, group: str, rule: Rule) -> Rule:
        if (group, rule.kind, rule.name) not in self.unread:
            return rule
        text = rule.expression
        if text not in self.known:
            self.known[text] = self.ask(text) or text
        return replace(rule, expression=self.known[text])


class ReloadRequest(Struct, frozen=True):
    """The request for a reload.

    Attributes:
        policy_file: the policy; its ``prometheus.config`` is the live configuration.
        url: the server's address, instead of the policy's.
        staged: the staged folder. ``None`` for a reload in place.
        max_removed: the largest share that may be removed, 0 to 1, instead of the policy's.
        repair: whether to continue although the last reload failed, or the server has an unknown configuration.
        without_rollback: whether to continue without a way back.
        allow_version_skew: whether promtool may have another version than the server.
        overwrite: whether a recovery may overwrite files that another program changed.
        only_preview: whether to stop before anything is changed.
        even_unchanged: whether to reload although the server has everything already.
        checked: the runs of lint and unit tests that were just made on exactly these files.
        beat: whether to write a beat after a proved reload.
        waits: the waits that no policy sets.
    """

    policy_file: PolicyFile
    url: str | None = None
    staged: Path | None = None
    max_removed: float | None = None
    repair: bool = False
    without_rollback: bool = False
    allow_version_skew: bool = False
    overwrite: bool = False
    only_preview: bool = False
    even_unchanged: bool = False
    checked: tuple[Run, ...] = ()
    beat: bool = True
    waits: ReloadWaits = RELOAD_WAITS


ONE_ANSWER = timedelta(seconds=30)
"""The longest time for one answer, the reload's own included. The server's metrics settle a slower reload."""

READY_WITHIN = timedelta(seconds=15)
"""The longest time to wait until a server that has just started is ready."""

_LOOK_EVERY = 0.25

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names of this machine. They share one state folder, so that the state of its reloads is found again."""


class AskedServer(Struct, frozen=True):
    """A server, by its address in normal form, and the way to make it reload."""

    url: str
    client: Client
    settings: ReloadSettings
    spelling: ServerSpelling

    def unready(self, within: timedelta = READY_WITHIN) -> str:
        """Wait until the server is ready. Return why it is not, or an empty string."""
        if any(ready(self.client, self.url) for _ in looks(within.total_seconds(), _LOOK_EVERY)):
            return ""
        why = why_not_ready(self.client, self.url)
        late = f"{self.url} did not become ready within {within.total_seconds():g} s"
        return f"{late}: {why}" if why else f"{late}, and is ready only now (run the command again)"

    def state(self) -> ServerState:
        """Read the whole state of the server. Raises ``SourceError``."""
        return self.spelled(server_state(self.client, self.url))

    def spelled(self, state: ServerState) -> ServerState:
        """Return a state whose rules are spelled like those of the files."""
        return replace(state, rules=self.spelling.of_server(state.rules))

    def as_spelled(self, contents: Contents) -> Contents:
        """Return the contents of a tree with the expressions that gonogo cannot parse in the server's spelling."""
        return replace(contents, rules=self.spelling.of_files(contents.rules))

    def vitals(self) -> Vitals:
        """Read the server's vitals. Raises ``SourceError``."""
        return vitals(self.client, self.url)

    def trigger(self, before: ServerState) -> Triggered:
        """Ask the server once to read its files again."""
        settings = self.settings
        if settings.trigger is Trigger.HTTP:
            return post_reload(self.client, self.url, min(ONE_ANSWER, settings.timeout))
        if settings.trigger is Trigger.COMMAND:
            return reload_by_command(settings.command, min(ONE_ANSWER, settings.timeout))
        started, config = before.vitals.metrics.started_at, before.flags.get("config.file", "")
        return hang_up(settings.pid_file or settings.pid or 0, started_at=started, config_file=config)

    def cannot_be_asked(self, before: ServerState) -> str:
        """Return why the server cannot be asked to reload, as far as that is known beforehand, or an empty string."""
        settings = self.settings
        if settings.trigger is Trigger.COMMAND:
            return missing_program(settings.command)
        if settings.trigger is Trigger.SIGNAL:
            started, config = before.vitals.metrics.started_at, before.flags.get("config.file", "")
            return no_process(settings.pid_file or settings.pid or 0, started_at=started, config_file=config)
        if not before.lifecycle:
            return (
                "the server cannot be asked by HTTP: it runs without --web.enable-lifecycle "
                "(start the server with that flag, or set reload.trigger to signal or command)"
            )
        return ""


class ReloadPlace(Struct, frozen=True):
    """The server, the trees and the state of a reload.

    ``live`` is ``None`` if the policy names no configuration, and ``staged`` for a reload in place.
    """

    policy_file: PolicyFile
    server: AskedServer
    state: StateFolder
    live: Tree | None
    staged: Tree | None
    waits: ReloadWaits = RELOAD_WAITS


def place_of(request: ReloadRequest) -> ReloadPlace:
    """Find the server, the trees and the state of a reload. This reads only the policy and paths, and changes nothing.

    Raises:
        PolicyError: a secret cannot be read.
        UsageError: an address is not a URL.
        ActionFailed: the marker of a switch cannot be read.
    """
    policy_file = request.policy_file
    address = parse_address(server_of(policy_file, request.url).url)
    url = str(address)
    settings = policy_file.reload
    client = client_of(policy_file.server, at_most=ONE_ANSWER)
    config = policy_file.server.config
    live = None if config is None else live_tree(config)
    name = replace(address, host="127.0.0.1") if address.host in _LOOPBACK else address
    state = state_folder(settings.state or policy_file.journal.parent, str(name))
    return ReloadPlace(
        policy_file=policy_file,
        server=AskedServer(url, client, settings, ServerSpelling(lambda text: formatted(client, url, text))),
        state=state if live is None else state_in_force(state, live),
        live=live,
        staged=None if live is None or request.staged is None else staged_tree(request.staged, live),
        waits=request.waits,
    )
