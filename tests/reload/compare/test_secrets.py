"""The secrets that are written into a configuration."""

from __future__ import annotations

from gonogo.reload.compare.document import secrets_in

CONFIG = """\
remote_write:
- url: https://me:hunter2@example.org/write
  basic_auth: {username: me, password: hunter3}
scrape_configs:
- job_name: a
  params: {token: [hunter4]}
  basic_auth: {username: me, password_file: password}
"""


def test_what_cannot_be_read_has_none() -> None:
    """The check that reads it says why; and an empty one has none."""
    assert secrets_in("{") == frozenset()
    assert secrets_in("scrape_configs: [{basic_auth: {password: ''}}]") == frozenset()


def test_passwords_are_found_by_their_keys_and_in_addresses() -> None:
    """A file that holds one, and a user's name, are none."""
    found = secrets_in(CONFIG)
    assert {value for _, value in found} >= {"hunter2", "hunter3"}
    assert not {value for _, value in found} & {"me", "password"}
    assert secrets_in(CONFIG.replace("hunter2", "other")) != found
    assert secrets_in(CONFIG.replace("username: me", "username: you")) == found
