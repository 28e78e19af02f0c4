"""The processes that may be a server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gonogo.programs.server_processes import began_at, processes_of

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
    """A Prometheus without the flag reads a default, which differs between packages.

    Another program must name the same file.
    """
    process = tmp_path / "1"
    process.mkdir()
    (tmp_path / "stat").write_text("btime 1000\n", encoding="utf-8")
    ticks = 5 * os.sysconf("SC_CLK_TCK")
    (process / "stat").write_text(f"1 (p) {' '.join(['0'] * 19)} {ticks} 0", encoding="utf-8")
    (process / "cmdline").write_text("".join(f"{word}\0" for word in words), encoding="utf-8")
    assert list(processes_of(1005.0, CONFIG, tmp_path)) == ([process] if may_be else [])
    assert list(processes_of(1050.0, CONFIG, tmp_path)) == []


@pytest.mark.parametrize(
    ("started_at", "same"), [(1005.25, True), (1006.25, True), (1004.2500001, True), (1005.26, False), (1008.25, False)]
)
def test_a_process_is_the_server_only_with_its_start_time(tmp_path: Path, started_at: float, *, same: bool) -> None:
    """The clock may be set by whole seconds. The ticks since the boot stay the same."""
    process = tmp_path / "1"
    process.mkdir()
    (tmp_path / "stat").write_text("btime 1000\n", encoding="utf-8")
    ticks = 5 * os.sysconf("SC_CLK_TCK") + os.sysconf("SC_CLK_TCK") // 4
    (process / "stat").write_text(f"1 (p) {' '.join(['0'] * 19)} {ticks} 0", encoding="utf-8")
    assert began_at(process, started_at) is same
