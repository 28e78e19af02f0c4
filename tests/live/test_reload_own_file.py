"""A server that reads another file than the policy names, and the rights by which it reads its files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from gonogo.model.replacing import replace
from gonogo.policy.load import PolicyFile
from gonogo.programs.processes import HOST, Program, prometheus, start
from gonogo.programs.server_process import RunningServer
from gonogo.reload.result import Became
from gonogo.reload.run import reload
from tests.live.reload_stage import stage
from tests.live.reload_yard import NEW_NAMES, NEW_RULE, OLD_NAMES, Yard, told
from tests.marked_files import ACL, acl, attributes

pytestmark = [pytest.mark.live]

JOB = "  - {job_name: more, basic_auth: {username: u, password: %s}, static_configs: []}"
NOBODY = 65534


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """Run a server over good files with a password, in a policy's folder; it works in that folder."""
    with stage(tmp_path / "live") as live:
        live.configure(JOB % "old")
        live.reload()
        live.settled()
        yield Yard(tmp_path, live)


def copied(yard: Yard) -> Yard:
    """Let the policy name a copy of what the server reads."""
    shutil.copytree(yard.live.folder, yard.folder / "copy", ignore=shutil.ignore_patterns("prometheus", "textfile"))
    shutil.rmtree(yard.folder / "textfile")
    return Yard(yard.folder, replace(yard.live, folder=yard.folder / "copy"))


def policy(yard: Yard) -> PolicyFile:
    """Give a policy whose configuration is the copy."""
    made = yard.policy()
    server = replace(made.server, config=yard.live.configuration)
    return replace(made, server=server, rules=(f"{yard.live.folder}/rules/*.yml",))


def test_a_copy_of_the_servers_file_is_refused(yard: Yard) -> None:
    """Neither a changed password nor an unchanged file is called reloaded.

    Nothing is changed, and the server is not asked.
    """
    copy = copied(yard)
    for password in ("new", "old"):
        copy.live.configure(JOB % password)
        before = copy.live.vitals().metrics.success_at
        result = reload(copy.in_place(policy_file=policy(copy)))
        assert result.became is Became.REFUSED, told(result)
        assert any(f"the server reads another file than {copy.live.configuration}" in one for one in result.reasons)
        assert copy.live.vitals().metrics.success_at == before


def test_a_password_is_reloaded_if_the_server_reads_that_very_file(yard: Yard) -> None:
    """The files are loaded in place, and from a staged folder. gonogo finds the server's process on this machine."""
    assert reload(yard.in_place()).became is Became.RELOADED
    yard.live.configure(JOB % "new")
    result = reload(yard.in_place())
    assert (result.became, result.warnings) == (Became.RELOADED, ()), told(result)
    yard.stage().configure(JOB % "newer")
    assert reload(yard.request()).became is Became.RELOADED


def test_a_mounted_file_that_keeps_its_old_bytes_is_found(tmp_path: Path) -> None:
    """The file is mounted by itself into a container, so the server's path leads to the old bytes for ever."""
    with stage(tmp_path / "live") as live:
        live.configure(JOB % "old")
        (tmp_path / "mounted").mkdir()
        (tmp_path / "mounted/rules").symlink_to(tmp_path / "live/rules")
        (tmp_path / "mounted/prometheus.yml").hardlink_to(live.configuration)
        with prometheus(tmp_path / "server", tmp_path / "mounted/prometheus.yml") as server:
            yard = Yard(tmp_path, replace(live, server=server))
            yard.live.settled()
            yard.stage().configure(JOB % "new")
            result = reload(yard.request())
            assert result.became is Became.ROLLED_BACK, told(result)
            assert any("the server reads another file than" in one for one in result.reasons), told(result)
            assert "password: old" in live.configuration.read_text(encoding="utf-8")


def as_nobody(folder: Path, configuration: Path) -> AbstractContextManager[RunningServer]:
    """Run Prometheus as a user who owns none of its files, where this test may start such a process."""

    def argv(port: int) -> Sequence[str]:
        listen = (f"--web.listen-address={HOST}:{port}", "--web.enable-lifecycle")
        return (f"--config.file={configuration}", f"--storage.tsdb.path={folder / 'data'}", *listen)

    (folder / "data").mkdir(parents=True)
    if os.geteuid() != 0:
        return start(Program("prometheus", "/-/ready"), folder, argv)
    (folder / "data").chmod(0o777)
    program = folder / "prometheus-as-nobody"
    found = shutil.which("prometheus")
    program.write_text(
        f'#!/bin/sh\nexec setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups {found} "$@"\n', encoding="utf-8"
    )
    program.chmod(0o755)
    return start(Program(str(program), "/-/ready"), folder, argv)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Make a folder that every user may enter; pytest closes its own to others."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o711)
        yield Path(made)


def test_a_server_that_reads_by_an_acl_alone_goes_on_reading(open_folder: Path) -> None:
    """The files keep the ACL when others replace them, new files get it, and a rollback restores it."""
    reader = NOBODY if os.geteuid() == 0 else os.geteuid()

    def started(folder: Path, configuration: Path) -> AbstractContextManager[RunningServer]:
        for path in (configuration, configuration.parent / "rules/rules.yml"):
            path.chmod(0o600)
            os.setxattr(path, ACL, acl(reader))
        return as_nobody(folder, configuration)

    with stage(open_folder / "live", started) as live:
        live.settled()
        yard = Yard(open_folder, live)
        first = reload(yard.in_place())
        assert first.became is Became.RELOADED, told(first)
        yard.stage().rules(NEW_RULE, "second.yml")
        result = reload(yard.request())
        assert (result.became, yard.names()) == (Became.RELOADED, NEW_NAMES), told(result)
        files = [live.configuration, *(live.folder / "rules").glob("*.yml")]
        assert {path.name: attributes(path)[ACL] for path in files} == {path.name: acl(reader) for path in files}
        if os.geteuid() == 0:
            os.removexattr(live.folder / "rules/rules.yml", ACL)
            lost = reload(yard.in_place())
            assert lost.became is Became.ROLLED_BACK, told(lost)
            assert attributes(live.folder / "rules/rules.yml")[ACL] == acl(reader)
        assert yard.is_whole()
        assert yard.names() >= OLD_NAMES
