"""Linting: from paths to findings; files, promtools, a server and git are asked here, and the checks are run."""
