"""The servers of Debian sid beside the system: their archive, and the reason if they cannot be installed."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from scripts.setup import newer_servers
from scripts.setup.newer_servers import release_names, sources_of

BOOKWORM = 'ID=debian\nVERSION_CODENAME=bookworm\nNAME="Debian GNU/Linux"\n'
RELEASES = release_names(BOOKWORM)


def machine(folder: Path, sources: str, os_release: str = BOOKWORM) -> Path:
    """Write the configuration of a machine."""
    parts = folder / "machine/etc/apt/sources.list.d"
    parts.mkdir(parents=True)
    (folder / "machine/etc/os-release").write_text(os_release, encoding="utf-8")
    (folder / "machine/etc/apt/sources.list").write_text(sources, encoding="utf-8")
    return folder / "machine"


def package(repository: Path, name: str, version: str, output: str) -> str:
    """Build a package with one program, and return its entry in the index."""
    tree = repository / "trees" / name
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "usr/bin").mkdir(parents=True)
    control = f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: nobody\nDescription: a test\n"
    (tree / "DEBIAN/control").write_text(control, encoding="utf-8")
    (tree / "usr/bin" / name).write_text(f"#!/bin/sh\necho '{output}'\n", encoding="utf-8")
    (tree / "usr/bin" / name).chmod(0o755)
    file = repository / f"{name}.deb"
    argv = ("/usr/bin/dpkg-deb", "--root-owner-group", "--build", str(tree), str(file))
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, timeout=60)
    data = file.read_bytes()
    return f"{control}Filename: {file.name}\nSize: {len(data)}\nSHA256: {sha256(data).hexdigest()}\n"


def archive(folder: Path, version: str) -> str:
    """Build an archive with a suite sid. Return the source line of a machine for its own suite."""
    repository = folder / "archive"
    entries = [
        package(repository, name, version, f"{name}, version {version} (branch: debian/sid)")
        for name in newer_servers.PACKAGES
    ]
    architecture = subprocess.run(
        ["/usr/bin/dpkg", "--print-architecture"], check=True, capture_output=True, text=True, timeout=60
    ).stdout.strip()
    index = repository / "dists/sid/main" / f"binary-{architecture}" / "Packages"
    index.parent.mkdir(parents=True)
    index.write_text("\n".join(entries), encoding="utf-8")
    data = index.read_bytes()
    listed = f" {sha256(data).hexdigest()} {len(data)} main/binary-{architecture}/Packages\n"
    release = f"Suite: sid\nCodename: sid\nComponents: main\nArchitectures: {architecture}\nSHA256:\n{listed}"
    (repository / "dists/sid/Release").write_text(release, encoding="utf-8")
    return f"deb [trusted=yes] file:{repository} bookworm main\n"


def test_a_foreign_archive_and_another_suite_are_no_sources(tmp_path: Path) -> None:
    """Only the archive of the machine's own release has a suite sid."""
    old = (
        "# deb http://commented.example bookworm main\n"
        "deb http://stranger.example nodistro main\n"
        "deb http://security.example bookworm-security main\n"
        "deb http://archive.example bookworm contrib\n"
        "deb cdrom:[Debian] bookworm main\n"
        "deb-src http://archive.example bookworm main\n"
    )
    new = (
        "Types: deb\nURIs: http://security.example\nSuites: bookworm-security\nComponents: main\n\n"
        "Types: deb\nURIs: http://off.example\nSuites: bookworm\nComponents: main\nEnabled: no\n\n"
        "Types: deb-src\nURIs: http://source.example\nSuites: bookworm\nComponents: main\n"
    )
    etc = machine(tmp_path, old) / "etc/apt"
    (etc / "sources.list.d/more.sources").write_text(new, encoding="utf-8")
    assert sources_of(etc, RELEASES) == {}


def test_only_the_suite_is_replaced_in_both_formats(tmp_path: Path) -> None:
    """Addresses, keys and options of the machine stay."""
    old = "deb [signed-by=/k.gpg arch=amd64] http://a.example/debian bookworm main contrib # own\n"
    new = (
        "Types: deb deb-src\n# a comment\nURIs: http://b.example/debian\nSuites: bookworm bookworm-updates\n"
        "Components: main non-free\nSigned-By:\n -----BEGIN\n .\n abc\nCheck-Valid-Until: no\n"
    )
    etc = machine(tmp_path, old) / "etc/apt"
    (etc / "sources.list.d/debian.sources").write_text(new, encoding="utf-8")
    assert sources_of(etc, RELEASES) == {
        "machine.list": "deb [signed-by=/k.gpg arch=amd64] http://a.example/debian sid main\n",
        "machine.sources": (
            "Types: deb\nSuites: sid\nComponents: main\nURIs: http://b.example/debian\n"
            "Signed-By:\n -----BEGIN\n .\n abc\nCheck-Valid-Until: no\n"
        ),
    }


def test_another_distribution_has_no_release_of_debian() -> None:
    """The archive of another distribution has no suite sid."""
    assert release_names("ID=ubuntu\nVERSION_CODENAME=noble\n") == frozenset()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A machine that cannot have newer servers, and the reason."""

    reason: str
    sources: str = ""
    os_release: str = BOOKWORM
    path: str | None = None


REFUSALS = {
    "no apt": Refusal("there is no apt-get on this machine", path="/nowhere"),
    "another distribution": Refusal(
        "names this machine's own Debian release", "deb http://a.example noble main\n", "ID=ubuntu\n"
    ),
    "no source": Refusal("names this machine's own Debian release"),
    "no archive": Refusal("apt-get failed with exit code 100", "deb [trusted=yes] file:/nowhere bookworm main\n"),
}


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)], ids=["elsewhere", "in CI"])
@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_the_reason_is_printed_if_the_servers_cannot_be_installed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    refusal: Refusal,
    ci: str,
    code: int,
) -> None:
    """The exit code is 1 in continuous integration and 0 on other machines. No incomplete file is left."""
    monkeypatch.setenv("CI", ci)
    if refusal.path:
        monkeypatch.setenv("PATH", refusal.path)
    system = machine(tmp_path, refusal.sources, refusal.os_release)
    assert newer_servers.main(tmp_path / "servers/sid", system) == code
    said = capsys.readouterr().err
    assert "Prometheus 3.x of Debian sid cannot be had: " in said
    assert refusal.reason in said
    assert not list(tmp_path.glob("servers/*")) + list(tmp_path.glob("servers/.*"))


def test_an_old_version_is_refused_and_the_existing_folder_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests on 2.x would prove nothing about 3.x."""
    monkeypatch.setenv("CI", "true")
    (tmp_path / "servers/sid").mkdir(parents=True)
    (tmp_path / "servers/sid/mine").touch()
    system = machine(tmp_path, archive(tmp_path, "2.53.1"))
    assert newer_servers.main(tmp_path / "servers/sid", system) == 1
    assert "and not that it is version 3" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "servers/sid").iterdir()] == ["mine"]


def test_the_servers_are_unpacked_once_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The real apt-get reads an archive on the disk. The second call fetches nothing."""
    monkeypatch.setenv("CI", "true")
    system = machine(tmp_path, archive(tmp_path, "3.5.3"))
    folder = tmp_path / "servers/sid"
    assert newer_servers.main(folder, system) == 0
    assert "prometheus 3.5.3, promtool 3.5.3" in capsys.readouterr().err
    programs = {path.name for path in (folder / newer_servers.BIN).iterdir()}
    assert programs == set(newer_servers.PACKAGES)
    (tmp_path / "archive").rename(tmp_path / "gone")
    assert newer_servers.main(folder, system) == 0
    assert capsys.readouterr().err == ""
    (folder / newer_servers.STAMP).write_text("another recipe", encoding="utf-8")
    assert newer_servers.main(folder, system) == 1
    assert {path.name for path in (folder / newer_servers.BIN).iterdir()} == programs
