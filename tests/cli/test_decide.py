"""``gonogo decide`` with any server and policy: a clear message and the right exit code."""

from __future__ import annotations

import gzip
import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Ended, gonogo, in_process
from tests.faulty_server import EMPTY_ANSWER, Behaviour, Connection, faulty

SECRET = "tops3cret"  # noqa: S105 - no secret of anything
POLICY = """\
version: 1
preset: null
realm: prod
prefix: duri
prometheus:
  url: http://127.0.0.1:9
  timeout: 2s
  authorization: {credentials_env: GONOGO_TEST_TOKEN}
heartbeat: {textfile_dir: .}
signals: {up: {metric: up}, load: {metric: node_load1}}
gates: {alive: {require: [up == 1, "load <= 2 or up == 1"]}}
runs: {required: []}
rules: []
tests: []
"""
MEBIBYTE = b"x" * (1 << 20)
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a policy over two raw series."""
    (tmp_path / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    return tmp_path


def decide(folder: Path, *arguments: str | bytes, alone: bool = False) -> Ended:
    """Run ``gonogo decide``, as a process if ``alone``. It prints no traceback, secret or control character."""
    run = gonogo if alone else in_process
    ended = run("decide", *arguments, cwd=folder, env={"GONOGO_TEST_TOKEN": SECRET})
    printed = ended.out + ended.err
    assert "Traceback" not in printed
    assert SECRET not in printed
    assert not CONTROL.search(printed)
    return ended


def held(folder: Path, url: str, *, alone: bool = False) -> list[str]:
    """Run decide on a server that fails. Check for HOLD within a minute, and return the details of all conditions."""
    ended = decide(folder, "--format", "json", "--prometheus", url, alone=alone)
    assert (ended.code, ended.err) == (3, "")
    assert ended.seconds < 60
    read = json.loads(ended.out)
    assert set(read) == {"schema", "verdict", "at", "clock_skew_seconds", "realm", "policy", "source", "subjects"}
    assert (read["schema"], read["verdict"], read["realm"]) == ("gonogo/verdict/v1", "HOLD", "prod")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ", read["at"])
    (subject,) = read["subjects"]
    assert (subject["labels"], subject["verdict"]) == ({}, "HOLD")
    (gate,) = subject["gates"]
    assert (gate["gate"], gate["outcome"], gate["warnings"]) == ("alive", "UNKNOWN", [])
    assert [check["condition"] for check in gate["checks"]] == ["up == 1", "load <= 2 or up == 1"]
    for check in gate["checks"]:
        assert (check["outcome"], check["reason"], check["reasons"][0]) == ("UNKNOWN", "unreachable", "unreachable")
        assert (check["value"], check["series"], check["sampled_at"], check["age_seconds"]) == (None,) * 4
    return [check["detail"] for check in gate["checks"]]


# What no server may do to it


@pytest.mark.parametrize("url", ["", "prometheus:9090", "ftp://host", "http://", "http://[::1", b"http://\xff", "a b"])
def test_an_invalid_address_is_a_usage_error(folder: Path, url: str | bytes) -> None:
    """No server gets a request, not even the server of the policy."""
    ended = decide(folder, "--prometheus", url)
    assert (ended.code, ended.out) == (2, "")
    assert "the server's address is not " in ended.err
    assert "next: write http://host:9090" in ended.err


def test_an_address_with_a_password_is_refused_and_not_repeated(folder: Path) -> None:
    """The address is on the command line or in the policy."""
    ended = decide(folder, "--prometheus", f"http://ann:{SECRET}@127.0.0.1:9")
    assert (ended.code, ended.out) == (2, "")
    assert "a user or password in it" in ended.err
    text = POLICY.replace("http://127.0.0.1:9", f"http://ann:{SECRET}@127.0.0.1:9")
    (folder / "gonogo.yaml").write_text(text, encoding="utf-8")
    ended = decide(folder)
    assert (ended.code, ended.out) == (2, "")
    assert "gonogo.yaml:6:8: " in ended.err


def test_a_name_that_does_not_resolve_holds(folder: Path) -> None:
    """The detail says that the name cannot be resolved."""
    one, other = held(folder, "http://no-such-host.invalid:9090", alone=True)
    assert "the server's name cannot be resolved" in one
    assert "the server's name cannot be resolved" in other


def test_a_refused_connection_holds(folder: Path) -> None:
    """A port without a server is HOLD, with HTTP and with TLS."""
    with faulty(Connection.hang) as server:
        gone = server.url
    for url in (gone, gone.replace("http", "https")):
        one, other = held(folder, url)
        assert "the connection was refused: nothing listens there; start the server" in one
        assert "the connection was refused: nothing listens there; start the server" in other


def says(body: bytes, status: str = "200 OK", *headers: str) -> Behaviour:
    """Answer every request with this body.

    An answer with a 4xx status also repeats the request with its credentials.
    """
    return lambda connection: connection.answer(status, body + connection.request * (status[0] == "4"), *headers)


def stream(connection: Connection) -> None:
    """Send two gigabytes without a declared length."""
    connection.say(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    for _ in range(2048):
        connection.say(MEBIBYTE)


def declare(connection: Connection) -> None:
    """Announce two gigabytes."""
    connection.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\n")
    connection.hang()


def half(connection: Connection) -> None:
    """Send half of the declared bytes."""
    connection.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(EMPTY_ANSWER))
    connection.say(EMPTY_ANSWER[: len(EMPTY_ANSWER) // 2])


def drip(connection: Connection) -> None:
    """Send a byte now and then."""
    connection.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    connection.drip(b" " * 100_000, 0.05)


def at(time: str) -> bytes:
    """Answer everything with one number."""
    return b'{"status":"success","data":{"resultType":"scalar","result":[1700000000,"%s"]}}' % time.encode()


LOGIN = b"<!DOCTYPE html><html>\x1b]0;pwned\x07<body onload=alert(1)>Sign in, %s</body></html>" % SECRET.encode()
BOMB = gzip.compress(bytes(300 << 20), 9)
FAULTS: dict[str, tuple[Behaviour, str]] = {
    "html": (says(LOGIN), "the answer is not JSON: it is HTML: <!DOCTYPE html>"),
    "401": (says(b"who are you?", "401 Unauthorized"), "401 Unauthorized: who are you?"),
    "403": (says(b"not you", "403 Forbidden"), "403 Forbidden: not you"),
    "404": (says(b"404 page not found", "404 Not Found"), "404 Not Found: 404 page not found"),
    "302": (
        says(b"", "302 Found", f"Location: http://sso.invalid/login?token={SECRET}"),
        "a redirect (302): the redirect points",
    ),
    "500": (says(b"", "500 Internal Server Error"), "500 Internal Server Error: the server gave no reason"),
    "503": (says(b"starting\x9b2J", "503 Service Unavailable"), "503 Service Unavailable: starting"),
    "nothing": (says(b""), "the answer is not JSON: it is empty"),
    "closed": (lambda connection: connection.sock.close(), "the connection was lost"),
    "silent": (Connection.hang, "no whole answer within 2 s: the time ran out after the question was sent"),
    "half": (half, "the answer is broken: it ended early"),
    "drip": (drip, "no whole answer within 2 s: the time ran out in the middle of the answer"),
    "ssh": (lambda connection: connection.say(b"SSH-2.0-OpenSSH_9.2\r\n"), "the answer is not HTTP: it begins with"),
    "declared": (declare, "the answer is larger than 268435456 bytes"),
    "two lengths": (says(b"{}", "200 OK", "Content-Length: 5"), "the answer is broken: its headers give two lengths"),
    "elastic": (says(b'{"cluster_name":"es","tagline":"You Know, for Search"}'), "You Know, for Search"),
    "loki": (says(b'{"status":"success","data":{"resultType":"streams","result":[]}}'), "of type 'streams'"),
    "list": (says(b"[1,2]"), "the server answered with an error: [1,2]"),
    "null": (says(b"null"), "the server answered with an error: null"),
    "number": (says(b"1e400"), "the answer"),
    "deep": (says(b"[" * 100_000), "the answer is not JSON"),
    "not utf-8": (says(b'{"status":"\xff"}'), "the answer is not JSON"),
    "surrogate": (says(rb'{"status":"error","error":"\ud800"}'), "the answer is not JSON"),
    "error": (says(b'{"status":"error","error":"too many samples"}'), "answered with an error: too many samples"),
    "no time": (says(EMPTY_ANSWER), "the server did not return its time: time() is empty"),
    "NaN o'clock": (says(at("NaN")), "the server did not return its time: time() is nan"),
    "the far future": (says(at("1e300")), "the server did not return its time: time() is 1e+300"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_server_that_fails_is_hold_with_its_cause(folder: Path, name: str) -> None:
    """The exit code is 3, the JSON is complete, and the detail names the failure and the next step."""
    behaviour, why = FAULTS[name]
    with faulty(behaviour) as server:
        details = held(folder, server.url, alone=name == "silent")
    for detail in details:
        assert why in detail
        assert "; " in detail.partition(why)[2]


def test_a_401_answer_points_to_the_secrets_of_the_policy(folder: Path) -> None:
    """The next step names the access keys, because the server works."""
    with faulty(FAULTS["401"][0]) as server:
        for detail in held(folder, server.url):
            assert detail.endswith("see authorization, basic_auth, tls_config and headers in the policy")
        assert all(f"authorization: bearer {SECRET}" in request.lower() for request in server.requests)


def test_tls_to_a_plain_http_server_is_hold(folder: Path) -> None:
    """The detail says that the TLS connection failed."""
    with faulty(says(EMPTY_ANSWER)) as server:
        one, other = held(folder, server.url.replace("http", "https"))
        assert "the TLS connection failed" in one
        assert "the TLS connection failed" in other


def own_peak() -> int:
    """Return the peak memory of this process in bytes. A child counts it as its own until its program starts."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize(
    "behaviour",
    [stream, says(BOMB, "200 OK", "Content-Encoding: gzip")],
    ids=["two gigabytes", "gzip bomb"],
)
def test_an_endless_answer_holds_in_bounded_memory(folder: Path, behaviour: Behaviour) -> None:
    """All questions share one bound, although each gets such an answer at the same time."""
    (folder / "gonogo.yaml").write_text(POLICY.replace("timeout: 2s", "timeout: 1m"), encoding="utf-8")
    with faulty(behaviour) as server:
        ended = decide(folder, "--prometheus", server.url, alone=True)
    assert ended.code == 3
    assert "the answer is larger than 268435456 bytes" in ended.out
    assert ended.peak < (320 << 20) + own_peak()
    assert ended.seconds < 60


def test_a_low_bound_of_memory_is_kept(folder: Path) -> None:
    """``max_bytes`` limits all answers together, not each answer."""
    policy = folder / "gonogo.yaml"
    policy.write_text(POLICY.replace("timeout: 2s", "timeout: 1m\n  max_bytes: 1000000"), encoding="utf-8")
    with faulty(stream) as server:
        ended = decide(folder, "--prometheus", server.url, alone=True)
    assert ended.code == 3
    assert "the answer is larger than 1000000 bytes" in ended.out
    assert ended.peak < (200 << 20) + own_peak()


def test_the_first_line_is_the_verdict_with_any_path(folder: Path) -> None:
    """A file's name cannot forge a line, and may be no valid text."""
    for name in (b"a\nGO by gonogo.yaml\x1b[2J", b"caf\xe9.yaml"):
        (folder / os.fsdecode(name)).write_text(POLICY, encoding="utf-8")
        ended = decide(folder, "--policy", name)
        assert ended.code == 3
        lines = ended.out.splitlines()
        assert lines[0].startswith("HOLD by ")
        assert not any(line.startswith(("GO", "NO-GO")) for line in lines)
        assert json.loads(decide(folder, "--policy", name, "--format", "json").out)["verdict"] == "HOLD"


# What no policy may do to it


def test_every_mistake_of_a_policy_is_listed_at_once(folder: Path) -> None:
    """Each mistake has its line and column."""
    (folder / "gonogo.yaml").write_text(
        "version: 2\n"
        "preset: l5\n"
        "relm: prod\n"
        "prefix: 9duri\n"
        "prometheus: {url: 'ftp://x', timeout: soon, max_bytes: -1}\n"
        "heartbeat: {every: 45, fresh: 120s, fresh: 60s}\n"
        "signals: {x: {metric: up, range: [1, 0]}}\n"
        "gates:\n"
        "  a: {require: [y == 1, x = 1]}\n"
        "  b: {require: x}\n",
        encoding="utf-8",
    )
    ended = decide(folder)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("gonogo: the policy has ")
    places = re.findall(r"^  gonogo\.yaml:(\d+):(\d+): .+", ended.err, re.MULTILINE)
    assert [int(line) for line, _ in places] == [1, 2, 3, 4, 5, 5, 5, 6, 6, 7, 9, 9, 10]
    assert f"the policy has {len(places)} mistakes:" in ended.err


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("empty.yaml", "the policy is empty"),
        ("comment.yaml", "the policy is empty"),
        ("folder", "this is a folder"),
        ("binary.yaml", "this is not UTF-8 text"),
        ("text.yaml", "a policy is a mapping of keys"),
        ("missing.yaml", "there is no such file"),
        ("gonogo.yaml/x", "the file cannot be read: Not a directory"),
        ("loop.yaml", "the file cannot be read: Too many levels of symbolic links"),
        ("fifo.yaml", "this is not a regular file"),
        ("huge.yaml", "the file is larger than 1024 KiB"),
        ("/dev/zero", "this is not a regular file"),
        ("/proc/self/mem", "the file cannot be read: Input/output error"),
        ("x" * 300, "the file cannot be read: File name too long"),
    ],
)
def test_a_path_that_is_no_policy_is_an_error_with_its_cause(folder: Path, name: str, why: str) -> None:
    """The exit code is 2. The error has the name and the cause."""
    (folder / "empty.yaml").write_bytes(b"")
    (folder / "comment.yaml").write_bytes(b"# nothing yet\n")
    (folder / "folder").mkdir()
    (folder / "binary.yaml").write_bytes(bytes(range(256)))
    (folder / "text.yaml").write_bytes(b"GO\n")
    (folder / "loop.yaml").symlink_to("loop.yaml")
    os.mkfifo(folder / "fifo.yaml")
    (folder / "huge.yaml").write_bytes(b"#" * (2 << 20))
    ended = decide(folder, "--policy", name)
    assert (ended.code, ended.out) == (2, "")
    assert f"{name}: " in ended.err or f"{name}:1:" in ended.err
    assert why in ended.err


def test_a_policy_without_read_permission_is_an_error(folder: Path) -> None:
    """Root may read every file, so the process gives up this right first."""
    (folder / "gonogo.yaml").chmod(0)
    unprivileged = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
    ended = gonogo("decide", cwd=folder, before=unprivileged)
    assert (ended.code, ended.out) == (2, "")
    assert "gonogo.yaml: the file cannot be read: Permission denied (make it readable" in ended.err


@pytest.mark.parametrize(
    ("keys", "files", "why"),
    [
        ("rules: [rules/*.yml]", {}, "rules: [DIR]/rules/*.yml matches no file"),
        ("rules: [r.yml]", {"r.yml": b"groups: [{name: g, rules: [{record: 'a b'}]}]\n"}, "[DIR]/r.yml:1:"),
        ("rules: [r.yml]", {"r.yml": b"groups: [\n"}, "[DIR]/r.yml:2:1: "),
        ("rules: [r.yml]", {"r.yml": b"\xff\xfe"}, "[DIR]/r.yml cannot be read"),
        ("rules: ['.']", {}, "cannot be read: "),
    ],
    ids=["none", "mistake", "no yaml", "binary", "folder"],
)
def test_unreadable_rule_files_are_an_error(folder: Path, keys: str, files: dict[str, bytes], why: str) -> None:
    """Rules that are not known prove nothing: exit 2, and no verdict."""
    (folder / "gonogo.yaml").write_text(POLICY.replace("rules: []", keys), encoding="utf-8")
    for name, content in files.items():
        (folder / name).write_bytes(content)
    ended = decide(folder)
    assert (ended.code, ended.out) == (2, "")
    assert why in ended.err.replace(str(folder), "[DIR]")


@pytest.mark.parametrize(
    ("access", "content", "why"),
    [
        ("authorization: {credentials_env: GONOGO_NO_SUCH}", b"", "variable GONOGO_NO_SUCH is not set"),
        ("authorization: {credentials_file: token}", None, "/token: No such file or directory"),
        ("authorization: {credentials_file: token}", b"\n", "/token is empty"),
        ("authorization: {credentials_file: token}", b"tops3cret\nX-Admin: 1\n", "/token has more than one line"),
        ("authorization: {credentials_file: token}", "tops3cret\u00e9".encode(), "the credentials cannot be sent"),
        ("basic_auth: {username: ann, password_file: token}", None, "/token: No such file or directory"),
    ],
)
def test_missing_or_invalid_secrets_are_an_error(folder: Path, access: str, content: bytes | None, why: str) -> None:
    """No request is sent without the secrets, and no part of a secret is shown."""
    text = POLICY.replace("authorization: {credentials_env: GONOGO_TEST_TOKEN}", access)
    (folder / "gonogo.yaml").write_text(text, encoding="utf-8")
    if content is not None:
        (folder / "token").write_bytes(content)
    ended = decide(folder)
    assert (ended.code, ended.out) == (2, "")
    assert why in ended.err


@pytest.mark.parametrize("content", [b"", b"not a database, but long enough to be looked at\n" * 40, None])
def test_a_broken_journal_has_no_record(folder: Path, content: bytes | None) -> None:
    """The run gates have no record, the detail names the journal, and the other gates are judged."""
    (folder / "gonogo.yaml").write_text(POLICY.replace("required: []", "required: [obs-lint]"), encoding="utf-8")
    journal = folder / ".gonogo" / "journal.sqlite"
    if content is None:
        journal.mkdir(parents=True)
    else:
        journal.parent.mkdir()
        journal.write_bytes(content)
    ended = decide(folder, "--format", "json")
    assert ended.code == 3
    gates = {gate["gate"]: gate for gate in json.loads(ended.out)["subjects"][0]["gates"]}
    (check,) = gates["obs-lint"]["checks"]
    assert (check["condition"], check["reason"], check["value"]) == ("obs-lint passed", "no-record", None)
    assert "journal" in check["detail"]
    assert gates["alive"]["checks"][0]["reason"] == "unreachable"


# How it ends


@pytest.fixture
def asked(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A run of decide that waits for a server that never answers."""
    (folder / "gonogo.yaml").write_text(POLICY.replace("timeout: 2s", "timeout: 50s"), encoding="utf-8")
    begun = threading.Event()

    def hang(connection: Connection) -> None:
        begun.set()
        connection.hang()

    with (
        faulty(hang) as server,
        subprocess.Popen(
            (sys.executable, "-m", "gonogo", "decide", "--prometheus", server.url),
            cwd=folder,
            env={**os.environ, "GONOGO_TEST_TOKEN": SECRET},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process,
    ):
        assert begun.wait(110)
        yield process


def test_an_interrupt_ends_the_command_at_once(asked: subprocess.Popen[bytes]) -> None:
    """The exit code is 130, and standard output is empty. The server does not matter."""
    asked.send_signal(signal.SIGINT)
    out, err = asked.communicate(timeout=110)
    assert (asked.returncode, out, err.strip()) == (130, b"", b"gonogo: interrupted")


def test_a_closed_pipe_has_its_own_exit_code(folder: Path) -> None:
    """The command prints no error. The exit code says that no verdict was read."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        argv = (sys.executable, "-m", "gonogo", "decide")
        env = {**os.environ, "GONOGO_TEST_TOKEN": SECRET}
        done = subprocess.run(argv, cwd=folder, env=env, stdout=pipe, stderr=subprocess.PIPE, check=False, timeout=110)
    assert (done.returncode, done.stderr) == (141, b"")


def test_an_answer_that_cannot_be_written_is_an_error(folder: Path) -> None:
    """A verdict that was not written is not GO."""
    with Path("/dev/full").open("wb") as full:
        argv = (sys.executable, "-m", "gonogo", "decide")
        env = {**os.environ, "GONOGO_TEST_TOKEN": SECRET}
        done = subprocess.run(argv, cwd=folder, env=env, stdout=full, stderr=subprocess.PIPE, check=False, timeout=110)
    assert done.returncode == 74
    assert b"the answer could not be written\n  why:  No space left on device\n  next: " in done.stderr


@pytest.mark.parametrize("before", [("--debug", "decide"), ("decide", "--debug")])
def test_debug_shows_the_traceback_of_an_error(folder: Path, before: tuple[str, ...]) -> None:
    """The traceback comes before the message. The exit code and the place of the option do not matter."""
    ended = in_process(*before, "--policy", "nowhere.yaml", cwd=folder)
    assert (ended.code, ended.out) == (2, "")
    assert "Traceback (most recent call last):" in ended.err
    assert ended.err.index("Traceback") < ended.err.index("gonogo: the policy has 1 mistake:")
