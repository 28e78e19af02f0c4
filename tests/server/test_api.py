"""Evaluating an expression: an error of the expression, or a fault of the server."""

from __future__ import annotations

import pytest

from gonogo.errors import SourceError
from gonogo.server.api import evaluation_error
from gonogo.server.http import Client
from tests.faulty_server import faulty


def error(status: str, body: bytes) -> str | None:
    """Evaluate on a server that answers so."""
    with faulty(lambda connection: connection.answer(status, body)) as server:
        return evaluation_error(Client(), server.url, "a / b")


@pytest.mark.parametrize(
    "body",
    [
        b'{"status":"error","errorType":"timeout","error":"too slow"}',
        b'{"status":"error"}',
        b"<html>no</html>",
        b"[]",
    ],
)
def test_what_says_nothing_of_the_expression_is_an_error_of_the_server(body: bytes) -> None:
    """A timeout, a proxy, or no answer of the API at all."""
    with pytest.raises(SourceError):
        error("422 no", body)


def test_an_error_of_the_expression_is_given_in_the_servers_words() -> None:
    """Both types of errors are errors of the expression."""
    assert error("422 no", b'{"status":"error","errorType":"execution","error":"many-to-many"}') == "many-to-many"
    assert error("400 no", b'{"status":"error","errorType":"bad_data","error":"parse error"}') == "parse error"


def test_what_can_be_evaluated_has_no_error() -> None:
    """Every value, and no value, counts as evaluated."""
    assert error("200 OK", b'{"status":"success","data":{"resultType":"vector","result":[]}}') is None
