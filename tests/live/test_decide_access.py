"""Decide on a real Prometheus behind TLS, passwords, tokens and a path: all by the policy's file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from msgspec import Struct

from gonogo.programs.processes import Front, Program, node_exporter, prometheus, start
from gonogo.server.api import query
from gonogo.server.http import Client, HttpSettings
from tests.command import Ended, gonogo
from tests.server.test_access import HASH, PHRASE, Certificates, issue, tls_server
from tests.waiting import await_true

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("access")]

TOKEN = "t0ken-of-vmauth"  # noqa: S105 - made up here
FORGED = 'healthy{service="a\\nGO by me: every gate passes\x1b[2J\u202e"} 0\n'
POLICY: dict[str, object] = {
    "version": 1,
    "preset": None,
    "realm": None,
    "prefix": "duri",
    "heartbeat": {"textfile_dir": "."},
    "signals": {"up": {"metric": "up", "labels": {"job": "node"}}},
    "gates": {"alive": {"require": ["up == 1"]}},
    "runs": {"required": []},
    "rules": [],
    "tests": [],
}


class Place(Struct, frozen=True):
    """A folder with certificates and secrets, a Prometheus that wants all of them, and one that wants none."""

    folder: Path
    url: str
    plain: str
    settings: dict[str, object]

    def decide(self, **changed: object) -> Ended:
        """Run ``gonogo decide`` by a policy with these settings changed; no secret is ever printed."""
        settings = {key: value for key, value in {**self.settings, **changed}.items() if value is not None}
        policy = POLICY | {"prometheus": {"url": self.url, "timeout": "5s", **settings}}
        (self.folder / "gonogo.yaml").write_text(yaml.safe_dump(policy), encoding="utf-8")
        ended = gonogo("decide", "--format", "json", cwd=self.folder, env={"GONOGO_TEST_TOKEN": TOKEN})
        for secret in (PHRASE, "wr0ng", TOKEN, "PRIVATE KEY", "Traceback"):
            assert secret not in ended.out + ended.err
        return ended

    def refusal(self, **changed: object) -> str:
        """Decide where it must be HOLD for ``unreachable``; give the detail."""
        ended = self.decide(**changed)
        assert (ended.code, ended.err) == (3, "")
        (check,) = json.loads(ended.out)["subjects"][0]["gates"][0]["checks"]
        assert check["reasons"][0] == "unreachable"
        return str(check["detail"])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Start the server behind TLS with client certificates, a password and a path prefix."""
    folder = tmp_path_factory.mktemp("access")
    made = Certificates(folder)
    for name in ("ca", "stranger"):
        issue(made, name, "basicConstraints=critical,CA:TRUE", authority=None)
    issue(made, "server", "subjectAltName=DNS:prometheus.test", authority="ca")
    issue(made, "client", "extendedKeyUsage=clientAuth", authority="ca")
    (folder / "password").write_text(f"{PHRASE}\n", encoding="utf-8")
    (folder / "wrong").write_text("wr0ng\n", encoding="utf-8")
    (folder / "web.yml").write_text(
        tls_server(made, "server", client_auth=True) + f'basic_auth_users: {{ann: "{HASH}"}}\n', encoding="utf-8"
    )
    client = Client(
        HttpSettings(
            basic=("ann", PHRASE),
            ca_file=made.path("ca.pem"),
            cert_file=made.path("client.pem"),
            key_file=made.path("client.key"),
            server_name="prometheus.test",
        )
    )
    front = Front("https", "/monitoring/prom", client)
    flags = (f"--web.config.file={folder / 'web.yml'}",)
    (folder / "textfile").mkdir()
    (folder / "textfile" / "forged.prom").write_text(FORGED, encoding="utf-8")
    with (
        node_exporter(folder / "textfile") as node,
        prometheus(folder / "p", scraping(folder, node.url), flags=flags, front=front) as server,
        prometheus(folder / "plain", folder / "prometheus.yml") as plain,
    ):
        await_true(lambda: enough_samples(client, server.url))
        await_true(lambda: enough_samples(Client(), plain.url))
        yield Place(
            folder,
            server.url,
            plain.url,
            {
                "basic_auth": {"username": "ann", "password_file": "password"},
                "tls_config": {
                    "ca_file": "ca.pem",
                    "cert_file": "client.pem",
                    "key_file": "client.key",
                    "server_name": "prometheus.test",
                },
            },
        )


def scraping(folder: Path, node: str) -> Path:
    """Write what Prometheus scrapes; give the file."""
    job = {"job_name": "node", "static_configs": [{"targets": [node.removeprefix("http://")]}]}
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump({"global": {"scrape_interval": "1s"}, "scrape_configs": [job]}), encoding="utf-8")
    return path


def enough_samples(client: Client, url: str) -> bool:
    """Tell whether there is history enough for a verdict: ``max_age``, 7 s."""
    return bool(query(client, url, "count_over_time(up[1m]) >= 8").series)


def test_with_everything_right_it_is_go(place: Place) -> None:
    """The verdict is GO.

    Relative paths start at the policy, and the URL keeps its prefix, with or without a slash at its end.
    """
    for url in (place.url, f"{place.url}/"):
        ended = place.decide(url=url)
        assert (ended.code, ended.err) == (0, ""), ended.out
        read = json.loads(ended.out)
        assert read["verdict"] == "GO"
        assert read["source"] == {"url": url, "version": read["source"]["version"]}
        assert read["source"]["version"][0].isdigit()


def test_each_wrong_access_is_hold_with_its_cause(place: Place) -> None:
    """Each refusal names the thing to look at, and shows no secret."""
    tls = dict(place.settings["tls_config"])  # type: ignore[call-overload]  # a mapping
    access = "see authorization, basic_auth, tls_config and headers in the policy"
    wrong = place.refusal(basic_auth={"username": "ann", "password_file": "wrong"})
    assert "the server answered 401 Unauthorized" in wrong
    assert access in wrong
    assert "401 Unauthorized" in place.refusal(basic_auth=None)
    assert "401 Unauthorized" in place.refusal(basic_auth=None, authorization={"credentials_file": "wrong"})
    assert "certificate is not trusted" in place.refusal(tls_config={**tls, "ca_file": "stranger.pem"})
    assert "certificate is not trusted" in place.refusal(tls_config={**tls, "server_name": "other.test"})
    assert "certificate" in place.refusal(tls_config={"ca_file": "ca.pem", "server_name": "prometheus.test"})
    assert "cannot be used" in place.refusal(tls_config={**tls, "key_file": "ca.key"})
    assert "cannot be used" in place.refusal(tls_config={**tls, "ca_file": "nowhere.pem"})
    assert "HTTP request to an HTTPS server" in place.refusal(url=place.url.replace("https", "http"))
    assert "404" in place.refusal(url=place.url.removesuffix("/monitoring/prom"))


def test_a_bearer_token_opens_a_real_proxy(place: Place) -> None:
    """The token comes from a file or a variable. An older proxy repeats a wrong token, and gonogo does not."""
    folder = place.folder
    (folder / "token").write_text(f"{TOKEN}\n", encoding="utf-8")
    users = {"users": [{"bearer_token": TOKEN, "url_prefix": place.plain}]}
    (folder / "vmauth.yml").write_text(yaml.safe_dump(users), encoding="utf-8")
    flags = f"-auth.config={folder / 'vmauth.yml'}"
    program = Program("vmauth", "/health")
    with start(program, folder / "vmauth", lambda port: (f"-httpListenAddr=127.0.0.1:{port}", flags)) as front:
        bare: dict[str, object] = {"url": front.url, "basic_auth": None, "tls_config": None}
        for source in ({"credentials_file": "token"}, {"credentials_env": "GONOGO_TEST_TOKEN"}):
            ended = place.decide(**bare, authorization=source)
            assert (ended.code, ended.err) == (0, ""), ended.out
        wrong = place.refusal(**bare, authorization={"credentials_file": "wrong"})
        assert any(answer in wrong for answer in ("400 Bad Request", "401 Unauthorized"))  # by its version
        assert "401 Unauthorized" in place.refusal(**bare)


def test_a_label_value_can_forge_no_line(place: Place) -> None:
    """A real label with line feeds and escape sequences is escaped in the text, and JSON holds it whole."""
    mine = {"signals": {"healthy": {"metric": "healthy"}}, "gates": {"alive": {"require": ["healthy == 1"]}}}
    policy = POLICY | mine | {"subjects": ["service"], "prometheus": {"url": place.plain}}
    (place.folder / "forged.yaml").write_text(yaml.safe_dump(policy), encoding="utf-8")
    text = gonogo("decide", "--policy", "forged.yaml", cwd=place.folder)
    assert text.code == 1, text.out
    assert text.out.startswith("NO-GO by forged.yaml")
    assert not any(line.startswith("GO") for line in text.out.splitlines())
    assert not set(text.out) & set("\x1b\u202e")
    assert "service=a\\nGO by me: every gate passes\\x1b[2J\\u202e" in text.out
    read = json.loads(gonogo("decide", "--policy", "forged.yaml", "--format", "json", cwd=place.folder).out)
    assert read["subjects"][0]["labels"] == {"service": "a\nGO by me: every gate passes\x1b[2J\u202e"}
