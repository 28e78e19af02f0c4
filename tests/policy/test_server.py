"""Where is asked, and with which secrets."""

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
def test_a_secret_that_is_not_there_stops_it(tmp_path: Path, keys: str, missing: str) -> None:
    """Before anybody is asked without it."""
    with pytest.raises(PolicyError, match=missing):
        client_of(with_server(tmp_path, keys).server, at_most=LONG)


def test_the_command_line_wins_over_the_policy(tmp_path: Path) -> None:
    """But an empty address is not the policy's: it is refused where it is used."""
    file = with_server(tmp_path, "url: 'http://a'")
    assert server_of(file, None) == Server("http://a", "http://a", "http://a")
    assert server_of(file, "http://b") == Server("http://b", "http://b", "http://b")
    assert server_of(file, "").url == ""


def test_who_else_knows_rules_and_targets_stays(tmp_path: Path) -> None:
    """What the policy names for them is not the server, whatever that is."""
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
def test_secrets_are_read_from_where_the_policy_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: str, header: str | None
) -> None:
    """A token or a password, by file or variable, with the scheme of the policy."""
    (tmp_path / "token").write_text("abc\n", encoding="utf-8")
    monkeypatch.setenv("GONOGO_TEST_TOKEN", "def")
    settings = client_of(with_server(tmp_path, keys).server, at_most=LONG).settings
    assert settings.header() == header


def test_a_user_without_a_password_has_an_empty_one() -> None:
    """Some servers know only names."""
    assert client_of(ServerSettings(username="ann"), at_most=LONG).settings.basic == ("ann", "")


def test_the_shorter_time_holds() -> None:
    """The policy's timeout, but never longer than the command has."""
    settings = ServerSettings(timeout=timedelta(seconds=10))
    assert client_of(settings, at_most=LONG).settings.timeout == timedelta(seconds=10)
    assert client_of(settings, at_most=timedelta(seconds=3)).settings.timeout == timedelta(seconds=3)


@pytest.mark.parametrize(
    ("at_most", "advice"), [(1.0, "raise prometheus.timeout in the policy"), (0.2, "cannot wait longer for one answer")]
)
def test_who_ran_out_of_time_is_told_what_can_help(at_most: float, advice: str) -> None:
    """A longer timeout is no advice where the command itself waits no longer."""
    client = client_of(ServerSettings(timeout=timedelta(seconds=0.2)), at_most=timedelta(seconds=at_most))
    with faulty(lambda connection: connection.hang()) as server, pytest.raises(SourceError, match=advice):
        client.get(server.url, "/api/v1/query")


def test_paths_of_certificates_are_the_policys(tmp_path: Path) -> None:
    """They are absolute, whatever the folder the command runs in."""
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
def test_a_file_that_holds_no_secret_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """The message names the file, and nothing of what it holds."""
    path = tmp_path / "secret"
    path.write_bytes(content)
    with pytest.raises(PolicyError, match=said) as raised:
        read_secret(Secret(file=path))
    assert str(path) in str(raised.value)
    assert "hunter2" not in str(raised.value)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(("name", "said"), [("none", "No such file"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, said: str) -> None:
    """The reason is the system's own."""
    with pytest.raises(PolicyError, match=said):
        read_secret(Secret(file=tmp_path / name))


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_not_set_is_refused(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    """An empty variable is none."""
    monkeypatch.delenv("GONOGO_TEST_SECRET", raising=False)
    if value is not None:
        monkeypatch.setenv("GONOGO_TEST_SECRET", value)
    with pytest.raises(PolicyError, match="GONOGO_TEST_SECRET is not set, or is empty"):
        read_secret(Secret(env="GONOGO_TEST_SECRET"))


@pytest.mark.parametrize("content", ["s3cret pass", "s3cret pass\n", "s3cret pass\r\n"])
def test_one_newline_at_the_end_is_left_out(tmp_path: Path, content: str) -> None:
    """Editors end a file with a newline; the secret does not."""
    path = tmp_path / "secret"
    path.write_bytes(content.encode())
    assert read_secret(Secret(file=path)) == "s3cret pass"


def test_a_variable_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable's value is the secret."""
    monkeypatch.setenv("GONOGO_TEST_SECRET", "s3cret")
    assert read_secret(Secret(env="GONOGO_TEST_SECRET")) == "s3cret"
