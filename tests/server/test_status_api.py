"""The error of a refused reload, and the rule offset in the configuration."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from gonogo.errors import ActionFailed, SourceError
from gonogo.server.http import Client
from gonogo.server.status_api import reload, rule_query_offset
from tests.faulty_server import faulty

LINE = "field azure_sd_configs not found in type struct"


def test_the_error_of_a_refused_reload_has_the_line_of_the_mistake() -> None:
    """The server names the paths of files first, and the mistake last. Only a much longer text is cut."""
    path = "/etc/prometheus/" + "deep/" * 40
    body = f"failed to reload config: parsing {path}prometheus.yml: yaml: unmarshal errors:\n  line 1: {LINE}\n"
    with faulty(lambda connection: connection.answer("500 no", body.encode())) as server:
        with pytest.raises(ActionFailed) as refused:
            reload(Client(), server.url)
        assert LINE in refused.value.why
    with faulty(lambda connection: connection.answer("500 no", b"x" * 9000)) as server:
        with pytest.raises(ActionFailed) as long:
            reload(Client(), server.url)
        assert len(long.value.why) < 2100


def offset_in(yaml: str) -> timedelta:
    """Read the offset from a server with this configuration."""
    body = orjson.dumps({"status": "success", "data": {"yaml": yaml}})
    with faulty(lambda connection: connection.answer("200 OK", body)) as server:
        return rule_query_offset(Client(), server.url)


def test_only_the_offset_of_the_global_section_counts() -> None:
    """The same text in another section does not count. An invalid duration is an error."""
    with pytest.raises(SourceError, match="is not a duration"):
        offset_in("global:\n  rule_query_offset: soon\n")
    shown = "global:\n  scrape_interval: 1s\n  scrape_protocols:\n  - A\n  external_labels:\n    a: b\n"
    later = "rule_files:\n- r.yml\n"
    assert offset_in(f"{shown}{later}") == timedelta(0)
    assert offset_in(f"{shown}{later}other:\n  rule_query_offset: 9s\n") == timedelta(0)
    assert offset_in(f"{shown}    rule_query_offset: 9s\n{later}") == timedelta(0)
    assert offset_in(f"{shown}  rule_query_offset: 1m30s\n{later}") == timedelta(seconds=90)
