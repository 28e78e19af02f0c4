#!/usr/bin/env bash
# Writes the rule pack of the preset into a fresh folder and lets promtool judge it:
#   rule_pack.sh check    every rule, by promtool's strictest check
#   rule_pack.sh test     every unit test
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf 'version: 1\npreset: l4-dryrun\n' >"$folder/gonogo.yaml"
.venv/bin/gonogo rules --policy "$folder/gonogo.yaml" --out "$folder" >&2

case ${1:?say what: check or test} in
  check) promtool check rules --lint=all --lint-fatal "$folder"/rules/*.yml ;;
  test) promtool test rules "$folder"/tests/*.yml ;;
  *) echo "check or test, not '$1'" >&2 && exit 2 ;;
esac
