#!/usr/bin/env bash
# Runs the gonogo of this folder's environment, else the one on PATH; says so where there is neither.
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
for gonogo in "$home/.venv/bin/gonogo" "$(command -v gonogo)"; do
  [ -x "$gonogo" ] && exec "$gonogo" "$@"
done
printf 'gonogo: it is installed neither in %s nor on PATH\n  next: make -C %s ready-to-run\n' "$home/.venv" "$home" >&2
exit 2
