#!/usr/bin/env bash
# Installs Debian packages as root without letting a daemon start: while they are being
# installed, /usr/sbin/policy-rc.d says no; afterwards it is as it was. Debian would also
# start the new services at the next boot; they are disabled, and that is said.
# Without packages it only clears away what a killed run left.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
. "$here/say.sh"
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" DEBIAN_FRONTEND=noninteractive

policy=/usr/sbin/policy-rc.d
kept=$policy.kept-by-gonogo

deny_daemons() {
  if stands "$policy" && ! is_ours; then
    mv -f -- "$policy" "$kept"
  fi
  rm -f -- "$policy" # what a killed set-up left
  printf '#!/bin/sh\n# put here by gonogo while it installs packages\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

stands() { [ -e "$1" ] || [ -L "$1" ]; }

is_ours() { grep -qs 'put here by gonogo' "$policy"; }

allow_daemons() {
  if stands "$kept"; then
    mv -f -- "$kept" "$policy"
  elif is_ours; then
    rm -f -- "$policy"
  fi
}

keep_from_boot() {
  local package
  for package; do
    if [ -e "/lib/systemd/system/$package.service" ] && command -v systemctl >/dev/null; then
      systemctl --quiet disable "$package.service" 2>/dev/null || say "could not disable $package.service"
    fi
    if [ -e "/etc/init.d/$package" ] && command -v update-rc.d >/dev/null; then
      update-rc.d "$package" disable >/dev/null || say "could not disable /etc/init.d/$package"
    fi
  done
}

apt_get() { apt-get -qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@" </dev/null >&2; }

trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
exec 8>/run/lock/gonogo-set-up # one at a time on this machine; the lock goes with the process
flock 8
trap allow_daemons EXIT
[ $# -gt 0 ] || exit 0
deny_daemons
say "refreshing the package lists"
apt_get update || say "some package lists could not be refreshed; trying with those there are"
say "installing $*; no daemon is started, now or at the next boot"
apt_get install -y --no-install-recommends -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" ||
  fail "apt-get could not install them; what it said stands above"
keep_from_boot "$@"
