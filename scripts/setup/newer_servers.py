"""Unpacks the servers of Debian sid beside the system, so that the tests can run on Prometheus 3.x.

The system is not touched: apt gets a configuration of its own, made from the sources of this machine with the suite
replaced by sid, and the packages are unpacked into a folder of the project. What is there already stays; to get newer
ones, remove the folder. Root is not needed.

    newer_servers.py FOLDER
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

SUITE = "sid"
NEEDED = ("prometheus", "promtool")
PACKAGES = (*NEEDED, "victoria-metrics", "prometheus-pushgateway", "prometheus-node-exporter")
BIN = Path("usr/bin")
STAMP = "made-by"
FETCHES_WITHIN = 600
RUNS_WITHIN = 60
SETTINGS = """\
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
#clear APT::Default-Release;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
"""
"""The hooks of the system are cleared: they would change the system."""


class CannotBeHadError(Exception):
    """The reason why there are no newer servers."""


def main(folder: Path, system: Path = Path("/")) -> int:
    """Unpack the servers unless they are there; return the exit code.

    Args:
        folder: where they go.
        system: the root of the machine's own configuration.
    """
    recipe = sha256(Path(__file__).read_bytes()).hexdigest()
    stamp = folder / STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == recipe:
        return 0
    try:
        versions = _unpack(folder, system / "etc")
    except CannotBeHadError as reason:
        return _go_without(str(reason))
    stamp.write_text(recipe, encoding="utf-8")
    _say(f"unpacked into {folder}: {', '.join(versions)}")
    return 0


def _go_without(reason: str) -> int:
    _say(f"Prometheus 3.x of Debian {SUITE} cannot be had: {reason}")
    if os.environ.get("CI") == "true":
        _say("continuous integration must run the tests on it, so this is a failure")
        return 1
    _say("its tests do not run here; 'make test PROMETHEUS=/path/to/bin' runs all tests on another version")
    return 0


def _unpack(folder: Path, etc: Path) -> list[str]:
    for program in ("apt-get", "dpkg-deb"):
        if shutil.which(program) is None:
            raise CannotBeHadError(f"there is no {program} on this machine")
    files = sources_of(etc / "apt", release_names((etc / "os-release").read_text(encoding="utf-8")))
    if not files:
        raise CannotBeHadError(f"no source in {etc / 'apt'} names this machine's own Debian release")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as name:
        part = Path(name)
        _say(f"fetching {', '.join(PACKAGES)} of Debian {SUITE}; the system is not touched")
        packages = _fetch(part / "apt", files)
        tree = part / "tree"
        for package in packages:
            _run(["dpkg-deb", "--extract", str(package), str(tree)], part)
        versions = [_version(tree / BIN / program) for program in NEEDED]
        shutil.rmtree(folder, ignore_errors=True)
        tree.rename(folder)
    return versions


def release_names(os_release: str) -> frozenset[str]:
    """Return the names that a source may give this machine's own release of Debian; none where it is not Debian."""
    fields = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', os_release, re.MULTILINE))
    if fields.get("ID") != "debian":
        return frozenset()
    named = (fields.get("VERSION_CODENAME", ""), "stable", "testing", "unstable", SUITE)
    return frozenset(filter(None, named))


def sources_of(etc: Path, releases: frozenset[str]) -> dict[str, str]:
    """Make the private sources, by the names of their files, from those of a machine.

    Args:
        etc: the folder of apt's configuration.
        releases: the suites of the archive itself; other sources, such as security updates, are left out.
    """
    old = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*.list"))]
    new = sorted((etc / "sources.list.d").glob("*.sources"))
    lines = [line for path in old if path.is_file() for line in _lines(path.read_text(encoding="utf-8"), releases)]
    stanzas = [text for path in new for text in _stanzas(path.read_text(encoding="utf-8"), releases)]
    files = {"machine.list": "".join(lines), "machine.sources": "\n".join(stanzas)}
    return {name: text for name, text in files.items() if text}


def _lines(text: str, releases: frozenset[str]) -> Iterator[str]:
    for line in text.splitlines():
        found = re.fullmatch(r"\s*deb\s+(\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#]*?)\s*(#.*)?", line)
        if found and found[3] in releases and "main" in found[4].split() and not found[2].startswith("cdrom:"):
            yield f"deb {found[1] or ''}{found[2]} {SUITE} main\n"


def _stanzas(text: str, releases: frozenset[str]) -> Iterator[str]:
    plain = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for stanza in re.split(r"\n\s*\n", plain.strip()):
        fields = re.findall(r"^([\w-]+):((?:.*)(?:\n[ \t].*)*)", stanza, re.MULTILINE)
        values = {name.lower(): value for name, value in fields}
        chosen = (
            "deb" in values.get("types", "").split()
            and releases.intersection(values.get("suites", "").split())
            and "main" in values.get("components", "").split()
            and values.get("enabled", "yes").strip().lower() not in {"no", "false", "0"}
        )
        if chosen:
            own = {"types": "deb", "suites": SUITE, "components": "main"}
            kept = "".join(f"{name}:{value}\n" for name, value in fields if name.lower() not in {*own, "enabled"})
            yield "".join(f"{name.capitalize()}: {value}\n" for name, value in own.items()) + kept


def _fetch(folder: Path, sources: dict[str, str]) -> list[Path]:
    for name in ("state/lists/partial", "cache/archives/partial", "sources", "packages"):
        (folder / name).mkdir(parents=True)
    for name, text in sources.items():
        (folder / "sources" / name).write_text(text, encoding="utf-8")
    (folder / "status").touch()
    places = {
        "Dir::State": "state",
        "Dir::State::status": "status",
        "Dir::Cache": "cache",
        "Dir::Etc::sourceparts": "sources",
    }
    absent = ("Dir::Etc::sourcelist", "Dir::Etc::preferences", "Dir::Etc::preferencesparts")
    settings = folder / "apt.conf"
    text = "".join(f'{key} "{folder / name}";\n' for key, name in places.items())
    settings.write_text(text + "".join(f'{key} "/dev/null";\n' for key in absent) + SETTINGS, encoding="utf-8")
    apt_get = ["apt-get", "--quiet=2", "--config-file", str(settings)]
    _run([*apt_get, "update"], folder)
    _run([*apt_get, "download", *PACKAGES], folder / "packages")
    return sorted((folder / "packages").glob("*.deb"))


def _version(program: Path) -> str:
    first = _run([str(program), "--version"], program.parent).partition("(")[0].strip()
    if not re.search(r"version 3\.", first):
        raise CannotBeHadError(f"{program.name} of Debian {SUITE} says {first!r}, and not that it is version 3")
    return first.replace(", version", "")


def _run(argv: list[str], folder: Path) -> str:
    limit = FETCHES_WITHIN if argv[0] == "apt-get" else RUNS_WITHIN
    try:
        ended = subprocess.run(
            argv,
            cwd=folder,
            env={**os.environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=limit,
        )
    except subprocess.TimeoutExpired:
        raise CannotBeHadError(f"{Path(argv[0]).name} did not end within {limit} s") from None
    except OSError as error:
        raise CannotBeHadError(f"{Path(argv[0]).name} does not run: {error.strerror}") from error
    if ended.returncode:
        said = (ended.stdout.strip().splitlines() or ["nothing"])[-1]
        raise CannotBeHadError(f"{Path(argv[0]).name} failed with exit code {ended.returncode}; it said: {said}")
    return ended.stdout


def _say(text: str) -> None:
    print(f"set-up: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute()))
