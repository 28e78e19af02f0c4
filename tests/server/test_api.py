"""Evaluating an expression: an error of the expression, or a fault of the server."""

from __future__ import annotations

import pytest

from gonogo.errors import SourceError
from gonogo.server.api import evaluation_error
from gonogo.server.http import Client
from tests.faulty_server import faulty


def error(status: str, body: bytes) -> str | None:
    """Evaluate on a server that gives this answer."""
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
def test_an_answer_without_a_result_is_an_error_of_the_server(body: bytes) -> None:
    """A timeout, an error page of a proxy, or an answer of another API is no error of the expression."""
    with pytest.raises(SourceError):
        error("422 no", body)


def test_an_error_of_the_expression_has_the_text_of_the_server() -> None:
    """Errors of execution and of parsing are errors of the expression."""
    assert error("422 no", b'{"status":"error","errorType":"execution","error":"many-to-many"}') == "many-to-many"
    assert error("400 no", b'{"status":"error","errorType":"bad_data","error":"parse error"}') == "parse error"


def test_an_evaluated_expression_has_no_error() -> None:
    """An empty result counts as evaluated."""
    assert error("200 OK", b'{"status":"success","data":{"resultType":"vector","result":[]}}') is None
