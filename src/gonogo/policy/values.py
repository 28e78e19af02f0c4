"""Checks of single values of a policy.

Each raises a ValueError for a value that it does not accept. The message says in words what is wrong. It never
repeats a value that could be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from gonogo.durations import parse_duration
from gonogo.model.series import is_classic_label, is_name
from gonogo.model.versions import unknown_feature
from gonogo.policy.complaints import kind

FEATURE_PATTERN = "^[a-z0-9][a-z0-9-]*$"
_RESERVED = "__"
"""Label names that begin like this are reserved by Prometheus."""
PREFIX = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_URL = re.compile(r"https?://([^/?#\s]+)(?:/[^?#\s]*)?")
_HOST = re.compile(r"(?:\[[0-9a-fA-F:.%]+\]|[^\s:@\[\]]+)(?::([0-9]{1,5}))?")
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%")
_WHOLE = 100
_HIGHEST_PORT = 65_535


def positive_duration(value: object) -> timedelta:
    """Read a duration greater than zero."""
    if not isinstance(value, str):
        raise ValueError(f"must be a duration such as 45s, 6m or 1h30m, not {kind(value)}")  # noqa: TRY004 - one kind of error
    duration = parse_duration(value)
    if not duration:
        raise ValueError("must be greater than zero")
    return duration


def share(value: object) -> float:
    """Return a share in percent, such as ``5%``, as a number from 0 to 1."""
    match = _SHARE.fullmatch(value) if isinstance(value, str) else None
    if match is None or float(match[1]) > _WHOLE:
        raise ValueError("must be a share such as 5%, from 0% to 100%")
    return float(match[1]) / _WHOLE


def http_url(value: object) -> str:
    """Check the address of a server. No message repeats the address, because it may contain a secret."""
    if not isinstance(value, str):
        raise ValueError(f"must be an address such as http://127.0.0.1:9090, not {kind(value)}")  # noqa: TRY004 - one kind of error
    match = _URL.fullmatch(value)
    if "@" in value.partition("://")[2].split("/")[0]:
        raise ValueError("a secret does not belong in an address; use basic_auth with password_file or password_env")
    if "?" in value or "#" in value:
        raise ValueError("must be an address without ? and #")
    host = _HOST.fullmatch(match[1]) if match else None
    if host is None or int(host[1] or 1) not in range(1, _HIGHEST_PORT + 1):
        raise ValueError("must be an address such as http://127.0.0.1:9090 or https://host/path")
    return value


def text(value: object) -> str:
    """Check that a value is text and not empty."""
    if not isinstance(value, str):
        hint = "; quote it" if isinstance(value, (bool, int, float)) else ""
        raise ValueError(f"must be text, not {kind(value)}{hint}")  # noqa: TRY004 - one kind of error
    if not value.strip():
        raise ValueError("must not be empty")
    return value


def label_name(value: object) -> str:
    """Check the name of a label: any UTF-8 text, as Prometheus accepts it since 3.0."""
    if (name := metric_name(value)).startswith(_RESERVED):
        raise ValueError("is not a valid label name: Prometheus reserves names that begin with __")
    return name


def classic_label_name(value: object) -> str:
    """Check the name of a label that every version of every exporter can write and read."""
    if not is_classic_label(name := label_name(value)):
        raise ValueError(
            "is not a valid label name in a textfile, which older node_exporters refuse as a whole: "
            "use letters, digits and _, and do not begin with a digit"
        )
    return name


def metric_name(value: object) -> str:
    """Check the name of a metric: any UTF-8 text, as Prometheus accepts it since 3.0."""
    if not is_name(name := text(value)):
        raise ValueError("is not a valid name: it has half of a surrogate pair, which UTF-8 cannot write")
    return name


def prefix(value: object) -> str:
    """Check the prefix of metric names."""
    if not PREFIX.fullmatch(name := text(value)):
        raise ValueError("must have only letters, digits and _, and no digit at the beginning")
    return name


def variable(value: object) -> str:
    """Check the name of an environment variable."""
    if not PREFIX.fullmatch(name := text(value)):
        raise ValueError("must be the name of an environment variable, not its value")
    return name


def feature(value: object) -> str:
    """Check the name of a feature as ``--enable-feature`` takes it."""
    name = text(value)
    if not re.fullmatch(FEATURE_PATTERN, name):
        raise ValueError("must be the name of one feature, such as promql-experimental-functions")
    if mistake := unknown_feature(name):
        raise ValueError(mistake)
    return name


def one_of(value: object, choices: Iterable[str]) -> str:
    """Check that a value is one of a few words."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"must be {' or '.join(choices)}")
    return value
