"""One group of a real Pushgateway."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from gonogo.errors import ActionFailed
from gonogo.heartbeat.pushgateway import PushGroup
from gonogo.model.replacing import replace
from gonogo.programs.processes import pushgateway
from gonogo.programs.server_process import RunningServer
from tests.waiting import await_true


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Run a Pushgateway under a path prefix, as behind a proxy."""
    with pushgateway(tmp_path_factory.mktemp("pushgateway"), flags=["--web.route-prefix=/"]) as server:
        yield server


@pytest.mark.parametrize(
    ("instance", "path"),
    [
        ("web-1.example", "/instance/web-1.example"),
        ("a b\u00e9%?#", "/instance/a%20b%C3%A9%25%3F%23"),
        ("a/b", "/instance@base64/YS9i"),
        ("..", "/instance@base64/Li4="),
        ("", "/instance@base64/="),
    ],
)
def test_the_labels_of_the_group_are_in_the_path(instance: str, path: str) -> None:
    """A value that is not allowed in a path is written in base64."""
    group = PushGroup.at("http://host:9091/prefix/", {"job": "j", "instance": instance})
    assert group.address == f"http://host:9091/prefix/metrics/job/j{path}"


@pytest.mark.live
@pytest.mark.parametrize(
    "instance", ["web-1", "a b\u00e9%?#+", "a/b", ".", "..", "", 'quote"back\\slash\nline', "{}", "@base64"]
)
def test_a_pushed_number_is_read_back_from_its_own_group(gateway: RunningServer, instance: str) -> None:
    """Every instance has its own group, with any name."""
    group = PushGroup.at(gateway.url, {"job": "duri_heartbeat", "instance": instance})
    other = PushGroup.at(gateway.url, {"job": "duri_heartbeat", "instance": f"{instance}2"})
    group.publish(b'# TYPE a_seq gauge\na_seq{via="push"} 1762143605\n')
    other.publish(b'# TYPE a_seq gauge\na_seq{via="push"} 99\n')
    assert group.published("a_seq") == (1762143605.0,)
    assert group.published("a") == ()


@pytest.mark.live
def test_a_push_replaces_the_group(gateway: RunningServer) -> None:
    """A series that is no longer pushed disappears."""
    group = PushGroup.at(gateway.url, {"job": "replaced"})
    group.publish(b'a_old{realm="test"} 1\n')
    group.publish(b'a_old{realm="prod"} 2\n')
    assert group.published("a_old") == (2.0,)


@pytest.mark.live
def test_a_refused_push_shows_the_answer_of_the_pushgateway(gateway: RunningServer) -> None:
    """The error has the status and the first line of the answer."""
    group = PushGroup.at(gateway.url, {"job": "refused"})
    body = b"this is no metric\n"
    with pytest.raises(HTTPError) as refused, urlopen(Request(group.address, body, method="PUT")):  # noqa: S310 - a server of ours
        pass
    with refused.value as answer:
        first = answer.read().decode().splitlines()[0].strip()
    with pytest.raises(ActionFailed, match="it answered 400: ") as caught:
        group.publish(body)
    assert first
    assert first in str(caught.value)
    assert caught.value.where == group.address


@pytest.mark.live
def test_a_redirect_or_another_server_is_no_success(gateway: RunningServer) -> None:
    """Only a status 2xx is a success."""
    with pytest.raises(ActionFailed, match=r"it answered 40[45]"):
        PushGroup.at(f"{gateway.url}/elsewhere", {"job": "lost"}).publish(b"a 1\n")


@pytest.mark.live
def test_a_missing_pushgateway_is_an_error_with_its_cause(tmp_path: Path) -> None:
    """The error of a push and of a read says that the connection was refused."""
    with pushgateway(tmp_path) as server:
        group = PushGroup.at(server.url, {"job": "gone"})
        group.publish(b"a 1\n")
    with pytest.raises(ActionFailed, match="Connection refused"):
        group.publish(b"a 2\n")
    with pytest.raises(ActionFailed, match="Connection refused"):
        group.published("a")


@pytest.mark.live
def test_a_paused_pushgateway_does_not_hold_the_writer_for_ever(gateway: RunningServer) -> None:
    """The time for one push is bounded."""
    group = PushGroup.at(gateway.url, {"job": "paused"})
    gateway.pause()
    try:
        with pytest.raises(ActionFailed, match="timed out"):
            replace(group, patience=0.3).publish(b"a 1\n")
    finally:
        gateway.resume()

    def pushed_again() -> bool:
        group.publish(b"a 2\n")
        return group.published("a") == (2.0,)

    await_true(pushed_again)  # asserts; the push that was given up may still arrive late
