#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# info: facts about the machine, as text and as JSON, for whoever asks.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load helpers
setup() { make_bundle; }
teardown() { clean_up; }

@test "info: text" {
  ok info
  has "$(uname -r)" "$(uname -m)" "Cgroup setup" Namespaces Memory Cores
  local mount
  while read -r mount; do has "$mount"; done < <(awk '$(NF-2) ~ /^cgroup/ {print $5}' /proc/self/mountinfo)
}

@test "info: JSON" {
  ok info --format json
  jq -e --arg release "$(uname -r)" --argjson cores "$(getconf _NPROCESSORS_ONLN)" \
    --argjson mounts "$(grep -cE ' - cgroup2? ' /proc/self/mountinfo)" \
    --argjson memory "$(awk '/^MemTotal/ {printf "%.0f", $2 * 1024}' /proc/meminfo)" '
    (.version | type == "string") and (.commit | type == "string") and (.spec | test("^1\\.")) and
    .kernel.release == $release and .cores == $cores and .memory == $memory and (.swap | type == "number") and
    (.operatingSystem | type == "string") and (.systemd | type == "boolean") and
    (.cgroup.setup | IN("none", "v1", "hybrid", "v2")) and (.cgroup.mounts | length == $mounts) and
    (.cgroup.mounts | all(.path[0:1] == "/" and (.version == 1 or .version == 2) and (.controllers | type == "array"))) and
    (.cgroup.controllers | length > 3 and all((.name | type == "string") and (.enabled | type == "boolean"))) and
    (.namespaces | keys == ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"] and all(type == "boolean"))' "$OUT"
  if unified; then jq -e '.cgroup.setup == "v2"' "$OUT"; fi
}

@test "info: needs no privileges" {
  setpriv --reuid 65534 --regid 65534 --clear-groups "$MASU_RUNTIME" info -f json >"$T/info.json" 2>"$T/info.err" ||
    { cat "$T/info.err" >&2; return 1; }
  is "" "$(cat "$T/info.err")"
  jq -e --arg release "$(uname -r)" '.kernel.release == $release' "$T/info.json"
}

@test "info: works without cgroups" {
  # In a mount namespace of its own: the machine's mounts stay.
  # shellcheck disable=SC2016 # for the inner shell
  unshare --mount --propagation private sh -c 'umount -R -l /sys/fs/cgroup && exec "$1" info --format json' _ "$MASU_RUNTIME" >"$T/info.json"
  jq -e '.cgroup | .setup == "none" and .mounts == []' "$T/info.json"
}

@test "info: the state directory does not matter; a wrong format does" {
  run -0 "$MASU_RUNTIME" --root /no/such/place info
  refused info --format yaml
  says yaml
  refused info one
}
