#!/usr/bin/env bash
# The old name of 'gonogo test'.
exec "$(dirname "${BASH_SOURCE[0]}")/gonogo.sh" test "$@"
