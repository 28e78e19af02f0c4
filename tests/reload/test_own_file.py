"""The file that a server reads, found through its process. Each process is a folder in the form of ``/proc``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gonogo.model.replacing import replace
from gonogo.reload.own_file import OwnFile, Visible, Which, own_file, unproved, unproved_secrets
from gonogo.server.own_metrics import OwnMetrics
from gonogo.server.server_state import ServerState, Vitals

BOOTED, TICKS = 1_000_000, 5_000
STARTED = BOOTED + TICKS / os.sysconf("SC_CLK_TCK")
CONFIG = "conf/prometheus.yml"


class Machine:
    """A machine with processes, and the policy's file."""

    def __init__(self, folder: Path) -> None:
        """Make a machine without any process."""
        self.proc = folder / "proc"
        self.proc.mkdir()
        (self.proc / "stat").write_text(f"cpu 1 2\nbtime {BOOTED}\n", encoding="utf-8")
        (self.proc / "sys").mkdir()
        self.file = folder / "live/prometheus.yml"
        self.file.parent.mkdir()
        self.file.write_text("x\n", encoding="utf-8")
        metrics = OwnMetrics(True, 1.0, STARTED)
        flags = {"config.file": CONFIG}
        vitals = Vitals(1.0, "/srv", metrics)
        self.server = ServerState("http://x", 1.0, "2.42.0", flags, vitals, "", (), (), (), (), ())

    def process(
        self, number: int, *, program: str = "prometheus", command: str = f"--config.file={CONFIG}", ticks: int = TICKS
    ) -> Path:
        """Add a process. Return its root folder."""
        process = self.proc / str(number)
        root = process / "root"
        (root / "srv/conf").mkdir(parents=True)
        fields = " ".join(["0"] * 18)
        (process / "stat").write_text(f"{number} (prom) S {fields} {ticks} 0\n", encoding="utf-8")
        (process / "cmdline").write_text(f"{program}\0{command}\0", encoding="utf-8")
        return root

    def own(self) -> OwnFile:
        """Return the file that the server reads."""
        return own_file(self.server, self.file, self.proc)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Make a machine."""
    return Machine(tmp_path)


def test_another_file_at_the_same_path_is_another_file(machine: Machine) -> None:
    """A container has a file of its own. Equal bytes do not make it the file of the policy."""
    root = machine.process(7)
    (root / "srv" / CONFIG).write_text("x\n", encoding="utf-8")
    assert machine.own() == OwnFile(Which.OTHER, "process 7 has another file at /srv/conf/prometheus.yml")


def test_a_removed_file_of_the_policy_is_unknown(machine: Machine) -> None:
    """The file was removed during the check."""
    (machine.process(7) / "srv" / CONFIG).touch()
    machine.file.unlink()
    assert machine.own().which is Which.UNKNOWN


def test_a_prometheus_that_names_no_file_may_be_the_server(machine: Machine) -> None:
    """The default path and files of arguments are not known, so the file that the process sees decides."""
    root = machine.process(7, command="@arguments")
    (root / "srv" / CONFIG).hardlink_to(machine.file)
    assert machine.own() == OwnFile(Which.SAME)


def test_a_server_whose_process_is_not_seen_is_unknown(machine: Machine) -> None:
    """Processes with another configuration or start time, hidden processes and ended processes do not count."""
    (machine.process(1, command="--config.file=other.yml") / "srv" / CONFIG).touch()
    (machine.process(2, program="pushgateway", command="--web.x") / "srv" / CONFIG).touch()
    (machine.process(3, ticks=TICKS + 1000) / "srv" / CONFIG).touch()
    (machine.proc / "4").mkdir()
    assert machine.own() == OwnFile(Which.UNKNOWN, "the server's process is not visible on this machine")
    machine.process(5)
    assert machine.own().detail == "/srv/conf/prometheus.yml of process 5 cannot be seen: No such file or directory"
    vitals = replace(machine.server.vitals, metrics=replace(machine.server.vitals.metrics, started_at=None))
    machine.server = replace(machine.server, vitals=vitals)
    assert machine.own().which is Which.UNKNOWN


def test_processes_that_read_different_files_are_unknown(machine: Machine) -> None:
    """Two containers started at the same time."""
    (machine.process(1) / "srv" / CONFIG).hardlink_to(machine.file)
    (machine.process(2) / "srv" / CONFIG).touch()
    assert machine.own().which is Which.UNKNOWN
    (machine.proc / "2/root/srv" / CONFIG).unlink()
    (machine.proc / "2/root/srv" / CONFIG).hardlink_to(machine.file)
    assert machine.own() == OwnFile(Which.SAME)


def test_the_policys_file_is_found_through_links_of_a_container(machine: Machine) -> None:
    """An absolute link begins at the root of the container. A bind mount is the same file, like a hard link."""
    root = machine.process(1)
    (root / "etc").mkdir()
    (root / "etc/prometheus.yml").hardlink_to(machine.file)
    (root / "srv" / CONFIG).symlink_to("/etc/prometheus.yml")
    assert machine.own() == OwnFile(Which.SAME)


NOTHING = Visible(file=False, rules=False, secrets=False, masked=False)
SECRETS = replace(NOTHING, secrets=True, masked=True)
OTHER, UNKNOWN, SAME = OwnFile(Which.OTHER, "there"), OwnFile(Which.UNKNOWN, "hidden"), OwnFile(Which.SAME)


@pytest.mark.parametrize(
    ("own", "seen", "known", "is_refused"),
    [
        (OTHER, NOTHING, True, True),
        (OTHER, SECRETS, True, True),
        (OTHER, replace(SECRETS, rules=True), False, True),
        (OTHER, replace(NOTHING, rules=True), False, False),
        (OTHER, replace(SECRETS, file=True), False, False),
        (UNKNOWN, SECRETS, False, True),
        (UNKNOWN, SECRETS, True, False),
        (UNKNOWN, NOTHING, False, False),
        (SAME, SECRETS, False, False),
    ],
)
def test_an_invisible_change_needs_proof_that_the_server_reads_the_file(
    own: OwnFile, seen: Visible, *, known: bool, is_refused: bool
) -> None:
    """A visible change of the configuration is a proof. A visible change of rules is one only if no secret changes."""
    told = tuple(unproved(Path("/x.yml"), own, seen, known=known))
    assert bool(told) == is_refused
    assert all(own.detail in one and "/x.yml" in one for one in told)


def test_unproved_secrets_are_a_warning() -> None:
    """No secret changes, and no change shows that the server reads them."""
    masked = replace(NOTHING, masked=True)
    (warning,) = unproved_secrets(Path("/x.yml"), UNKNOWN, masked, known=False)
    assert warning.startswith("the secrets in /x.yml are not proved")
    for own, seen, known in ((SAME, masked, False), (UNKNOWN, NOTHING, False), (UNKNOWN, masked, True)):
        assert not tuple(unproved_secrets(Path("/x.yml"), own, seen, known=known))
