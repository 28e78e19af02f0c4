"""The settings of a policy file beside the policy itself: the server to ask, and the places of files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from msgspec import Struct, field

from gonogo.formats.dialect import Dialect
from gonogo.model.policy import Policy


class Secret(Struct, frozen=True):
    """A text that may be secret: its value, or the file or the environment variable that has it."""

    value: str | None = None
    file: Path | None = None
    env: str | None = None

    def __repr__(self) -> str:
        """Return the places of the secret, without its value."""
        return f"Secret(file={self.file!r}, env={self.env!r})"


class ServerSettings(Struct, frozen=True):
    """The settings that reach the server. Every path is absolute.

    ``rules_url`` and ``targets_url`` are the programs that list the rules and the targets
    if the server does not; ``None`` = the server. A secret is not stored here, only its place.
    ``max_bytes`` limits the bytes that are read at one time. ``features`` are the
    features that the server turns on by ``--enable-feature``.
    """

    url: str = "http://127.0.0.1:9090"
    config: Path | None = None
    rules_url: str | None = None
    targets_url: str | None = None
    timeout: timedelta = timedelta(seconds=10)
    max_bytes: int = 256 * 1024 * 1024
    authorization_type: str = "Bearer"
    credentials: Secret | None = None
    username: str | None = None
    password: Secret | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    server_name: str | None = None
    insecure_skip_verify: bool = False
    headers: Mapping[str, Secret] = field(default_factory=dict)
    features: tuple[str, ...] = ()
    dialect: Dialect = Dialect.PROMETHEUS


class Trigger(StrEnum):
    """The ways to ask a server to reload."""

    HTTP = "http"
    SIGNAL = "signal"
    COMMAND = "command"


class ReloadSettings(Struct, frozen=True):
    """The settings of the safe reload, which docs/policy.md describes key by key. Every path is absolute.

    ``promtool`` is the command of the promtool on the server's side; empty: there is none. It sees ``promtool_base``,
    a folder here (``None``: that of the configuration), as ``promtool_root``. ``metrics`` is the textfile folder
    (``None``: that of the heartbeat), ``state`` the folder for the state of the reload (``None``: that of the journal).
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


class PolicyFile(Struct, frozen=True):
    """A policy file as it was loaded: the policy, and all settings beside it.

    Attributes:
        path: the path of the file, as the user gave it.
        sha256: the hash of the file's bytes, in hexadecimal.
        policy: the policy that verdicts depend on.
        server: the server to ask.
        rules: absolute globs of the policy's rule files.
        tests: absolute files or folders of promtool tests.
        journal: the file of the records.
        named: dotted keys that the file itself sets (``prometheus``,
            ``prometheus.config``, ``rules``). A file that only a default names may be
            missing.
        reload: the settings of the safe reload.
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
