#!/usr/bin/env bash
# Makes ready what the Makefile's targets need, on a bare Debian 12 with Python 3.11:
#   environment.sh run    the programs and packages of 'make dryrun'
#   environment.sh dev    those of 'make test' as well, with the newer servers in .servers
# What is there already is left alone; the second time there is nothing to do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=scripts/setup
unset PYTHONHOME PYTHONPATH

. "$here/programs.sh"
. "$here/python.sh"

purpose=${1:?say what for: run or dev}
case $purpose in
  run) wanted=("${run_programs[@]}") ;;
  dev) wanted=("${run_programs[@]}" "${dev_programs[@]}") ;;
  *) fail "what for? run or dev, not '$purpose'" ;;
esac

exec 9<"$here/environment.sh" # one set-up at a time; the lock goes with the process
flock 9

want_packages_of "${wanted[@]}"
venv_is_ready "$purpose" || want_python
install_wanted
venv_is_ready "$purpose" || make_venv "$purpose"
[ "$purpose" = run ] || "$venv/bin/python" -S "$here/newer_servers.py" .servers/sid
