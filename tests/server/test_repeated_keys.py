"""Keys that stand twice in an object are found, and no key that stands once."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import SourceError
from gonogo.server.api import query
from gonogo.server.http import Client
from gonogo.server.repeated_keys import has_repeated_key
from gonogo.server.status_api import targets
from tests.faulty_server import faulty

ANSWER = (
    '{"status":"success","data":{"resultType":"vector","result":['
    '{"metric":{"__name__":"up","metric_realm":"prod"},"value":[1700000000,"1"]}]}}'
)
REPEATED = {
    '"status":"success"': '"status":"error","status":"success"',
    '"resultType"': '"resultType":"matrix","resultType"',
    '"metric_realm"': '"metric_realm":"dev","metric_realm"',
    '"value"': '"value":[1700000000,"0"],"value"',
}


@pytest.mark.parametrize(("once", "twice"), REPEATED.items())
def test_a_repeated_key_makes_the_answer_invalid(once: str, twice: str) -> None:
    """The parser would believe the last of the two."""
    with (
        faulty(lambda c: c.answer("200 OK", ANSWER.replace(once, twice).encode())) as server,
        pytest.raises(SourceError, match="have the shape") as caught,
    ):
        query(Client(), server.url, "up")
    assert caught.value.why.startswith("an object in it has a key twice")


def test_a_repeated_key_of_a_target_makes_the_answer_invalid() -> None:
    """The target would be up by its last health."""
    body = (
        b'{"status":"success","data":{"activeTargets":[{"discoveredLabels":{},"labels":{},"health":"down","health":"up",'
        b'"scrapeInterval":"5s","lastScrape":"2026-01-01T00:00:00Z"}]}}'
    )
    with faulty(lambda c: c.answer("200 OK", body)) as server, pytest.raises(SourceError, match="have the shape"):
        targets(Client(), server.url)
    with faulty(lambda c: c.answer("200 OK", body.replace(b'"health":"down",', b""))) as server:
        assert len(targets(Client(), server.url)) == 1


@pytest.mark.parametrize("inner", ["[", '{"a":'])
def test_an_answer_that_is_nested_too_deeply_is_invalid(inner: str) -> None:
    """No answer of the API has hundreds of levels, and no count of its keys is trusted."""
    end = "]" if inner == "[" else "}"
    body = f'{{"status":"success","data":{inner * 300}{"1" if end == "}" else ""}{end * 300}}}'.encode()
    with (
        faulty(lambda c: c.answer("200 OK", body)) as server,
        pytest.raises(SourceError, match="have the shape") as caught,
    ):
        query(Client(), server.url, "up")
    assert caught.value.why.startswith("it is nested too deeply")


TEXTS = st.text('ab":\\\n{}é<', max_size=6)
LABELS = st.dictionaries(TEXTS, TEXTS, max_size=3)
VALUES = st.recursive(
    TEXTS | st.none() | st.integers(0, 9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def answer(labels: list[dict[str, str]]) -> dict[str, Any]:
    """Return the answer to a query, with these labels."""
    result = [{"metric": one, "value": [1, "1"]} for one in labels]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


@given(st.lists(LABELS, max_size=3).map(answer) | st.dictionaries(TEXTS, VALUES, max_size=3))
def test_an_answer_without_repeated_keys_is_accepted(parsed: dict[str, Any]) -> None:
    """Texts may have quotes and colons. Other programs write blanks after the colon, or letters as escapes."""
    for body in (orjson.dumps(parsed), json.dumps(parsed).encode(), json.dumps(parsed, indent=2).encode()):
        assert not has_repeated_key(body, parsed)


@given(st.lists(LABELS.filter(bool), min_size=1, max_size=3), st.data())
def test_a_repeated_label_is_found_among_any_labels(labels: list[dict[str, str]], data: st.DataObject) -> None:
    """The label stands twice in one of the series, with another value or the same."""
    place = data.draw(st.integers(0, len(labels) - 1))
    name = orjson.dumps(data.draw(st.sampled_from(sorted(labels[place])))).decode()
    other = orjson.dumps(data.draw(TEXTS)).decode()
    written = [orjson.dumps(one).decode() for one in labels]
    written[place] = f"{{{name}:{other},{written[place][1:]}"
    series = ",".join(f'{{"metric":{one},"value":[1,"1"]}}' for one in written)
    body = f'{{"status":"success","data":{{"resultType":"vector","result":[{series}]}}}}'.encode()
    assert orjson.loads(body) == answer(labels)
    assert has_repeated_key(body, orjson.loads(body))
