#!/usr/bin/env bash
# Writes the rule pack of the preset into a fresh folder and judges it:
#   rule_pack.sh check    every rule, by every check of gonogo lint, promtool's among them; not even a warning passes
#   rule_pack.sh test     every unit test, by promtool
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf 'version: 1\npreset: l4-dryrun\n' >"$folder/gonogo.yaml"
.venv/bin/gonogo rules --policy "$folder/gonogo.yaml" --out "$folder/prometheus" --tests-out "$folder/tests/promql" >&2

case ${1:?say what: check or test} in
  check) .venv/bin/gonogo lint --policy "$folder/gonogo.yaml" --fail-on warning ;;
  test) promtool test rules "$folder"/tests/promql/*.yml ;;
  *) echo "check or test, not '$1'" >&2 && exit 2 ;;
esac
