# How the set-up speaks: on standard error, a line at a time.

say() { printf 'set-up: %s\n' "$*" >&2; }

fail() {
  say "$@"
  exit 1
}
