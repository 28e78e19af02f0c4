"""What a server said, made safe to show."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gonogo.prometheus.quotation import LONGEST, quote


@given(st.binary(max_size=9000))
def test_a_quotation_is_one_printable_line(body: bytes) -> None:
    """Whatever a server says can neither move the cursor nor fill the screen."""
    quoted = quote(body)
    assert quoted.isprintable()
    assert len(quoted) <= LONGEST * 10 + 1


@given(st.text("abc ", max_size=30), st.text("abc ", max_size=30))
def test_a_secret_is_left_out(before: str, after: str) -> None:
    """A repeated credential is replaced, wherever it stands."""
    assert "s3cret" not in quote(f"{before}s3cret{after}".encode(), ("s3cret",))


def test_a_long_body_is_cut() -> None:
    """An ellipsis says that there was more."""
    assert quote(b"x" * 9000) == "x" * LONGEST + "…"
    assert quote(b" <html>\r\n <b>\x1b[2J ") == "<html> <b>\\x1b[2J"
