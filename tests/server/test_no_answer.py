"""Quotations of a server's answer that are safe to show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.server.no_answer import LONGEST, quote


@given(st.binary(max_size=9000))
def test_a_quotation_is_one_printable_line(body: bytes) -> None:
    """No text of a server can move the cursor or fill the screen."""
    quoted = quote(body)
    assert quoted.isprintable()
    assert len(quoted) <= LONGEST * 10 + 1


@given(st.text("abc ", max_size=30), st.text("abc ", max_size=30))
def test_a_secret_is_left_out(before: str, after: str) -> None:
    """The secret is replaced at every place."""
    assert "s3cret" not in quote(f"{before}s3cret{after}".encode(), ("s3cret",))


@pytest.mark.parametrize(
    "spelt",
    [
        "s3/cr+ t&É",
        "S3/CR+ T&é",
        "s3%2Fcr%2B%20t%26%C3%89",
        "s3%2fcr%2b+t%26%c3%89",
        "s3\\/cr+ t\\u0026\\u00c9",
        "s3/cr+ t&amp;&#201;",
        "s3&#x2F;cr&#x2b; t&#38;&#xC9;",
        "s3%252Fcr%252B%2520t%2526%25C3%2589",
    ],
)
@pytest.mark.parametrize("before", ["", " " * 3995, "x" * 195])
def test_a_secret_is_left_out_in_every_spelling(spelt: str, before: str) -> None:
    """A server may repeat the secret as a URL, JSON or HTML writes it, also where the quotation is cut."""
    quoted = quote(f"{before}{spelt} after".encode(), ("s3", "s3/cr+ t&É", ""))
    assert "s3" not in quoted.lower()
    assert quoted.removeprefix("x" * 195).startswith("<sec")


def test_a_long_body_is_cut() -> None:
    """An ellipsis shows that the body was longer."""
    assert quote(b"x" * 9000) == "x" * LONGEST + "…"
    assert quote(b" <html>\r\n <b>\x1b[2J ") == "<html> <b>\\x1b[2J"
