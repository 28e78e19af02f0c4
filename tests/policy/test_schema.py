"""The JSON Schema, and the page that documents every key of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from gonogo.model.heartbeat import Heartbeat
from gonogo.policy.heartbeat import CHECKS
from gonogo.policy.key_types import DURATION_PATTERN
from gonogo.policy.load import load
from gonogo.policy.schema import HeartbeatKeys, json_schema
from tests.policy.policy_files import loaded, written

DOCS = Path(__file__).parents[2] / "docs/policy.md"


def keys(schema: dict[str, Any], definitions: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every key with its dotted path. Entries of lists and mappings have the path of their parent."""
    if "$ref" in schema:
        yield from keys(definitions[schema["$ref"].rpartition("/")[2]], definitions, path)
    for part in (*schema.get("anyOf", ()), schema.get("items"), schema.get("additionalProperties")):
        if isinstance(part, dict):
            yield from keys(part, definitions, path)
    for name, inner in schema.get("properties", {}).items():
        dotted = f"{path}.{name}".removeprefix(".")
        yield dotted, inner
        yield from keys(inner, definitions, dotted)


def every_key() -> dict[str, dict[str, Any]]:
    """Give every key of a policy with its schema."""
    schema: dict[str, Any] = json_schema()
    return dict(keys(schema, schema["$defs"]))


def test_unknown_keys_are_refused_everywhere() -> None:
    """An editor marks what the loader would refuse."""
    schema: dict[str, Any] = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["required"] == ["version"]
    objects = [schema, *schema["$defs"].values()]
    assert all(each["additionalProperties"] is False for each in objects)


def test_every_key_has_a_meaning() -> None:
    """An editor shows what each key is for."""
    assert len(every_key()) > 60
    assert [path for path, schema in every_key().items() if "description" not in schema and "$ref" not in schema] == []


def test_defaults_are_written_as_a_policy_writes_them(tmp_path: Path) -> None:
    """The schema's defaults, put into a policy, are the policy's defaults."""
    entries = ("signals.", "prometheus.authorization.", "prometheus.tls_config.")
    given: dict[str, Any] = {"version": 1}
    for path, schema in every_key().items():
        if schema.get("default") is not None and not path.startswith(entries):
            section, _, key = path.partition(".")
            given |= {section: {**given.get(section, {}), key: schema["default"]} if key else schema["default"]}
    assert given["heartbeat"]["every"] == "45s"
    explicit = load(written(tmp_path, json.dumps(given)))
    plain = loaded(tmp_path)
    assert explicit.policy == plain.policy
    assert (explicit.server, explicit.rules, explicit.tests, explicit.journal) == (
        plain.server,
        plain.rules,
        plain.tests,
        plain.journal,
    )


def test_the_pattern_of_durations_accepts_valid_durations() -> None:
    """The pattern accepts the durations that the loader reads."""
    for text in ("45s", "1h30m", "2w", "500ms"):
        assert re.fullmatch(DURATION_PATTERN, text)
    assert not re.search(DURATION_PATTERN, "30 s")


def test_the_documentation_has_every_key() -> None:
    """No key is left out of the page."""
    documented = set(re.findall(r"^\| `([a-z_.*<>]+)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    assert {re.sub(r"\.<name>", "", path) for path in documented} == set(every_key())


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(["45s", "0s", "1500ms", "7d", "8d", "http://h:1", "http://h?", "push", "textfile", "", " "]),
    st.lists(st.text()),
    st.dictionaries(st.text(), st.text()),
)


def accepts(check: Callable[[object], object], value: object) -> bool:
    """Return whether a check accepts a value."""
    try:
        check(value)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("key", sorted(CHECKS))
@given(value=ANYTHING)
def test_a_beat_reads_each_key_as_the_schema_describes_it(key: str, value: object) -> None:
    """A beat reads its keys without pydantic. The schema has the same keys, and accepts the same values."""
    assert set(HeartbeatKeys.model_fields) == {*CHECKS, "labels"}
    assert accepts(CHECKS[key], value) == accepts(lambda given: HeartbeatKeys.model_validate({key: given}), value)


def test_the_keys_of_a_beat_have_one_default() -> None:
    """The schema and the reader take it from the settings of the heartbeat."""
    defaults = {name: field.default for name, field in HeartbeatKeys.model_fields.items() if name != "labels"}
    assert defaults == {name: getattr(Heartbeat(), name) for name in CHECKS}
    assert set(defaults) | {"labels"} == {field.name for field in fields(Heartbeat)}
