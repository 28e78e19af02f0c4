#!/usr/bin/env bash
# The old name of 'gonogo reload'.
exec "$(dirname "${BASH_SOURCE[0]}")/../../.venv/bin/gonogo" reload "$@"
