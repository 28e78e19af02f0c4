# The programs that gonogo runs, and the Debian packages that bring those that are missing.

. "$here/say.sh"

run_programs=(prometheus promtool prometheus-pushgateway prometheus-node-exporter)
dev_programs=(prometheus-alertmanager victoria-metrics curl jq) # the last two: what benchmarks compare with
wanted_packages=()

want_package() {
  case " ${wanted_packages[*]} " in
    *" $1 "*) ;;
    *) wanted_packages+=("$1") ;;
  esac
}

want_packages_of() {
  local program
  for program; do
    command -v "$program" >/dev/null && continue
    case $program in
      promtool) want_package prometheus ;;
      *) want_package "$program" ;;
    esac
  done
}

install_wanted() {
  if [ ${#wanted_packages[@]} -eq 0 ]; then
    clear_leftovers
    return
  fi
  say "missing Debian packages: ${wanted_packages[*]}"
  command -v apt-get >/dev/null ||
    fail "there is no apt-get here: install what these packages bring, so that it is on PATH, and try again"
  as_root bash "$here/install_debian_packages.sh" "${wanted_packages[@]}"
  hash -r
}

# A set-up that was killed may have left the file that keeps every daemon from starting.
clear_leftovers() {
  grep -qs 'put here by gonogo' /usr/sbin/policy-rc.d || return 0
  if [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; then
    as_root bash "$here/install_debian_packages.sh"
  else
    say "/usr/sbin/policy-rc.d is left from a set-up that was killed; it keeps services from starting. Remove it as root."
  fi
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    sudo -- "$@"
  else
    say "you are not root, and sudo is missing or asks for a password. Have this run as root, then try again:"
    fail "  apt-get install --no-install-recommends ${wanted_packages[*]}"
  fi
}
