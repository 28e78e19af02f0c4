#!/usr/bin/env bash
# Pins every Python package that gonogo needs, for every supported Python, with the hashes of
# all its published files. Run it after changing the dependencies in pyproject.toml.
# Versions that are pinned already stay; --upgrade takes the newest ones.
# It needs uv on PATH (for example: pip install uv). The package index is the one of uv or pip.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. scripts/setup/say.sh

command -v uv >/dev/null || fail "uv is not on PATH, and it resolves the pins. Install it, for example with: pip install uv"
unset UV_FIND_LINKS # the hashes must be those of the published files
index=${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$(python3 -m pip config get global.index-url 2>/dev/null || true)}}
[ -z "$index" ] || export UV_DEFAULT_INDEX="$index"

pin() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
    --custom-compile-command scripts/setup/pin_requirements.sh "$@" pyproject.toml
}

pin --output-file requirements/dev.txt --group dev "$@"
pin --output-file requirements/run.txt --group build --constraint requirements/dev.txt
