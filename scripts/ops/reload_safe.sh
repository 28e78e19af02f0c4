#!/usr/bin/env bash
# The old name of 'gonogo reload'.
exec "$(dirname "${BASH_SOURCE[0]}")/gonogo.sh" reload "$@"
