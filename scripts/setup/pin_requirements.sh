#!/usr/bin/env bash
# Pins every Python package that gonogo needs, with the hashes of all its published files.
# Run it after changing the dependencies in pyproject.toml. It needs pip-compile (pip-tools)
# on PATH, and takes the package index from the environment.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

export CUSTOM_COMPILE_COMMAND=scripts/setup/pin_requirements.sh
unset PIP_FIND_LINKS # the hashes must be those of the published files

pin() {
  pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
    --build-deps-for editable "$@" pyproject.toml
}

pin --output-file requirements/run.txt
pin --output-file requirements/dev.txt --extra dev --constraint requirements/run.txt
