"""Reads the requirements of an organisation from their file."""

from __future__ import annotations

from pathlib import Path

from gonogo.disk.regular_file import Unreadable, read_text
from gonogo.errors import UsageError
from gonogo.lint.core.requirements import Requirements
from gonogo.lint.core.requirements_file import read_requirements


def requirements_in(path: Path) -> Requirements:
    """Read a file of requirements.

    Raises:
        UsageError: the file cannot be read, or has mistakes. The error lists all of them.
    """
    try:
        requirements, problems = read_requirements(read_text(path, str(path)), str(path))
    except Unreadable as error:
        problems = (error.problem,)
        requirements = Requirements()
    if problems:
        raise UsageError(
            "the requirements cannot be used",
            where=str(path),
            why="\n".join(map(str, problems)),
            next_step="correct the file named by --requirements",
        )
    return requirements
