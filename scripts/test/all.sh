#!/usr/bin/env bash
# Every test once: first those without servers, which alone must reach every branch of the
# core, then those that start real ones; together they must reach nine branches in ten. The
# fault matrix is no matter of coverage, and goes without its cost. Each stage has a time limit
# beside that of each test, so that this script always ends, and says how long it took.
#
# Then the tests marked "versions" once more, on the newer servers that the set-up unpacked into
# .servers/sid. PROMETHEUS=/path/to/bin runs every test on that prometheus and promtool instead.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
PATH="$PWD/.venv/bin:$PATH"
newer=$PWD/.servers/sid/usr/bin
if [ -n "${PROMETHEUS:-}" ]; then
  for program in prometheus promtool; do
    [ -x "$PROMETHEUS/$program" ] && continue
    echo "test: PROMETHEUS=$PROMETHEUS: there is no program $program in that folder; name the folder that holds both prometheus and promtool" >&2
    exit 2
  done
  PATH="$(cd "$PROMETHEUS" && pwd):$PATH"
fi
printf 'test: on %s\n' "$(command -v prometheus)" "$(prometheus --version 2>&1 | head -n 1)"
results=.test-results
core='src/gonogo/errors.py,src/gonogo/durations.py,src/gonogo/model/*,src/gonogo/stats/*,src/gonogo/promql/*,src/gonogo/formats/*'
core+=',src/gonogo/*/core/*,src/gonogo/lint/checks/*,src/gonogo/lint/template/*,src/gonogo/reload/compare/*'
core+=',src/gonogo/ruletests/mutation/*,src/gonogo/ruletests/silent/*,src/gonogo/rulepack/gates/*,src/gonogo/rulepack/scenarios/*'
core+=',src/gonogo/*/print*.py'
failed=()
trap 'exit 130' INT # a stage that is interrupted ends the whole; without this bash would go on with the next one
trap 'exit 143' TERM
trap 'exit 129' HUP

run() { # SECONDS COMMAND...
  local limit=$1
  shift
  printf '\ntest: %s\n' "$*"
  python -S -m scripts.test.hangs.within "$limit" "test: $1 took" "$@" || failed+=("$*")
}

tests() { # SECONDS NAME WORKERS OPTIONS...
  local limit=$1 name=$2 workers=$3
  shift 3
  COVERAGE_FILE="$results/coverage.$name" run "$limit" \
    pytest -n "$workers" --dist loadgroup --quiet --cov --cov-report= --junitxml="$results/$name.xml" "$@"
}

rm -rf "$results"
mkdir "$results"
export HYPOTHESIS_STORAGE_DIRECTORY="$PWD/.hypothesis"
# The tests start thousands of processes. With PYTHONDONTWRITEBYTECODE each of them would compile gonogo anew.
export PYTHONDONTWRITEBYTECODE='' PYTHONPYCACHEPREFIX="$PWD/$results/bytecode"
tests 3600 without-servers 2 -m 'not live and not long'
run 120 coverage report --data-file="$results/coverage.without-servers" --include="$core" --fail-under=100
matrix=tests/live/test_fault_matrix.py
tests 3600 live 4 -m 'live and not long' --ignore="$matrix" # they wait more than they compute
run 3600 pytest -n 5 --dist loadgroup --quiet --junitxml="$results/matrix.xml" -m 'not long' "$matrix"
live=("$results/live.xml" "$results/matrix.xml")
if [ -n "${PROMETHEUS:-}" ]; then
  echo "test: the newer servers are left out, since PROMETHEUS names one version"
elif [ -x "$newer/prometheus" ]; then
  printf '\ntest: on %s\n' "$("$newer/prometheus" --version 2>&1 | head -n 1)"
  PATH="$newer:$PATH" run 3600 pytest -n 4 --dist loadgroup --quiet --junitxml="$results/versions.xml" -m 'versions and not long'
  live+=("$results/versions.xml")
elif [ "${CI:-}" = true ]; then
  failed+=("no newer servers in $newer: nothing was tested on Prometheus 3.x")
else
  printf '\ntest: NOT TESTED on Prometheus 3.x: the set-up could not get it\n'
fi
run 120 coverage combine --quiet --keep --data-file="$results/coverage" "$results"/coverage.*
run 120 coverage report --data-file="$results/coverage" --fail-under=90
run 60 python scripts/test/summary.py "$results/without-servers.xml" "${live[@]}"

if [ ${#failed[@]} -gt 0 ]; then
  printf 'test: FAILED: %s\n' "${failed[@]}"
  exit 1
fi
echo "test: all passed"
