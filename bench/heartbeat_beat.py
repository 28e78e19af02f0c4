"""One beat as a whole process, against the shell script that shops write for it.

Both take a lock, count up, push to a real Pushgateway and publish two metrics by
temporary file and rename; only gonogo reads a policy, syncs to disk and keeps its
number through damage. The runs alternate, so that whatever else the machine does
falls on both.

Run: python bench/heartbeat_beat.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from gonogo.programs.processes import pushgateway

RUNS = 41
GOAL = 3.0

SCRIPT = r"""#!/bin/bash
set -euo pipefail
home=$(cd "$(dirname "$0")" && pwd)
folder=$home/textfile
mkdir -p "$folder"
exec 9>"$folder/.beat.lock"
flock -w 10 9
number=$(cat "$folder/.beat.count" 2>/dev/null || echo 0)
number=$((number + 1))
echo "$number" >"$folder/.beat.count"
now=$(date +%s)
host=$(hostname)
publish() {
    local metric="demo_textfile_heartbeat_$1"
    printf '# HELP %s %s\n# TYPE %s gauge\n%s{metric_realm="demo"} %s\n' "$metric" "$2" "$metric" "$metric" "$3"
}
{
    publish seq "Number of the last heartbeat." "$number"
    publish ts "Time of the last heartbeat." "$now"
} | curl -sf -m 5 --data-binary @- "$1/metrics/job/shell_heartbeat/instance/$host"
publish seq "Number of the last heartbeat." "$number" >"$folder/seq.prom.$$"
mv "$folder/seq.prom.$$" "$folder/seq.prom"
publish ts "Time of the last heartbeat." "$now" >"$folder/ts.prom.$$"
mv "$folder/ts.prom.$$" "$folder/ts.prom"
"""

POLICY = "version: 1\nrealm: demo\nprefix: demo\nheartbeat: {{textfile_dir: ., pushgateway: '{url}'}}\n"


def installed(folder: Path) -> dict[str, str]:
    """Give an environment in which Python keeps bytecode, as it does for an installed package."""
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """Run a command and time it."""
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def timed_pairs(folder: Path) -> list[tuple[float, float]]:
    """Run both in turn; give the seconds of each pair but the first, which writes the bytecode."""
    script, policy = folder / "beat.sh", folder / "gonogo.yaml"
    script.write_text(SCRIPT, encoding="utf-8")
    with pushgateway(folder / "pushgateway") as server:
        policy.write_text(POLICY.format(url=server.url), encoding="utf-8")
        ours = [str(Path(sys.executable).with_name("gonogo")), "heartbeat", "beat", "--policy", str(policy)]
        theirs = ["/bin/bash", str(script), server.url]
        environment = installed(folder)
        pairs = [(seconds(ours, environment), seconds(theirs, environment)) for _ in range(RUNS + 1)]
    return pairs[1:]


def main() -> None:
    """Measure, and print one line."""
    with tempfile.TemporaryDirectory() as folder:
        pairs = timed_pairs(Path(folder))
    beat, shell = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    ratio = median(pair[0] / pair[1] for pair in pairs)
    print(
        f"heartbeat beat: {beat * 1000:.0f} ms, shell script {shell * 1000:.0f} ms, ratio {ratio:.2f} "
        f"(median of {RUNS} pairs; goal at most {GOAL:g}: {'met' if ratio <= GOAL else 'missed'})"
    )


if __name__ == "__main__":
    main()
