"""The server that gonogo reads, and the secrets for it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.errors import PolicyError, SourceError
from gonogo.policy.load import ServerSettings
from gonogo.policy.server import LARGEST_BYTES, Server, client_of, read_secret, server_of
from gonogo.policy.settings import PolicyFile, Secret
from tests.faulty_server import faulty
from tests.policy_folder import policy_folder

LONG = timedelta(minutes=1)


def with_server(folder: Path, keys: str) -> PolicyFile:
    """Load a policy with these keys of its server."""
    return policy_folder(folder, more=f"prometheus: {{{keys}}}\n")


@pytest.mark.parametrize(
    ("keys", "missing"),
    [
        ("authorization: {credentials_file: token}", "token"),
        ("authorization: {credentials_env: GONOGO_NO_SUCH}", "GONOGO_NO_SUCH"),
        ("basic_auth: {username: ann, password_file: token}", "token"),
    ],
)
def test_a_missing_secret_is_a_policy_error(tmp_path: Path, keys: str, missing: str) -> None:
    """The error comes before any request."""
    with pytest.raises(PolicyError, match=missing):
        client_of(with_server(tmp_path, keys).server, at_most=LONG)


def test_the_command_line_wins_over_the_policy(tmp_path: Path) -> None:
    """An empty address on the command line wins too. The client refuses it later."""
    file = with_server(tmp_path, "url: 'http://a'")
    assert server_of(file, None) == Server("http://a", "http://a", "http://a")
    assert server_of(file, "http://b") == Server("http://b", "http://b", "http://b")
    assert server_of(file, "").url == ""


def test_the_command_line_does_not_replace_the_urls_of_rules_and_targets(tmp_path: Path) -> None:
    """``rules_url`` and ``targets_url`` of the policy stay with any server."""
    file = with_server(tmp_path, "url: 'http://a', rules_url: 'http://r', targets_url: 'http://t'")
    assert server_of(file, "http://b") == Server("http://b", "http://r", "http://t")


@pytest.mark.parametrize(
    ("keys", "header"),
    [
        ("authorization: {credentials_file: token}", "Bearer abc"),
        ("authorization: {type: Token, credentials_env: GONOGO_TEST_TOKEN}", "Token def"),
        ("basic_auth: {username: ann, password_file: token}", "Basic YW5uOmFiYw=="),
        ("basic_auth: {username: ann, password_env: GONOGO_TEST_TOKEN}", "Basic YW5uOmRlZg=="),
        ("timeout: 1s", None),
    ],
)
def test_secrets_are_read_from_the_file_or_variable_of_the_policy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: str, header: str | None
) -> None:
    """A token or a password comes from a file or a variable, with the scheme of the policy."""
    (tmp_path / "token").write_text("abc\n", encoding="utf-8")
    monkeypatch.setenv("GONOGO_TEST_TOKEN", "def")
    settings = client_of(with_server(tmp_path, keys).server, at_most=LONG).settings
    assert settings.header() == header


def test_a_user_without_a_password_has_an_empty_password() -> None:
    """Some servers know only names."""
    assert client_of(ServerSettings(username="ann"), at_most=LONG).settings.basic == ("ann", "")


def test_the_shorter_timeout_applies() -> None:
    """The timeout of the policy applies, but never more than the command's own limit."""
    settings = ServerSettings(timeout=timedelta(seconds=10))
    assert client_of(settings, at_most=LONG).settings.timeout == timedelta(seconds=10)
    assert client_of(settings, at_most=timedelta(seconds=3)).settings.timeout == timedelta(seconds=3)


@pytest.mark.parametrize(
    ("at_most", "advice"), [(1.0, "raise prometheus.timeout in the policy"), (0.2, "cannot wait longer for one answer")]
)
def test_the_next_step_of_a_timeout_can_help(at_most: float, advice: str) -> None:
    """A longer timeout is no advice if the command itself cannot wait longer."""
    client = client_of(ServerSettings(timeout=timedelta(seconds=0.2)), at_most=timedelta(seconds=at_most))
    with faulty(lambda connection: connection.hang()) as server, pytest.raises(SourceError, match=advice):
        client.get(server.url, "/api/v1/query")


def test_paths_of_certificates_start_from_the_policy(tmp_path: Path) -> None:
    """The paths are absolute, and do not depend on the current folder."""
    keys = (
        "tls_config: {ca_file: ca.pem, cert_file: c.pem, key_file: c.key, server_name: n, insecure_skip_verify: true}"
    )
    settings = client_of(with_server(tmp_path, keys).server, at_most=LONG).settings
    assert settings.ca_file == str(tmp_path / "ca.pem")
    assert (settings.cert_file, settings.key_file) == (str(tmp_path / "c.pem"), str(tmp_path / "c.key"))
    assert (settings.server_name, settings.verify) == ("n", False)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"hunter2\nhunter2\n", "has more than one line"),
        (b"hunter2\x00", "or control characters"),
        (b"hunter2\xff", "is not UTF-8 text"),
        (b"hunter2" * LARGEST_BYTES, "is larger than 64 KiB"),
    ],
)
def test_a_file_without_a_valid_secret_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """The message names the file, and shows nothing of its content."""
    path = tmp_path / "secret"
    path.write_bytes(content)
    with pytest.raises(PolicyError, match=said) as raised:
        read_secret(Secret(file=path))
    assert str(path) in str(raised.value)
    assert "hunter2" not in str(raised.value)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(("name", "said"), [("none", "No such file"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, said: str) -> None:
    """The error has the reason that the system gives."""
    with pytest.raises(PolicyError, match=said):
        read_secret(Secret(file=tmp_path / name))


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_not_set_is_refused(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    """An empty variable counts as not set."""
    monkeypatch.delenv("GONOGO_TEST_SECRET", raising=False)
    if value is not None:
        monkeypatch.setenv("GONOGO_TEST_SECRET", value)
    with pytest.raises(PolicyError, match="GONOGO_TEST_SECRET is not set, or is empty"):
        read_secret(Secret(env="GONOGO_TEST_SECRET"))


@pytest.mark.parametrize("content", ["s3cret pass", "s3cret pass\n", "s3cret pass\r\n"])
def test_a_newline_at_the_end_of_a_secret_file_is_left_out(tmp_path: Path, content: str) -> None:
    """Editors end a file with a newline, but the secret has none."""
    path = tmp_path / "secret"
    path.write_bytes(content.encode())
    assert read_secret(Secret(file=path)) == "s3cret pass"


def test_a_secret_is_read_from_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable's value is the secret."""
    monkeypatch.setenv("GONOGO_TEST_SECRET", "s3cret")
    assert read_secret(Secret(env="GONOGO_TEST_SECRET")) == "s3cret"
