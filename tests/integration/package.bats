#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The packages of the build that ships: what they hold is installed into a root of its own, and works.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load helpers
setup() { make_bundle; }
teardown() { clean_up; }

# packed GENERATOR : makes the package into $T/packages.
packed() {
  local config=${MASU_RUNTIME%/bin/*}/CPackConfig.cmake
  [[ -e $config ]] || skip "not of a static build: ${MASU_RUNTIME%/bin/*}"
  cpack --config "$config" -G "$1" -B "$T/packages" >"$T/cpack.log" 2>&1 || { cat "$T/cpack.log" >&2; return 1; }
}

@test "the .deb: installs, runs a container, and leaves nothing when it is removed" {
  packed DEB
  local system=$T/system deb
  deb=$(echo "$T"/packages/masu-runtime_*.deb)
  is "" "$(dpkg-deb --field "$deb" Depends Pre-Depends)"
  mkdir -p "$system"/var/lib/dpkg/{info,updates,triggers}
  : >"$system/var/lib/dpkg/status"
  dpkg --root="$system" --log=/dev/null --install "$deb" >"$T/dpkg.log" 2>&1 || { cat "$T/dpkg.log" >&2; return 1; }
  is "install ok installed" "$(dpkg-query --root="$system" -W -f '${Status}' masu-runtime)"

  cmp "$MASU_RUNTIME" "$system/usr/bin/masu-runtime"
  MASU_RUNTIME=$system/usr/bin/masu-runtime
  in_container 'echo hello'
  is hello
  local file
  for file in man/man8/{masu-runtime,masu-shim,containerd-shim-masu-v2}.8.gz doc/masu-runtime/{copyright,changelog.gz,changelog.Debian.gz} \
    bash-completion/completions/masu-runtime zsh/vendor-completions/_masu-runtime \
    fish/vendor_completions.d/masu-runtime.fish; do
    [[ -s $system/usr/share/$file ]] || { echo "no /usr/share/$file" >&2; return 1; }
  done
  gzip -dc "$system/usr/share/man/man8/masu-runtime.8.gz" | cmp - "$SUPPORT/../../docs/man/masu-runtime.8"

  dpkg --root="$system" --log=/dev/null --purge masu-runtime >"$T/dpkg.log" 2>&1 || { cat "$T/dpkg.log" >&2; return 1; }
  is "" "$(find "$system" -name '*masu*')"
}

@test "the .deb: dpkg finds each file as it was packed" {
  packed DEB
  dpkg-deb --extract "$T"/packages/masu-runtime_*.deb "$T/files"
  dpkg-deb --control "$T"/packages/masu-runtime_*.deb "$T/control"
  (cd "$T/files" && md5sum --quiet --check "$T/control/md5sums")
  is "$(cd "$T/files" && find . -type f | wc -l)" "$(wc -l <"$T/control/md5sums")"
  is "" "$(find "$T/files" \( ! -user 0 -o ! -group 0 -o -perm /022 \) ! -type l)"
}

@test "the tarball: one folder, with a program that runs a container" {
  packed TGZ
  mkdir "$T/unpacked"
  tar -xzf "$T"/packages/masu-runtime-*.tar.gz -C "$T/unpacked"
  local folder
  folder=$(echo "$T"/unpacked/*)
  [[ -d $folder ]] # and only that
  MASU_RUNTIME=$folder/bin/masu-runtime
  in_container 'echo hello'
  is hello
  [[ -s $folder/share/man/man8/masu-runtime.8 && -s $folder/share/doc/masu-runtime/LICENSE ]]
}
