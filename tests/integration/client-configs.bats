#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# config.json as Docker, containerd and Podman write it (tests/support/configs). What does not exist here, the root,
# the sources of binds and Docker's network hook, is pointed elsewhere; all else is as it was written.

# shellcheck disable=SC2030,SC2031 # each test is a process of its own
load helpers
setup() { make_bundle; }
teardown() { clean_up; }

# adapt NAME : the client's config.json becomes the bundle's.
adapt() {
  local source
  mkdir "$T/sources"
  # A source that ends in a name without a dot, and shm, may be either: shm is the directory.
  jq -r '.mounts[] | select(.source // "" | startswith("/")) | .source' "$SUPPORT/configs/$1.json" | while read -r source; do
    case ${source##*/} in
      shm) mkdir -p "$T/sources/shm" ;;
      *) echo "from $source" >"$T/sources/${source##*/}" ;;
    esac
  done
  mkdir -p rootfs/run rootfs/mnt
  : >rootfs/etc/hostname
  jq --arg root "$BUNDLE/rootfs" --arg sources "$T/sources" --arg id "$ID" --argjson nofile "$(ulimit -Hn)" '
    .root.path = $root | .linux.cgroupsPath = "/" + $id |
    (.mounts[] | select(.source // "" | startswith("/")) | .source) |= $sources + "/" + (split("/") | last) |
    .hooks.prestart[]?.path |= "/bin/true" |
    # A caller without CAP_SYS_RESOURCE cannot raise its hard limits; the clients clamp as well.
    (.process.rlimits[]? | select(.type == "RLIMIT_NOFILE")) |= (.hard = ([.hard, $nofile] | min) | .soft = ([.soft, $nofile] | min))
  ' "$SUPPORT/configs/$1.json" >config.json
}

names() { local f; for f in "$SUPPORT"/configs/*.json; do basename "$f" .json; done; }

# each FUNCTION : for each config; tells all that fail.
each() {
  local name count=0 failed=0
  for name in $(names); do
    rm -rf "$T/sources"
    count=$((count + 1))
    adapt "$name" && "$1" "$name" && continue
    echo "config: $name" >&2
    failed=$((failed + 1))
    rt delete --force "$ID"
  done
  [[ $count -gt 0 && $failed == 0 ]]
}

runs_as_written() {
  rt run -b "$BUNDLE" "$ID"
  [[ $status == 0 && -z $output ]] || { report run; return 1; }
}
@test "each runs as written" { each runs_as_written; }

seen_from_inside() {
  program /bin/sh -c 'grep ^Seccomp: /proc/self/status; grep ^CapBnd /proc/self/status; cat /proc/sys/kernel/hostname; touch /dev/shm/x && echo shm; mkdir /x 2>/dev/null; echo $$'
  rt run -b "$BUNDLE" "$ID"
  [[ $status == 0 ]] || { report run; return 1; }
  [[ $(jq '.linux.seccomp != null' config.json) == false ]] || has $'Seccomp:\t2' || return 1
  has $'CapBnd:\t00000000' shm || return 1
  [[ ${output##*$'\n'} == 1 ]]
}
@test "each: seccomp, capabilities, mounts as seen from inside" { each seen_from_inside; }

lives() {
  program /bin/sleep 1000
  ok create -b "$BUNDLE" --pid-file "$T/pid" "$ID" || return 1
  ok start "$ID" || return 1
  ok exec "$ID" /bin/echo hello || return 1
  is hello || return 1
  jq '.process | .args = ["/bin/echo", "process"]' config.json >"$T/process.json"
  ok exec --process "$T/process.json" "$ID" || return 1
  is process || return 1
  ok kill --all "$ID" 9 || return 1
  wait_for_stop || return 1
  ok delete "$ID" || return 1
  assert_nothing_left "$ID"
}
@test "each: create, start, exec, kill, delete" { each lives; }

limited() {
  is 67108864 "$(jq '.linux.resources.memory.limit' config.json)" || return 1
  program /bin/sleep 1000
  start_container || return 1
  local files=("/sys/fs/cgroup/$ID/memory.max" "/sys/fs/cgroup/memory/$ID/memory.limit_in_bytes") file
  for file in "${files[@]}"; do [[ ! -e $file ]] || is 67108864 "$(cat "$file")" || return 1; done
  [[ -e ${files[0]} || -e ${files[1]} ]] || return 1
  ok delete --force "$ID"
}
@test "each: the memory limit arrives" { each limited; }

with_terminal() {
  edit '.process.terminal = true'
  program /bin/sh -c 'test -t 0 && echo terminal'
  rm -f "$T/console"
  python3 "$SUPPORT/recvtty.py" "$T/console" "$T/tty" >"$T/got" 2>&1 3>&- 4>&- &
  local receiver=$!
  wait_until test -S "$T/console" || return 1
  start_container --console-socket "$T/console" || return 1
  wait $receiver || return 1
  has_line terminal "$T/tty" || return 1
  ok delete --force "$ID"
}
@test "each: with a terminal" { each with_terminal; }
