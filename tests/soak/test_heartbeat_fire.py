"""The heartbeat under load: racers, kills and full disks. ``--soak`` has the full numbers, other runs a tenth."""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gonogo.disk.exposition import values
from gonogo.disk.textfile import Textfile
from gonogo.heartbeat.seal import read_state
from gonogo.heartbeat.writer import HeartbeatWriter
from tests.children import exit_code, forked
from tests.own_mounts import NAMESPACE, may_mount

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

RACERS = 200
KILLS = 500
POLICY = "version: 1\nrealm: test\nprefix: duri\nheartbeat: {textfile_dir: .}\n"
BEAT = (sys.executable, "-m", "gonogo", "heartbeat", "beat")
METRICS = ("duri_textfile_heartbeat_seq", "duri_textfile_heartbeat_ts")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a policy."""
    (tmp_path / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    return tmp_path


def writer_in(folder: Path) -> HeartbeatWriter:
    """Make the writer that the policy describes."""
    textfile = Textfile(folder / "duri_textfile_heartbeat.prom")
    return HeartbeatWriter("duri", {"metric_realm": "test"}, folder, textfile, None)


def on_file(folder: Path) -> int:
    """Return the number in the textfile. The file must be whole: two samples, and a line feed at the end."""
    text = (folder / "duri_textfile_heartbeat.prom").read_text(encoding="utf-8")
    assert text.endswith("\n")
    assert text.count("\n") == 6
    (number,), (_,) = (list(values(text, metric, {"via": "textfile"})) for metric in METRICS)
    return int(number)


def in_state(folder: Path) -> int:
    """Return the number in the state, which must be valid."""
    state = read_state((folder / ".duri_heartbeat.state").read_bytes())
    assert state is not None
    return state


@contextmanager
def read_all_the_time(folder: Path) -> Iterator[None]:
    """Read the textfile without a pause. Every reading must be whole, and never lower than the last."""
    stop, stopping = os.pipe()

    def read() -> None:
        os.close(stopping)
        last, readings = 0, 0
        while not select.select([stop], [], [], 0)[0]:
            number = on_file(folder)
            assert number >= last
            last, readings = number, readings + 1
        assert readings > 10

    reader = forked(read)
    os.close(stop)
    try:
        yield
    finally:
        os.close(stopping)
        code = exit_code(reader)
    assert code == 0


def test_simultaneous_commands_count_exactly(folder: Path, share: Callable[[int], int]) -> None:
    """The commands are whole processes. No command fails, no beat is lost, and no reading is torn."""
    first, racers = writer_in(folder).beat().sequence, share(RACERS)
    with read_all_the_time(folder):
        running = [subprocess.Popen(BEAT, cwd=folder, stdout=subprocess.DEVNULL) for _ in range(racers)]
        codes = Counter(process.wait() for process in running)
    assert codes == {0: racers}
    assert on_file(folder) == in_state(folder) == first + racers


def test_racers_that_start_at_the_same_moment_count_exactly(folder: Path, share: Callable[[int], int]) -> None:
    """All racers wait for the lock before the first one gets it."""
    first, racers = writer_in(folder).beat().sequence, share(RACERS)

    def race() -> None:
        os.close(go)
        os.read(ready, 1)
        writer_in(folder).beat()

    with read_all_the_time(folder):
        ready, go = os.pipe()
        children = [forked(race) for _ in range(racers)]
        os.close(ready)
        os.close(go)
        codes = Counter(exit_code(child) for child in children)
    assert codes == {0: racers}
    assert on_file(folder) == in_state(folder) == first + racers


def test_the_sequence_of_a_writer_killed_at_random_never_goes_back(folder: Path, share: Callable[[int], int]) -> None:
    """The writer beats without a pause and is killed many times, mostly in the middle of a write."""
    chance, kills, moments = random.Random(20_260_101), share(KILLS), Counter[str]()  # noqa: S311 - moments, no secrets
    last = writer_in(folder).beat().sequence
    with read_all_the_time(folder):
        for _ in range(kills):
            reported = beat_until_killed(folder, chance.uniform(0, 0.02))
            published, kept = on_file(folder), in_state(folder)
            assert published >= max(reported, last)
            assert kept >= published
            moments[moment_of_death(folder, published, kept)] += 1
            last = writer_in(folder).beat().sequence
            assert last == kept + 1
    inside = kills - moments["between two beats"]
    assert inside >= kills // 4, moments


def beat_until_killed(folder: Path, seconds: float) -> int:
    """Beat in a child, and kill it some seconds after its first beat. Return the last number that it reported."""
    reports, report = os.pipe()

    def beat_on() -> None:
        while True:
            os.write(report, b"%d\n" % writer_in(folder).beat().sequence)

    child = forked(beat_on)
    os.close(report)
    received = os.read(reports, 65_536)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    assert exit_code(child) == -signal.SIGKILL
    while chunk := os.read(reports, 65_536):
        received += chunk
    os.close(reports)
    return int(received.split()[-1])


def moment_of_death(folder: Path, published: int, kept: int) -> str:
    """Find the moment of the kill from the files that are left."""
    left = sorted(path.name for path in folder.glob(".*.new"))
    if left:
        return f"writing {left[0]}"
    return "between state and textfile" if kept > published else "between two beats"


def test_commands_killed_at_any_moment_do_no_harm(folder: Path, share: Callable[[int], int]) -> None:
    """The commands are whole processes, killed between the start of the interpreter and the end."""
    chance, kills = random.Random(20_260_102), share(KILLS)  # noqa: S311 - moments, no secrets
    last, lifetime, killed = writer_in(folder).beat().sequence, 1.0, 0
    while killed < kills:
        start = time.monotonic()
        code = killed_after(chance.uniform(0, lifetime), folder)
        if code == 0:
            lifetime = time.monotonic() - start
        assert code in {0, -signal.SIGKILL}
        killed += code != 0
        assert in_state(folder) >= on_file(folder) >= last
        last = on_file(folder)
    assert writer_in(folder).beat().sequence > last


def killed_after(seconds: float, folder: Path) -> int:
    """Run the command, and kill it after some seconds unless it has ended. Return its exit code."""
    with subprocess.Popen(BEAT, cwd=folder, stdout=subprocess.DEVNULL) as process:
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


LIMITED = 'cd "$1"; {beat} && cp *.prom before && (ulimit -f 0; {beat}); echo "exit $?"; cmp *.prom before && {beat}'
TMPFS = (
    'mount -t tmpfs -o size=64k none "$1" && cd "$1" && echo "$2" >gonogo.yaml && {beat} && cp *.prom before; '
    'cat /dev/zero >filler 2>/dev/null; {beat}; echo "exit $?"; cmp *.prom before && rm filler && {beat}'
)


DISKS = {"File too large": ((), LIMITED), **({"No space left on device": (NAMESPACE, TMPFS)} if may_mount() else {})}


@pytest.mark.parametrize("why", DISKS)
def test_a_full_disk_is_an_error_and_keeps_the_old_beat(folder: Path, why: str) -> None:
    """The command ends with 1 and a clear message. The old file stays, and the next number is higher."""
    prefix, script = DISKS[why]
    shell = ["bash", "-c", script.format(beat=" ".join(BEAT)), "bash", str(folder), POLICY]
    ended = subprocess.run([*prefix, *shell], check=False, capture_output=True, text=True)
    first, exited, second = ended.stdout.splitlines()
    assert exited == "exit 1"
    assert f"why:  {why}" in ended.stderr
    assert "  next: " in ended.stderr
    assert "Traceback" not in ended.stderr
    assert int(second.split()[1]) > int(first.split()[1])
    assert ended.returncode == 0
