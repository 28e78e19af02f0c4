"""The meaning of a policy as canonical JSON: equal for two files that say the same in other bytes.

A comment, another name of the file, another order of keys, a preset written out, and ``5m`` in place of ``300s`` change
nothing. Every threshold, name, label and duration of the policy changes the meaning. Of the settings beside the policy,
only those count that the outcome of a run depends on: the dialect of the rule files and the features of the server. The
address of the server, its credentials and the places of files are no part of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from msgspec.structs import fields

from gonogo.model.condition import Condition, Criterion
from gonogo.model.replacing import replace
from gonogo.policy.settings import PolicyFile


def meaning_of(policy_file: PolicyFile) -> bytes:
    """Return the canonical JSON of what the policy means."""
    policy = policy_file.policy
    folder = policy.heartbeat.textfile_dir
    if folder is not None:
        place = _from(policy_file.path.absolute().parent, Path(folder))
        policy = replace(policy, heartbeat=replace(policy.heartbeat, textfile_dir=place))
    meant = {
        "policy": replace(policy, gates=()),
        "gates": {gate.name: gate for gate in policy.gates},
        "dialect": policy_file.server.dialect,
        "features": policy_file.server.features,
    }
    return json.dumps(meant, default=_stored, sort_keys=True, separators=(",", ":")).encode()


def _from(folder: Path, place: Path) -> str:
    """Return a place as the policy names it: relative to its folder, or else absolute."""
    return str(place.relative_to(folder) if place.is_relative_to(folder) else place)


def _stored(value: object) -> object:
    """Return what stands in JSON for a value. A condition is its terms, because its text has other spellings."""
    if isinstance(value, Condition):
        return value.terms
    if isinstance(value, Criterion):
        return value.statistic, value.bound
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return dict(value)
    members = {field.name: getattr(value, field.name) for field in fields(value)}  # type: ignore[arg-type]  # a Struct is left
    return {"type": type(value).__name__, **members}
