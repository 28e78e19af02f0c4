"""The words of a server that refuses to reload."""

from __future__ import annotations

import pytest

from gonogo.errors import ActionFailed
from gonogo.prometheus.http import Client
from gonogo.prometheus.status_api import reload
from tests.faulty_server import faulty

LINE = "field azure_sd_configs not found in type struct"


def test_a_refusal_is_quoted_to_the_line_that_matters() -> None:
    """The paths of files come first, and the line of the mistake last; the end of a longer text is cut."""
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
