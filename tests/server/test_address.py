"""A server's address: its parts, its refusals and its text."""

from __future__ import annotations

import pytest

from gonogo.errors import UsageError
from gonogo.server.address import Address, parse_address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "prometheus:9090",
        "ftp://host",
        "http://",
        "http://host:port",
        "http://host:99999",
        "http://ho st",
        "http://host/a\nb",
        "http://\udcff",
        "http://[::1",
        "http://host?token=hidden",
        "http://host#part",
        "http://ann:hidden@host",
        "http://hidden@host",
    ],
)
def test_an_invalid_address_is_refused_and_not_repeated(url: str) -> None:
    """The error never shows text that may be a secret."""
    with pytest.raises(UsageError) as caught:
        parse_address(url)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "address", "shown"),
    [
        ("http://host", Address("http", "host", 80, ""), "http://host"),
        ("https://host:443/", Address("https", "host", 443, ""), "https://host"),
        ("http://host:9090/a/b/", Address("http", "host", 9090, "/a/b"), "http://host:9090/a/b"),
        ("http://[::1]:9090", Address("http", "::1", 9090, ""), "http://[::1]:9090"),
        ("http://host:0", Address("http", "host", 0, ""), "http://host:0"),
    ],
)
def test_an_address_keeps_its_parts(url: str, address: Address, shown: str) -> None:
    """Default ports are filled in, and the text of the address leaves them out."""
    assert parse_address(url) == address
    assert str(address) == shown


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://localhost:1", True),
        ("http://127.8.8.8", True),
        ("http://[::1]", True),
        ("http://10.0.0.1", False),
        ("http://example.org", False),
    ],
)
def test_loopback_addresses_are_recognised(url: str, *, here: bool) -> None:
    """Compression is requested only from servers that are not on loopback."""
    assert parse_address(url).is_loopback is here
