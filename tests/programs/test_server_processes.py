"""The processes that may be a server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gonogo.programs.server_processes import processes_of

CONFIG = "/etc/p.yml"


@pytest.mark.parametrize(
    ("words", "may_be"),
    [
        (("/bin/prometheus", f"--config.file={CONFIG}"), True),
        (("wrapper", "--config.file", CONFIG, "--web.enable-lifecycle"), True),
        (("/bin/prometheus", "--config.file=/etc/q.yml"), False),
        (("/bin/prometheus", "--web.enable-lifecycle"), True),
        (("prometheus", "@arguments"), True),
        (("node_exporter", "--web.listen-address=:9100"), False),
        (("prometheus-pushgateway",), False),
    ],
)
def test_a_prometheus_that_names_no_configuration_may_be_the_server(
    tmp_path: Path, words: tuple[str, ...], *, may_be: bool
) -> None:
    """It reads a default, which packages set as they like; another program needs to name the very file."""
    process = tmp_path / "1"
    process.mkdir()
    (tmp_path / "stat").write_text("btime 1000\n", encoding="utf-8")
    ticks = 5 * os.sysconf("SC_CLK_TCK")
    (process / "stat").write_text(f"1 (p) {' '.join(['0'] * 19)} {ticks} 0", encoding="utf-8")
    (process / "cmdline").write_text("".join(f"{word}\0" for word in words), encoding="utf-8")
    assert list(processes_of(1005.0, CONFIG, tmp_path)) == ([process] if may_be else [])
    assert list(processes_of(1050.0, CONFIG, tmp_path)) == []
