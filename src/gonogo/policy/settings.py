"""What a policy file says beside the policy itself: whom to ask, and where the files are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from gonogo.formats.dialect import Dialect
from gonogo.model.policy import Policy


@dataclass(frozen=True, slots=True)
class Header:
    """A header of every request: its value, or the file or environment variable that holds the value."""

    name: str
    value: str | None = field(default=None, repr=False)
    file: Path | None = None
    env: str | None = None


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How the server is reached; every path is absolute.

    ``rules_url`` and ``targets_url`` say who knows the rules and targets where the
    server does not; ``None`` = the server. Secrets are named, not held: by a file or
    by an environment variable (``gonogo.policy.secrets``). ``max_bytes`` bounds
    what is read at one time. ``features`` are those that the server runs with, by
    ``--enable-feature``.
    """

    url: str = "http://127.0.0.1:9090"
    config: Path | None = None
    rules_url: str | None = None
    targets_url: str | None = None
    timeout: timedelta = timedelta(seconds=10)
    max_bytes: int = 256 * 1024 * 1024
    authorization_type: str | None = None
    credentials_file: Path | None = None
    credentials_env: str | None = None
    username: str | None = None
    password_file: Path | None = None
    password_env: str | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    server_name: str | None = None
    insecure_skip_verify: bool = False
    headers: tuple[Header, ...] = ()
    features: tuple[str, ...] = ()
    dialect: Dialect = Dialect.PROMETHEUS


class Trigger(StrEnum):
    """How a server is asked to read its files again."""

    HTTP = "http"
    SIGNAL = "signal"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class ReloadSettings:
    """How a server is reloaded safely; every path is absolute.

    Attributes:
        trigger: how it is asked.
        pid: its process, for a signal; or ``pid_file``.
        pid_file: the file that holds the number of its process.
        command: a program and its arguments.
        promtool: what runs the promtool on its side; empty: there is none.
        promtool_root: the folder in which that one sees ``promtool_base``; ``None``: under the same names as here.
        promtool_base: the folder here; ``None``: the configuration's.
        min_gap: the least time between two reloads.
        max_removed: the most of rules, of jobs or of targets that may go away, 0 to 1.
        timeout: how long a reload may stay without a known result.
        metrics: the textfile folder of its metrics; ``None``: the heartbeat's.
        state: the folder of its state; ``None``: the journal's.
    """

    trigger: Trigger = Trigger.HTTP
    pid: int | None = None
    pid_file: Path | None = None
    command: tuple[str, ...] = ()
    promtool: tuple[str, ...] = ()
    promtool_root: str | None = None
    promtool_base: Path | None = None
    min_gap: timedelta = timedelta(0)
    max_removed: float = 0.25
    timeout: timedelta = timedelta(minutes=5)
    metrics: Path | None = None
    state: Path | None = None


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy as it was loaded, with everything that its file names.

    Attributes:
        path: the file as it was given.
        sha256: of the file's bytes, in hexadecimal.
        policy: what verdicts depend on.
        server: whom to ask, and how.
        rules: absolute globs of the policy's rule files.
        tests: absolute files or folders of promtool tests.
        journal: where records go.
        named: dotted keys that the file itself sets (``prometheus``,
            ``prometheus.config``, ``rules``); a file that only a default names may be
            missing.
        reload: how the server is reloaded.
    """

    path: Path
    sha256: str
    policy: Policy
    server: ServerSettings
    rules: tuple[str, ...]
    tests: tuple[Path, ...]
    journal: Path
    named: frozenset[str]
    reload: ReloadSettings = ReloadSettings()
