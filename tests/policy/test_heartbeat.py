"""The heartbeat's keys read alone, and as part of the whole policy."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonogo.errors import PolicyError, Problem
from gonogo.model.heartbeat import Heartbeat
from gonogo.policy.heartbeat import HeartbeatFile, load_heartbeat
from gonogo.policy.load import PolicyFile, load
from tests.policy.policy_files import written


def test_a_heartbeat_needs_a_prefix(tmp_path: Path) -> None:
    """A policy without the preset may have no prefix, but then it cannot beat."""
    with pytest.raises(PolicyError, match="1:1: prefix: the metric names of the heartbeat begin with the prefix"):
        load_heartbeat(written(tmp_path, "preset: null\n"))


def test_an_invalid_prefix_is_one_mistake(tmp_path: Path) -> None:
    """An invalid prefix is not reported as missing too."""
    with pytest.raises(PolicyError) as raised:
        load_heartbeat(written(tmp_path, "preset: null\nprefix: 1a\n"))
    assert len(raised.value.problems) == 1


def test_other_keys_are_ignored(tmp_path: Path) -> None:
    """A beat does not depend on gates."""
    file = load_heartbeat(written(tmp_path, "gates: 5\nbogus: 1\nversion: 9\n"))
    folder = Path("/var/lib/node_exporter/textfile")
    assert file == HeartbeatFile(tmp_path / "gonogo.yaml", "prod", "duri", Heartbeat(), folder)


def test_a_push_only_writer_keeps_its_state_beside_the_policy(tmp_path: Path) -> None:
    """Without a textfile folder the state is in ``.gonogo`` of the policy's folder."""
    text = "heartbeat: {textfile_dir: null, pushgateway: 'http://h:9091', read: push, every: 30s, labels: {team: a}}"
    file = load_heartbeat(written(tmp_path, f"preset: null\nprefix: x\nrealm: null\n{text}"))
    assert (file.realm, file.prefix, file.state_dir) == (None, "x", tmp_path / ".gonogo")
    assert file.heartbeat.every == timedelta(seconds=30)
    assert file.heartbeat.labels == {"team": "a"}


def test_a_beat_imports_neither_pydantic_nor_numpy() -> None:
    """The keys of the heartbeat are read without large libraries."""
    code = "import sys, gonogo.policy.heartbeat; print(sorted({'pydantic', 'numpy', 'click'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


DURATIONS = ["30s", "45s", "90s", "6m", "1500ms", "0s", "8d"]
OTHERS = ["http://h:9091", "http://u:p@h", "ftp://h", "push", "textfile", "/srv/text", "x", "''", "'9 a'", "null", "~"]
COLLECTIONS = ["[]", "{}", "{a: b}", "{via: b}", "{1b: b}", "{a: 1}", "{a: ''}"]
VALUES = st.sampled_from([*DURATIONS, *OTHERS, *COLLECTIONS, "45", "true"])
KEYS = st.sampled_from(["every", "window", "fresh", "textfile_dir", "pushgateway", "read", "labels", "evry"])
HEARTBEATS = st.none() | VALUES | st.dictionaries(KEYS, VALUES, max_size=5)


@given(
    heartbeat=HEARTBEATS,
    identity=st.dictionaries(
        st.sampled_from(["realm", "prefix", "preset"]),
        st.sampled_from(["null", "a", "1", "[]", "l4-dryrun"]),
        max_size=3,
    ),
)
@settings(suppress_health_check=[*settings().suppress_health_check, HealthCheck.function_scoped_fixture])
def test_the_reader_of_a_beat_agrees_with_the_reader_of_the_policy(
    tmp_path: Path, heartbeat: str | dict[str, str] | None, identity: dict[str, str]
) -> None:
    """Values and mistakes are the same. Only a beat needs the prefix."""
    lines = ["version: 1", "gates: null", "dry_run: {certify: null}", *(f"{key}: {identity[key]}" for key in identity)]
    if isinstance(heartbeat, dict):
        lines += ["heartbeat:", "  {", *(f"    {key}: {value}," for key, value in heartbeat.items()), "  }"]
    elif heartbeat is not None:
        lines.append(f"heartbeat: {heartbeat}")
    path = written(tmp_path, "\n".join(lines))
    alone, whole = alone_or_mistakes(path), whole_or_mistakes(path)
    if isinstance(alone, HeartbeatFile):
        assert isinstance(whole, PolicyFile), whole
        policy = whole.policy
        assert (alone.realm, alone.prefix, alone.heartbeat) == (policy.realm, policy.prefix, policy.heartbeat)
    else:
        needed = {problem for problem in alone if "begin with the prefix" in problem.message}
        assert set(alone) - needed == (set() if isinstance(whole, PolicyFile) else set(whole))


def alone_or_mistakes(path: Path) -> HeartbeatFile | tuple[Problem, ...]:
    """Read the heartbeat's keys alone."""
    try:
        return load_heartbeat(path)
    except PolicyError as error:
        return error.problems


def whole_or_mistakes(path: Path) -> PolicyFile | tuple[Problem, ...]:
    """Read the whole policy."""
    try:
        return load(path)
    except PolicyError as error:
        return error.problems


@pytest.mark.parametrize(
    "address",
    [
        *("", "127.0.0.1:9091", "ftp://host", "http://", "http://host:0", "http://host:99999", "http://host:x"),
        *("http://[::1", "http://ho st", "http://host/\n", "http://h\u00f6st"),
    ],
)
def test_an_invalid_pushgateway_address_is_refused(tmp_path: Path, address: str) -> None:
    """The address is a mistake of the policy, for a beat and for the whole policy."""
    path = written(tmp_path, f"version: 1\nheartbeat: {{pushgateway: {json.dumps(address)}}}\n")
    for reader in (load_heartbeat, load):
        with pytest.raises(PolicyError, match=r"2:\d+: heartbeat\.pushgateway: must "):
            reader(path)


@pytest.mark.parametrize("address", ["http://u:hunter2@host", "http://host/?token=hunter2", "http://host/#hunter2"])
def test_secrets_in_the_address_are_refused_and_not_repeated(tmp_path: Path, address: str) -> None:
    """A password in a URL would end up in logs."""
    with pytest.raises(PolicyError, match=r"gonogo\.yaml:2:\d+: heartbeat\.pushgateway: ") as caught:
        load_heartbeat(written(tmp_path, f"version: 1\nheartbeat: {{pushgateway: {json.dumps(address)}}}\n"))
    assert "hunter2" not in str(caught.value)
