#!/usr/bin/env bash
# Every check that runs no gonogo: form, lint, types, who imports whom, the files' own rules.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
PATH="$PWD/.venv/bin:$PATH"
failed=()

run() {
  printf 'check: %s\n' "$*"
  "$@" || failed+=("$*")
}

run ruff format --check --quiet .
run ruff check --quiet .
run mypy
run lint-imports --no-logo
run python scripts/test/file_rules.py
run python scripts/test/dead_code.py
run python scripts/test/prose.py
run python scripts/test/vacuous.py
run python scripts/test/pins.py
run python -m scripts.docs.generate --check

if [ ${#failed[@]} -gt 0 ]; then
  printf 'check: FAILED: %s\n' "${failed[@]}"
  exit 1
fi
echo "check: all passed"
