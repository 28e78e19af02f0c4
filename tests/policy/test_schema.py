"""The JSON Schema, and the page that documents every key of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gonogo.policy.key_types import DURATION_PATTERN
from gonogo.policy.load import load
from gonogo.policy.schema import json_schema
from tests.policy.policy_files import loaded, written

DOCS = Path(__file__).parents[2] / "docs/policy.md"


def keys(schema: dict[str, Any], definitions: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every key with its dotted path; entries of lists and mappings share their parent's path."""
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


def test_the_pattern_of_durations_is_theirs() -> None:
    """It accepts what the loader reads."""
    for text in ("45s", "1h30m", "2w", "500ms"):
        assert re.fullmatch(DURATION_PATTERN, text)
    assert not re.search(DURATION_PATTERN, "30 s")


def test_the_documentation_has_every_key() -> None:
    """No key is left out of the page."""
    documented = set(re.findall(r"^\| `([a-z_.*<>]+)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    assert {re.sub(r"\.<name>", "", path) for path in documented} == set(every_key())
