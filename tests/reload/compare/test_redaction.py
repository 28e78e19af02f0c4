"""The text of configurations in messages."""

from __future__ import annotations

import pytest

from gonogo.reload.compare.document import LONGEST_SHOWN, KeyPath, read, redacted, shown


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("http://ann:hush@h/?token=hush&x=hush#y", "http://ann:…@h/?token=…&x=…#y"),
        ("http://:hush@h", "http://:…@h"),
        ("http://ann@h/a@b", "http://ann@h/a@b"),
        ("see http://ann:hush@h and https://bob:hush@h", "see http://ann:…@h and https://bob:…@h"),
        ("/federate?match[]=hush", "/federate?match[]=…"),
        ("http://ann:hu@sh@h", "http://ann:…@h"),
    ],
)
def test_secrets_in_urls_are_left_out(text: str, seen: str) -> None:
    """Passwords, and the values of parameters."""
    assert redacted(text) == seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a: {b: [1, ~, '', x]}", '{a: {b: [1, null, "", x]}}'),
        ("password: hush", "{password: <secret>}"),
        ("{password: '', password_file: x}", '{password: "", password_file: x}'),
        (
            "params: {api_key: [hush], token: [hush], module: [x]}",
            "{params: {api_key: [<secret>], token: [<secret>], module: [x]}}",
        ),
        ("http_headers: {X: {values: [hush]}}", "{http_headers: {X: {values: [<secret>]}}}"),
        (
            "oauth2: {token_url: 'http://h/?a=hush', client_secret: hush}",
            "{oauth2: {token_url: http://h/?a=…, client_secret: <secret>}}",
        ),
        ("tls_config: {key: hush, key_file: x}", "{tls_config: {key: <secret>, key_file: x}}"),
    ],
)
def test_parts_are_shown_without_their_secrets(text: str, seen: str) -> None:
    """Secrets are hidden at every depth."""
    assert shown(read(text, "it"), KeyPath()) == seen


def test_what_is_long_is_cut() -> None:
    """To a length that fits a line."""
    text = shown(read(f"a: {'x' * 500}", "it"), KeyPath())
    assert len(text) == LONGEST_SHOWN
    assert text.endswith("x…")
