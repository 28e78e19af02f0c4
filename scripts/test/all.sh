#!/usr/bin/env bash
# Every test once, in lanes side by side: the tests without servers, those that start real ones, and those
# marked "versions" once more, on the newer servers that the set-up unpacked into .servers/sid.
# PROMETHEUS=/path/to/bin runs every test on that prometheus and promtool instead.
#
# The first lane alone must reach every branch of the core, and nine branches in ten of the whole, without the
# processes that its tests start: measuring those costs 0.25 s each. The other lanes wait more than they compute,
# so all lanes run at once, with more workers than cores. Each stage has a time limit beside that of each test, so
# that this script always ends, and says how long it took.
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
core+=',src/gonogo/ruletests/mutation/*,src/gonogo/ruletests/silent/*,src/gonogo/rulepack/gates/*,src/gonogo/rulepack/*scenarios.py,src/gonogo/rulepack/rules.py'
core+=',src/gonogo/*/print*.py'
matrix=tests/live/test_fault_matrix.py
. scripts/test/stages.sh

tests() { # NAME WORKERS OPTIONS...
  local name=$1 workers=$2
  shift 2
  run "$name" 3600 pytest -n "$workers" --dist loadgroup --quiet --junitxml="$results/$name.xml" "$@"
}

plain() {
  export COVERAGE_FILE="$results/data.coverage"
  tests without-servers 2 -m 'not live and not long' --cov --cov-report=
  run coverage 120 coverage report --fail-under=90
  run core-coverage 120 coverage report --include="$core" --fail-under=100
}

real() {
  tests live 4 -m 'live and not long' --ignore="$matrix"
}

newer_servers_then_faults() {
  if [ -n "${PROMETHEUS:-}" ]; then
    echo "test: the newer servers are left out, since PROMETHEUS names one version"
  elif [ -x "$newer/prometheus" ]; then
    printf '\ntest: versions are on %s\n' "$("$newer/prometheus" --version 2>&1 | head -n 1)"
    PATH="$newer:$PATH" tests versions 3 -m 'versions and not long'
  elif [ "${CI:-}" = true ]; then
    echo "versions: no newer servers in $newer: nothing was tested on Prometheus 3.x" >>"$results/failed"
  else
    printf '\ntest: NOT TESTED on Prometheus 3.x: the set-up could not get it\n'
  fi
  tests matrix 5 -m 'not long' "$matrix"
}

rm -rf "$results"
mkdir "$results"
export HYPOTHESIS_STORAGE_DIRECTORY="$PWD/.hypothesis"
# The tests start thousands of processes. With PYTHONDONTWRITEBYTECODE each of them would compile gonogo anew.
export PYTHONDONTWRITEBYTECODE='' PYTHONPYCACHEPREFIX="$PWD/$results/bytecode"
lane plain
lane real
lane newer_servers_then_faults
wait
reports=("$results"/{without-servers,live,matrix}.xml)
[ -z "${PROMETHEUS:-}" ] && [ -x "$newer/prometheus" ] && reports+=("$results/versions.xml")
run summary 60 python scripts/test/summary.py "${reports[@]}"
finish
