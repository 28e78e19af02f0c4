"""Where a reload happens: the server, how it is asked, the trees on disk, the state of its reloads."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from gonogo.policy.server import client_of, server_of
from gonogo.policy.settings import PolicyFile, ReloadSettings, Trigger
from gonogo.reload.command_trigger import missing_program, reload_by_command
from gonogo.reload.contents import Contents
from gonogo.reload.request import ReloadRequest
from gonogo.reload.server_spelling import ServerSpelling
from gonogo.reload.signal_trigger import hang_up, hang_up_by_file, no_process
from gonogo.reload.trees.server_state import StateFolder
from gonogo.reload.trees.server_state import server_state as state_folder
from gonogo.reload.trees.tree import Tree, live_tree, staged_tree
from gonogo.reload.trees.unsettled import state_in_force
from gonogo.reload.trigger import Triggered, post_reload
from gonogo.server.address import Address, parse_address
from gonogo.server.format_api import formatted
from gonogo.server.http import Client
from gonogo.server.server_state import ServerState, Vitals, server_state, vitals
from gonogo.server.status_api import ready, why_not_ready
from gonogo.stopping import pause

ONE_ANSWER = timedelta(seconds=30)
"""How long one answer may take, a reload's own among them: what is slower is settled by the server's metrics."""

READY_WITHIN = timedelta(seconds=15)
"""How long a server that has just been started may take; one that replays for longer is asked again later."""

_LOOK_EVERY = 0.25

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class AskedServer:
    """A server, and how it is asked.

    Attributes:
        url: its address in its one form.
        client: asks it.
        settings: how it is reloaded.
        spelling: compares expressions that only the server can read.
    """

    url: str
    client: Client
    settings: ReloadSettings
    spelling: ServerSpelling

    def unready(self, within: timedelta = READY_WITHIN) -> str:
        """Wait until it says that it is ready; returns a sentence that says why it does not. Empty: it is ready."""
        if until(lambda: ready(self.client, self.url), within):
            return ""
        why = why_not_ready(self.client, self.url)
        late = f"{self.url} was not ready for {within.total_seconds():g} s"
        return f"{late}: {why}" if why else f"{late}, and is so only now (run the command again)"

    def state(self) -> ServerState:
        """Look at all of it; raises ``SourceError``."""
        return self.spelled(server_state(self.client, self.url))

    def spelled(self, state: ServerState) -> ServerState:
        """Return a state with the rules spelled like those of the files that were read."""
        return replace(state, rules=self.spelling.of_server(state.rules))

    def as_spelled(self, contents: Contents) -> Contents:
        """Return what a tree says, with expressions that cannot be read here in the server's spelling."""
        return replace(contents, rules=self.spelling.of_files(contents.rules))

    def vitals(self) -> Vitals:
        """Look at its vitals; raises ``SourceError``."""
        return vitals(self.client, self.url)

    def trigger(self, before: ServerState) -> Triggered:
        """Ask it once to read its files again."""
        settings = self.settings
        if settings.trigger is Trigger.HTTP:
            return post_reload(self.client, self.url, min(ONE_ANSWER, settings.timeout))
        if settings.trigger is Trigger.COMMAND:
            return reload_by_command(settings.command, min(ONE_ANSWER, settings.timeout))
        started, config = before.vitals.metrics.started_at, before.flags.get("config.file", "")
        if settings.pid_file is not None:
            return hang_up_by_file(settings.pid_file, started_at=started, config_file=config)
        return hang_up(settings.pid or 0, started_at=started, config_file=config)

    def cannot_be_asked(self, before: ServerState) -> str:
        """Say what is known beforehand to keep it from being asked to reload; empty where nothing is."""
        settings = self.settings
        if settings.trigger is Trigger.COMMAND:
            return missing_program(settings.command)
        if settings.trigger is Trigger.SIGNAL:
            started, config = before.vitals.metrics.started_at, before.flags.get("config.file", "")
            return no_process(settings.pid_file or settings.pid or 0, started_at=started, config_file=config)
        if not before.lifecycle:
            return (
                "the server cannot be asked by HTTP: it runs without --web.enable-lifecycle "
                "(start it with that, or set reload.trigger to signal or command)"
            )
        return ""


@dataclass(frozen=True, slots=True)
class ReloadPlace:
    """Where a reload happens.

    Attributes:
        policy_file: the policy.
        server: the server.
        state: the folder of its reloads' state.
        live: the tree that it reads; ``None`` where the policy names no configuration.
        staged: the tree that shall be live; ``None``: it is, in place.
    """

    policy_file: PolicyFile
    server: AskedServer
    state: StateFolder
    live: Tree | None
    staged: Tree | None


def place_of(request: ReloadRequest) -> ReloadPlace:
    """Find out where a reload happens; nothing is asked or touched.

    Raises:
        PolicyError: a secret cannot be read.
        UsageError: an address is no URL.
        ActionFailed: the marker of a switch cannot be read.
    """
    policy_file = request.policy_file
    address = parse_address(server_of(policy_file, request.url).url)
    url = str(address)
    settings = policy_file.reload
    client = client_of(policy_file.server, at_most=ONE_ANSWER)
    config = policy_file.server.config
    live = None if config is None else live_tree(config)
    state = state_folder(settings.state or policy_file.journal.parent, str(_one_name(address)))
    return ReloadPlace(
        policy_file=policy_file,
        server=AskedServer(url, client, settings, ServerSpelling(lambda text: formatted(client, url, text))),
        state=state if live is None else state_in_force(state, live),
        live=live,
        staged=None if live is None or request.staged is None else staged_tree(request.staged, live),
    )


def _one_name(address: Address) -> Address:
    """Give a server of this machine the same name however it is spelled: its state must be found again."""
    return replace(address, host="127.0.0.1") if address.host in _LOOPBACK else address


def until(met: Callable[[], bool], within: timedelta) -> bool:
    """Look again and again until something is met; ``False`` when the time is up."""
    end = time.monotonic() + within.total_seconds()
    while not met():
        if time.monotonic() >= end:
            return False
        pause(_LOOK_EVERY)
    return True
