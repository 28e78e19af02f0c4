"""What a policy file says beside the policy itself: whom to ask, and where the files are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from gonogo.model.policy import Policy


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How the server is reached; every path is absolute.

    ``rules_url`` and ``targets_url`` say who knows the rules and targets where the
    server does not; ``None`` = the server. Secrets are named, not held: by a file or
    by an environment variable (``gonogo.policy.secrets``). ``max_bytes`` bounds
    what is read at one time.
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
    """

    path: Path
    sha256: str
    policy: Policy
    server: ServerSettings
    rules: tuple[str, ...]
    tests: tuple[Path, ...]
    journal: Path
    named: frozenset[str]
