"""The programs that gonogo runs, and the Debian package that brings each."""

from __future__ import annotations

import shutil

from gonogo.errors import MissingTool

PACKAGES = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "prometheus-pushgateway": "prometheus-pushgateway",
    "prometheus-node-exporter": "prometheus-node-exporter",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "victoria-metrics": "victoria-metrics",
    "vmalert": "victoria-metrics",
    "vmagent": "victoria-metrics",
}
"""Program -> the package of Debian 12 that brings it."""


def locate(program: str) -> str:
    """Find a program on ``PATH``, or where its path says, and give its full path.

    Raises:
        MissingTool: it is not there; the error names the package to install.
    """
    found = shutil.which(program)
    if found is None:
        raise MissingTool(
            f"{program} is not installed",
            why="gonogo runs the real program, and it is not on PATH",
            next_step=f"apt-get install {PACKAGES[program]}" if program in PACKAGES else f"install {program}",
        )
    return found
