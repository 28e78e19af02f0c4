"""Reads the keys that a beat needs, without the rest of the policy.

A beat runs every few seconds, so this module does not import pydantic. The whole policy
is loaded by the same functions, so that both have the same rules and messages.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from gonogo.durations import format_duration
from gonogo.errors import PolicyError
from gonogo.model.heartbeat import Heartbeat
from gonogo.model.replacing import replace
from gonogo.model.series import REALM_LABEL
from gonogo.policy import values
from gonogo.policy.complaints import Complaints, PolicyFinding, PolicySeverity, kind
from gonogo.policy.file import DEFAULT_PRESET, PRESETS, preset_keys, read_policy_text

OWN_LABELS = frozenset({REALM_LABEL, "via", "job", "instance"})
"""Labels that the writer, the scrape or the push sets. A policy cannot set them."""
READS = ("textfile", "push")
"""The values of ``heartbeat.read``: the published copies that the rules can read."""
LONGEST_FRESH = timedelta(days=7)
"""The longest ``heartbeat.fresh``. An older beat proves nothing."""
BEATS_IN_A_WINDOW = 5
"""The number of beats in ``window`` below which lint warns."""
SCRAPES_IN_A_WINDOW = 2
"""The least number of scrapes in a window that shows a change."""
STATE_FOLDER = ".gonogo"
"""The folder beside the policy in which a writer that only pushes keeps its state."""


class Identity(Struct, frozen=True):
    """The preset of a policy, and the realm and the prefix of its metrics; ``None`` = not set."""

    preset: str | None
    realm: str | None
    prefix: str | None


class HeartbeatFile(Struct, frozen=True):
    """The keys of a policy that the writer needs. ``state_dir`` is absolute."""

    path: Path
    realm: str | None
    prefix: str
    heartbeat: Heartbeat
    state_dir: Path


def load_heartbeat(path: Path) -> HeartbeatFile:
    """Read the keys of a policy that the heartbeat needs. The other keys are not checked.

    Raises:
        PolicyError: the file cannot be read, or these keys have mistakes. All mistakes are listed.
    """
    source = read_policy_text(path)
    complaints = Complaints(source.document)
    identity = read_identity(source.keys, complaints)
    heartbeat = read_heartbeat(source.keys.get("heartbeat", {}), source.folder, complaints)
    if identity.prefix is None and not complaints.touch("prefix"):
        complaints.about(
            ("prefix",), "the metric names of the heartbeat begin with the prefix", "set one, such as duri"
        )
    if complaints.problems:
        raise PolicyError(tuple(complaints.problems))
    folder = heartbeat.textfile_dir
    state_dir = Path(folder) if folder is not None else source.folder / STATE_FOLDER
    return HeartbeatFile(path, identity.realm, identity.prefix or "", heartbeat, state_dir)


def read_identity(keys: Mapping[str, object], complaints: Complaints) -> Identity:
    """Read ``preset``, ``realm`` and ``prefix``. A key with a mistake gets the value of the preset."""
    preset = keys.get("preset", DEFAULT_PRESET)
    if preset is not None and preset not in PRESETS:
        complaints.about(("preset",), f"must be {' or '.join(PRESETS)}, or null for a policy without a preset")
        preset = DEFAULT_PRESET
    base = preset_keys(str(preset)) if preset is not None else {}
    found = {"realm": base.get("realm"), "prefix": base.get("prefix")}
    for name, check in (("realm", values.text), ("prefix", values.prefix)):
        if name not in keys:
            continue
        if keys[name] is not None:
            found[name] = _checked(keys[name], check, (name,), complaints, found[name])
        elif preset is None:
            found[name] = None
        else:
            complaints.about((name,), f"the signals of the preset need a {name}", f"set {name}, or write preset: null")
    return Identity(None if preset is None else str(preset), _text(found["realm"]), _text(found["prefix"]))


def read_heartbeat(given: object, folder: Path, complaints: Complaints) -> Heartbeat:
    """Read ``heartbeat``. A key with a mistake adds a problem and gets its default."""
    if not isinstance(given, dict):
        complaints.about(("heartbeat",), f"must be a mapping, not {kind(given)}")
        return Heartbeat()
    read: dict[str, object] = {}
    for key, value in given.items():
        loc = ("heartbeat", key)
        if key == "labels":
            read[key] = _labels(value, complaints)
        elif key in CHECKS:
            read[key] = _checked(value, CHECKS[key], loc, complaints, getattr(Heartbeat(), key))
        else:
            complaints.unknown_key(loc, (*CHECKS, "labels"))
    heartbeat = replace(Heartbeat(), **read)  # type: ignore[arg-type]  # each checked by its key
    if heartbeat.textfile_dir is not None:
        heartbeat = replace(heartbeat, textfile_dir=str(folder / heartbeat.textfile_dir))
    _consistent(heartbeat, complaints)
    return heartbeat


def _consistent(heartbeat: Heartbeat, complaints: Complaints) -> None:
    if complaints.touch("heartbeat"):
        return
    if heartbeat.read == "textfile" and heartbeat.textfile_dir is None:
        complaints.about(("heartbeat", "read"), "there is no textfile to read", "set textfile_dir, or write read: push")
    if heartbeat.read == "push" and heartbeat.pushgateway is None:
        complaints.about(
            ("heartbeat", "read"), "there is no Pushgateway to read from", "set pushgateway to its address"
        )
    for finding in heartbeat_errors(heartbeat, scrape=None):
        complaints.about(finding.loc, finding.message, finding.next_step)


def heartbeat_errors(heartbeat: Heartbeat, scrape: timedelta | None) -> Iterator[PolicyFinding]:
    """Yield the durations of the heartbeat that cannot work together.

    ``scrape`` is the interval at which the writer's file or the Pushgateway is scraped. Checks that need it are left
    out if it is ``None``.
    """
    every = format_duration(heartbeat.every)
    if heartbeat.fresh <= heartbeat.every:
        message = f"a limit of {heartbeat.fresh_name} makes a healthy writer stale before its next beat, {every} later"
        yield _error("fresh-not-over-every", "fresh", message, f"use {whole_seconds(2.5 * heartbeat.every)}")
    elif scrape is not None and heartbeat.fresh < heartbeat.every + scrape:
        message = f"a beat every {every}, seen up to {format_duration(scrape)} later, is stale without any loss"
        yield _error("fresh-not-over-every", "fresh", message, f"use {whole_seconds(2.5 * heartbeat.every + scrape)}")
    if heartbeat.window <= heartbeat.every:
        message = f"a window of {heartbeat.window_name} can be without a beat, because a beat comes every {every}"
        yield _error(
            "window-not-over-every", "window", message, f"use {whole_seconds(BEATS_IN_A_WINDOW * heartbeat.every)}"
        )
    if scrape is not None and heartbeat.window < SCRAPES_IN_A_WINDOW * scrape:
        message = (
            f"a window of {heartbeat.window_name} is shorter than two scrapes, one every {format_duration(scrape)}"
        )
        yield _error("window-lt-2x-scrape", "window", message, f"use at least {whole_seconds(4 * scrape)}")


def whole_seconds(duration: timedelta) -> str:
    """Return a duration as text, rounded up to whole seconds."""
    return format_duration(timedelta(seconds=math.ceil(duration / timedelta(seconds=1))))


def _error(check: str, key: str, message: str, next_step: str) -> PolicyFinding:
    return PolicyFinding(check, PolicySeverity.ERROR, ("heartbeat", key), message, next_step)


def _labels(given: object, complaints: Complaints) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        complaints.about(("heartbeat", "labels"), f"must be a mapping of names to text, not {kind(given)}")
        return {}
    labels = {}
    for name, value in given.items():
        loc = ("heartbeat", "labels", name)
        if name in OWN_LABELS:
            complaints.about(loc, "is set by the writer, the scrape or the push", "choose another name", key=True)
        elif _checked(name, values.classic_label_name, loc, complaints, None) is not None:
            labels[name] = str(_checked(value, values.text, loc, complaints, ""))
    return labels


def _checked(
    value: object,
    check: Callable[[object], object],
    loc: tuple[str | int, ...],
    complaints: Complaints,
    otherwise: object,
) -> object:
    try:
        return check(value)
    except ValueError as error:
        complaints.about(loc, str(error))
        return otherwise


def _fresh(value: object) -> timedelta:
    fresh = values.positive_duration(value)
    if fresh % timedelta(seconds=1) or fresh > LONGEST_FRESH:
        raise ValueError("must be whole seconds, at most 7d, because metric names contain it")
    return fresh


def pushgateway_url(value: object) -> str:
    """Check the address of a Pushgateway. A push sends it as it is written."""
    if not (url := values.http_url(value)).isascii() or not url.isprintable():
        raise ValueError("must have only printable characters of ASCII; write the host's name as DNS has it (xn--...)")
    return url


def _read(value: object) -> str:
    return values.one_of(value, READS)


def _nullable(check: Callable[[object], object]) -> Callable[[object], object]:
    return lambda value: None if value is None else check(value)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


CHECKS: Mapping[str, Callable[[object], object]] = {
    "every": values.positive_duration,
    "window": values.positive_duration,
    "fresh": _fresh,
    "textfile_dir": _nullable(values.text),
    "pushgateway": _nullable(pushgateway_url),
    "read": _read,
}
"""Key of ``heartbeat`` -> the check of its value, without ``labels``. The schema uses the same checks."""
