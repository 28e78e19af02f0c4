"""The text of configurations in messages."""

from __future__ import annotations

import pytest

from gonogo.reload.compare.document import LONGEST_SHOWN, KeyPath, read, redacted, secrets_in, shown


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
    """A text shows neither passwords nor the values of URL parameters."""
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


def test_a_long_text_is_cut() -> None:
    """The text is cut to a length that fits a line."""
    text = shown(read(f"a: {'x' * 500}", "it"), KeyPath())
    assert len(text) == LONGEST_SHOWN
    assert text.endswith("x…")


CONFIG = """\
remote_write:
- url: https://me:hunter2@example.org/write
  basic_auth: {username: me, password: hunter3}
scrape_configs:
- job_name: a
  params: {token: [hunter4]}
  basic_auth: {username: me, password_file: password}
"""


def test_an_unreadable_configuration_has_no_secrets() -> None:
    """Another check reports the unreadable configuration. An empty password is no secret either."""
    assert secrets_in("{") == frozenset()
    assert secrets_in("scrape_configs: [{basic_auth: {password: ''}}]") == frozenset()


def test_passwords_are_found_by_their_keys_and_in_addresses() -> None:
    """The path of a password file and the name of a user are no secrets."""
    found = secrets_in(CONFIG)
    assert {value for _, value in found} >= {"hunter2", "hunter3"}
    assert not {value for _, value in found} & {"me", "password"}
    assert secrets_in(CONFIG.replace("hunter2", "other")) != found
    assert secrets_in(CONFIG.replace("username: me", "username: you")) == found
