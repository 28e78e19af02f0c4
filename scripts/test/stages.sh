# Runs the stages of the tests, some beside others; sourced by scripts/test/all.sh.
#
# A stage has a time limit, writes into a file of its own, and is shown whole at its end. A lane is a function whose
# stages run one after another, beside those of the other lanes. A signal ends all of them. Before the first stage,
# $results must name an empty folder.
lanes=()

run() { # NAME SECONDS COMMAND...
  local name=$1 limit=$2 log
  shift 2
  log="$results/$name.log"
  printf 'test: %s begins\n' "$name"
  python -S -m scripts.test.hangs.within "$limit" "test: $name took" "$@" >"$log" 2>&1 </dev/null ||
    echo "$name: $*" >>"$results/failed"
  { printf '\ntest: %s: %s\n' "$name" "$*" && cat "$log"; } | flock "$results/lock" cat
}

lane() { # FUNCTION
  set -m # a process group of its own, which gets the signals that this script hands on
  {
    trap 'exit 1' INT TERM HUP # after the stage that runs, which has a moment to clean up
    "$1"
  } &
  set +m
  lanes+=($!)
}

stop() { # SIGNAL CODE
  trap '' INT TERM HUP
  for lane in "${lanes[@]}"; do
    kill -s "$1" -- "-$lane" 2>/dev/null # a lane may have ended
  done
  wait
  exit "$2"
}
trap 'stop INT 130' INT # without a trap bash would go on with the next stage
trap 'stop TERM 143' TERM
trap 'stop HUP 129' HUP

finish() { # says how it ended; the exit code is 1 if a stage failed
  if [ -s "$results/failed" ]; then
    sed 's/^/test: FAILED: /' "$results/failed"
    exit 1
  fi
  echo "test: all passed in $SECONDS s"
}
