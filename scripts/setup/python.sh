# The virtual environment: a Python from 3.11 on, and the pinned packages of requirements/.

. "$here/say.sh"

venv=.venv
python_is_recent='import sys; sys.exit(sys.version_info < (3, 11))'
python_needs="import ensurepip, sqlite3, venv; $python_is_recent"

find_python() {
  local candidate
  for candidate in "${PYTHON:-python3}" python3 python3.11 python3.12 python3.13 python3.14 /usr/bin/python3; do
    if "$candidate" -c "$python_needs" >/dev/null 2>&1; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  return 1
}

want_python() {
  find_python >/dev/null && return
  if [ -x /usr/bin/python3 ] && ! /usr/bin/python3 -c "$python_is_recent"; then
    no_python
  fi
  want_package python3
  want_package python3-venv
}

no_python() {
  say "gonogo needs Python 3.11 or later with venv, ensurepip and sqlite3."
  say "python3 here is: $(command -v python3 || echo none) $(python3 --version 2>&1 || true)"
  fail "install one, or name one: make PYTHON=/path/to/python3.11 TARGET"
}

# What a finished environment was made from; any difference makes it anew.
venv_recipe() {
  printf '%s\n' "$PWD"
  sha256sum pyproject.toml "requirements/$1.txt" "$here/python.sh"
}

venv_is_ready() {
  local stamp
  [ -x "$venv/bin/python" ] || return 1
  for stamp in "$venv/ready-for-$1" "$venv/ready-for-dev"; do # dev holds all of run
    [ -e "$stamp" ] && [ "$(<"$stamp")" = "$(venv_recipe "${stamp##*-}")" ] && return
  done
  return 1
}

make_venv() {
  local python
  python=$(find_python) || no_python
  if ! venv_stands_here; then
    say "making the virtual environment $venv with $("$python" --version)"
    "$python" -m venv --clear "$venv"
    printf '%s\n' "$PWD" >"$venv/stands-in"
  fi
  rm -f "$venv"/ready-for-*
  say "installing the pinned Python packages of requirements/$1.txt"
  pip install --no-deps --require-hashes --only-binary :all: -r "requirements/$1.txt" ||
    fail "pip could not install the packages; what it said stands above. The package index comes from pip's own configuration"
  pip install --no-deps --no-build-isolation --no-index --editable .
  pip check >/dev/null || fail "requirements/ lacks what pyproject.toml asks for: run scripts/setup/pin_requirements.sh"
  venv_recipe "$1" >"$venv/ready-for-$1"
  say "ready"
}

venv_stands_here() {
  [ -e "$venv/stands-in" ] && [ "$(<"$venv/stands-in")" = "$PWD" ] && "$venv/bin/python" -c "$python_needs" 2>/dev/null
}

pip() { PIP_USER=0 "$venv/bin/python" -m pip --quiet --disable-pip-version-check --no-input "$@" >&2; }
