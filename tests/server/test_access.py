"""Real Prometheus behind TLS, client certificates, passwords and path prefixes."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.errors import SourceError
from gonogo.model.replacing import replace
from gonogo.programs.processes import Front, prometheus
from gonogo.server.api import query, server_time
from gonogo.server.http import Client, HttpSettings
from gonogo.server.status_api import build_info, ready, reload, why_not_ready

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("guarded-servers")]

PHRASE = "open sesame"
HASH = "$2b$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy"
"""PHRASE by bcrypt, as Prometheus wants it."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """An authority, a server certificate for 127.0.0.1 and prometheus.test, and a client certificate."""

    folder: Path

    def path(self, name: str) -> str:
        """Return the path of one of the files."""
        return str(self.folder / name)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Make the certificates with OpenSSL."""
    made = Certificates(tmp_path_factory.mktemp("certificates"))
    issue(made, "ca", "basicConstraints=critical,CA:TRUE", authority=None)
    issue(made, "stranger", "basicConstraints=critical,CA:TRUE", authority=None)
    issue(made, "server", "subjectAltName=IP:127.0.0.1", authority="ca")
    issue(made, "named", "subjectAltName=DNS:prometheus.test", authority="ca")
    issue(made, "client", "extendedKeyUsage=clientAuth", authority="ca")
    return made


def issue(made: Certificates, name: str, extension: str, *, authority: str | None) -> None:
    """Make a key and a certificate, signed by an authority or by itself."""
    signer = (
        () if authority is None else ("-CA", made.path(f"{authority}.pem"), "-CAkey", made.path(f"{authority}.key"))
    )
    subprocess.run(
        (
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", f"/CN={name}", "-addext", extension, *signer),
            *("-keyout", made.path(f"{name}.key"), "-out", made.path(f"{name}.pem")),
        ),
        check=True,
        capture_output=True,
        timeout=110,
    )


def tls_server(made: Certificates, certificate: str, *, client_auth: bool = False) -> str:
    """Write the TLS part of the web configuration."""
    wanted = f", client_auth_type: RequireAndVerifyClientCert, client_ca_file: {made.path('ca.pem')}"
    files = f"cert_file: {made.path(certificate)}.pem, key_file: {made.path(certificate)}.key"
    return f"tls_server_config: {{{files}{wanted if client_auth else ''}}}\n"


def web(folder: Path, text: str) -> tuple[Path, tuple[str, ...]]:
    """Write both configurations. Return the path of Prometheus's own, and the flag of the web configuration."""
    (folder / "prometheus.yml").write_text("global: {scrape_interval: 1s}\n", encoding="utf-8")
    (folder / "web.yml").write_text(text, encoding="utf-8")
    return folder / "prometheus.yml", (f"--web.config.file={folder / 'web.yml'}",)


def refusal(url: str, settings: HttpSettings) -> SourceError:
    """Send a query that must fail, and return the error."""
    with pytest.raises(SourceError) as caught:
        query(Client(settings), url, "time()")
    return caught.value


def test_an_unknown_authority_is_not_trusted(certificates: Certificates, tmp_path: Path) -> None:
    """Only the right authority is trusted, or every certificate if ``verify`` is off."""
    config, flags = web(tmp_path, tls_server(certificates, "server"))
    trusting = HttpSettings(ca_file=certificates.path("ca.pem"))
    front = Front(scheme="https", client=Client(trusting))
    with prometheus(tmp_path / "p", config, flags=flags, front=front) as server:
        assert refusal(server.url, HttpSettings()).what == "the server's certificate is not trusted"
        stranger = HttpSettings(ca_file=certificates.path("stranger.pem"))
        assert refusal(server.url, stranger).what == "the server's certificate is not trusted"
        assert build_info(Client(trusting), server.url) is not None
        assert build_info(Client(HttpSettings(verify=False)), server.url) is not None
        plain = server.url.replace("https", "http")
        assert "HTTP request to an HTTPS server" in refusal(plain, HttpSettings()).why


def test_a_certificate_for_another_name_needs_server_name(certificates: Certificates, tmp_path: Path) -> None:
    """The certificate must have the host's name, or the name in the policy."""
    config, flags = web(tmp_path, tls_server(certificates, "named"))
    named = HttpSettings(ca_file=certificates.path("ca.pem"), server_name="prometheus.test")
    front = Front(scheme="https", client=Client(named))
    with prometheus(tmp_path / "p", config, flags=flags, front=front) as server:
        error = refusal(server.url, replace(named, server_name=None))
        assert error.what == "the server's certificate is not trusted"
        assert "server_name" in error.next_step
        assert server_time(Client(named), server.url) > 0


def test_a_client_certificate_is_sent_to_a_server_that_requires_it(certificates: Certificates, tmp_path: Path) -> None:
    """Without a client certificate the server ends the handshake. A key that does not match is reported before."""
    config, flags = web(tmp_path, tls_server(certificates, "server", client_auth=True))
    bare = HttpSettings(ca_file=certificates.path("ca.pem"))
    showing = replace(bare, cert_file=certificates.path("client.pem"), key_file=certificates.path("client.key"))
    front = Front(scheme="https", client=Client(showing))
    with prometheus(tmp_path / "p", config, flags=flags, front=front) as server:
        assert "certificate" in str(refusal(server.url, bare))
        mismatched = refusal(server.url, replace(showing, key_file=certificates.path("ca.key")))
        assert mismatched.what == "the client certificate or its key cannot be used"
        assert server_time(Client(showing), server.url) > 0


def test_a_key_with_a_password_is_refused_without_a_prompt(certificates: Certificates) -> None:
    """OpenSSL does not ask for the password at the terminal."""
    argv = ("openssl", "ec", "-in", certificates.path("client.key"), "-aes256", "-passout", "pass:x")
    locked = certificates.path("locked.key")
    subprocess.run((*argv, "-out", locked), check=True, capture_output=True, timeout=110)
    settings = HttpSettings(cert_file=certificates.path("client.pem"), key_file=locked)
    error = refusal("https://127.0.0.1:1", settings)
    assert error.what == "the client certificate or its key cannot be used"
    assert "without a password" in error.next_step


def test_a_paused_tls_server_is_left_at_the_deadline(certificates: Certificates, tmp_path: Path) -> None:
    """The deadline also applies to the handshake."""
    config, flags = web(tmp_path, tls_server(certificates, "server"))
    client = Client(HttpSettings(timeout=timedelta(seconds=1), ca_file=certificates.path("ca.pem")))
    front = Front(scheme="https", client=client)
    with prometheus(tmp_path / "p", config, flags=flags, front=front) as server:
        server.pause()
        with pytest.raises(SourceError, match="no whole answer within 1 s"):
            query(client, server.url, "time()")


def test_a_server_with_a_password_accepts_only_the_right_one(tmp_path: Path) -> None:
    """A missing or wrong password is 401, and it is never shown. Actions send the password too."""
    config, flags = web(tmp_path, f'basic_auth_users: {{ann: "{HASH}"}}\n')
    right = HttpSettings(basic=("ann", PHRASE))
    front = Front(client=Client(right))
    with prometheus(tmp_path / "p", config, flags=flags, front=front) as server:
        for wrong in (HttpSettings(), HttpSettings(basic=("ann", "wr0ng")), HttpSettings(authorization="Bearer wr0ng")):
            error = refusal(server.url, wrong)
            assert error.what == "the server answered 401 Unauthorized"
            assert "wr0ng" not in f"{error} {wrong!r}"
            assert not ready(Client(wrong), server.url)
            why = why_not_ready(Client(wrong), server.url)
            assert why.startswith("the server answered 401 Unauthorized, ")
            assert "basic_auth" in why
            assert "wr0ng" not in why
        assert server_time(front.client, server.url) > 0
        assert why_not_ready(front.client, server.url) == ""
        reload(front.client, server.url)


def test_a_path_prefix_is_part_of_the_address(tmp_path: Path) -> None:
    """Under its prefix the server answers. At the root it redirects, and a read follows."""
    config, flags = web(tmp_path, "{}\n")
    with prometheus(tmp_path / "p", config, flags=flags, front=Front(prefix="/a/prom")) as server:
        client = Client()
        assert server_time(client, server.url) > 0
        assert server_time(client, f"{server.url}/") > 0
        reload(client, server.url)
        root = server.url.removesuffix("/a/prom")
        missing = refusal(root, HttpSettings())
        assert missing.what == "the server answered 404 Not Found"
        assert "with its path prefix" in missing.next_step
        there = client.get(root, "/")
        assert (there.url, there.status) == (f"{root}/", 200)
        assert b"Prometheus" in there.body
