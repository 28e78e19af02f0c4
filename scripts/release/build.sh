#!/usr/bin/env bash
# Builds a release from a clean checkout: notes.md from the changelog, and dist/ with the sdist and the wheel.
#   build.sh v1.2.3
# The tag, the version of the package and a section of the changelog must agree. The build uses the pinned packages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tag=${1:?name the tag, such as v1.2.3}

python3 scripts/release/notes.py "$tag" >notes.md
rm -rf dist
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
python3 -m venv "$venv"
pip() { "$venv/bin/python" -m pip --quiet --disable-pip-version-check --no-input "$@"; }
pip install --no-deps --require-hashes --only-binary :all: -r requirements/run.txt
for kind in sdist wheel; do
  "$venv/bin/python" -c "from setuptools import build_meta; build_meta.build_$kind('dist')" >build.log 2>&1 || {
    cat build.log >&2
    exit 1
  }
done
rm -rf build build.log
pip install --no-deps --no-index dist/*.whl
pip check
[ "$(cd / && "$venv/bin/gonogo" --version)" = "gonogo, version ${tag#v}" ] || {
  echo "build.sh: the built gonogo does not say that its version is ${tag#v}" >&2
  exit 1
}
