"""A file that the configuration names cannot be read: a CA, a key or a password.

promtool checks only some of these files. If a CA file is missing, the reload answers 200, and the job does not exist.
If a key or a password is missing, every scrape of the job fails. Put the file there, readable for the server's user, or
correct the path, which is relative to the folder of ``prometheus.yml``. A missing list of targets (``file_sd_configs``)
is a warning, because it may come later. A pattern of ``scrape_config_files`` that matches no file is an error: the
reload answers 200, and the jobs are gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gonogo.errors import Position
from gonogo.formats.prometheus_config import Configuration, NamedFile
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown
from gonogo.model.finding import Span


def find(_: Estate, configuration: Configuration) -> Iterator[Hit]:
    """Yield the files that could not be read, and the patterns of scrape files that match none."""
    for entry in configuration.scrape_files:
        if entry.matched == ():
            yield Hit(
                entry.where,
                f"no file matches {entry.pattern!r} of scrape_config_files: the server scrapes no job of it, and "
                "reports nothing; put the files there, or correct the pattern",
            )
    for file in configuration.named_files:
        if file.problem:
            yield Hit(
                file.where,
                f"{file.key} names {file.path}: {file.problem}; put the file there for the server to "
                "read, or correct the path",
                severity=Severity.WARNING if file.key == "files" else None,
            )


_CONFIGURATION = {
    "prometheus.yml": """\
scrape_configs:
  - job_name: web
    scheme: https
    tls_config: {ca_file: ca.pem}
    static_configs: [{targets: [web:443]}]
"""
}


def _looked_at(files: dict[str, str], problem: str) -> Example:
    """Return an example in which the named file was looked for."""
    named = NamedFile("ca_file", "ca.pem", Span(Position("prometheus.yml", 4, 27), 6), problem)
    minute = timedelta(minutes=1)
    return Example(files, {"configuration": Configuration("prometheus.yml", minute, minute, named_files=(named,))})


CHECK = Check(
    id="missing-file",
    severity=Severity.ERROR,
    find=WhenKnown(lambda estate: estate.configuration, find),
    bad=_looked_at(_CONFIGURATION, "No such file or directory"),
    good=_looked_at({**_CONFIGURATION, "ca.pem": "-----BEGIN CERTIFICATE-----\n…\n"}, ""),
)
