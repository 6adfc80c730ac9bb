#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# An ordinary user, with a single id and no helper, for whom what `spec --rootless` writes just runs; and with more ids by
# newuidmap(1).

load helpers
setup() {
  make_bundle
  chown -R "$USER_ID:$USER_ID" "$BUNDLE" "$T"
  install -m 755 "$MASU_RUNTIME" "$T/masu-runtime"
  rm config.json
}
teardown() { clean_up; }

USER_ID=4711

# as_user ARG… : runs the runtime as an ordinary user without any group or right.
as_user() {
  status=0
  output=$(timeout -k 5 "$PATIENCE" setpriv --reuid $USER_ID --regid $USER_ID --clear-groups --bounding-set=-all \
    "$T/masu-runtime" --root "$ROOT" "$@" 2>"$T/errors" </dev/null 3>&- 4>&-) || status=$?
  errors=$(<"$T/errors")
}

@test "the bundle of spec --rootless runs, as root of its own namespace" {
  as_user spec --rootless
  is 0 "$status"
  edit '.process.terminal = false'
  sh_program 'id -u; tr -s " " </proc/self/uid_map'
  as_user run "$ID"
  is "" "$errors"
  is $'0\n 0 4711 1' "$output"
  is 0 "$status"
}

# The files in /proc of a process that has changed its ids are root's: it must not come that far before the score is set.
@test "oomScoreAdj as an ordinary user, of a container and of exec, however slow the runtime is" {
  as_user spec --rootless
  edit '.process.terminal = false | .process.oomScoreAdj = 300'
  program sleep 1000
  # Of the runtime alone: its child runs on.
  status=0
  setpriv --reuid $USER_ID --regid $USER_ID --clear-groups strace -qq -o "$T/strace" -e trace=openat2 \
    -e inject=openat2:delay_enter=20000 "$T/masu-runtime" --root "$ROOT" run -d "$ID" >/dev/null 2>"$T/errors" </dev/null 3>&- 4>&- ||
    status=$?
  is "" "$(<"$T/errors")"
  is 0 "$status"
  as_user state "$ID"
  is 300 "$(<"/proc/$(jq .pid <<<"$output")/oom_score_adj")"
  as_user exec "$ID" cat /proc/self/oom_score_adj
  is "" "$errors"
  is 300 "$output"
  jq '.process | .args = ["cat", "/proc/self/oom_score_adj"] | .oomScoreAdj = 444' config.json >"$T/process.json"
  as_user exec --process "$T/process.json" "$ID"
  is 444 "$output"
  jq '.oomScoreAdj = -900' "$T/process.json" >"$T/lower.json"
  as_user exec --process "$T/lower.json" "$ID"
  is 255 "$status"
  is $'write oom_score_adj: permission denied (EACCES) [process.oomScoreAdj]\nhint: lowering it needs CAP_SYS_RESOURCE' "$errors"
  as_user delete --force "$ID"
  is 0 "$status"
}

@test "create, start, exec and delete as an ordinary user" {
  as_user spec --rootless
  edit '.process.terminal = false'
  program sleep 1000
  setpriv --reuid $USER_ID --regid $USER_ID --clear-groups "$T/masu-runtime" --root "$ROOT" create "$ID" \
    >/dev/null 2>&1 </dev/null 3>&- 4>&-
  as_user start "$ID"
  is 0 "$status"
  as_user exec "$ID" sh -c 'id -u; exit 7'
  is 7 "$status"
  is 0 "$output"
  as_user delete --force "$ID"
  is 0 "$status"
}

@test "mounts come and go in the container of an ordinary user" {
  as_user spec --rootless
  edit '.process.terminal = false'
  program sleep 1000
  mkdir "$T/source"
  echo text >"$T/source/file"
  chown -R "$USER_ID:$USER_ID" "$T/source"
  setpriv --reuid $USER_ID --regid $USER_ID --clear-groups "$T/masu-runtime" --root "$ROOT" run --detach "$ID" \
    >/dev/null 2>&1 </dev/null 3>&- 4>&-
  jq -n --arg source "$T/source" '[{destination: "/tmp", type: "tmpfs", source: "tmpfs"},
    {destination: "/tmp/new", type: "bind", source: $source, options: ["rbind", "ro"]}]' >"$T/mounts.json"
  as_user mounts add "$ID" "$T/mounts.json"
  is "" "$errors"
  as_user exec "$ID" sh -c 'cat /tmp/new/file; touch /tmp/new/x 2>/dev/null || echo refused'
  is $'text\nrefused' "$output"
  as_user mounts remove "$ID" "$T/mounts.json"
  is "" "$errors"
  as_user exec "$ID" ls -A /tmp
  is "" "$output"
  as_user delete --force "$ID"
  is 0 "$status"
}

# with_subordinate_ids COMMAND… : the user has a name and ids in /etc/subuid and /etc/subgid, in a mount namespace of the
# command's own.
with_subordinate_ids() {
  local file
  for file in passwd group; do cp "/etc/$file" "$T/$file"; done
  echo "masu-test:x:$USER_ID:$USER_ID::/:/bin/sh" >>"$T/passwd"
  echo "masu-test:x:$USER_ID:" >>"$T/group"
  echo "masu-test:200000:65536" | tee "$T/subuid" >"$T/subgid"
  # shellcheck disable=SC2016 # for the shell inside
  unshare --mount --propagation private bash -euc '
    for file in passwd group subuid subgid; do mount --bind "$1/$file" "/etc/$file"; done
    exec "${@:2}"' bash "$T" "$@"
}

@test "more ids than one's own, by newuidmap and newgidmap" {
  as_user spec --rootless
  edit --argjson id "$USER_ID" '.process.terminal = false | .root.readonly = false | .process.user = {uid: 5, gid: 6, additionalGids: [7]} |
    .linux.uidMappings = [{containerID: 0, hostID: $id, size: 1}, {containerID: 1, hostID: 200000, size: 65536}] |
    .linux.gidMappings = .linux.uidMappings'
  sh_program 'id -u; id -G; tr -s " " </proc/self/uid_map; touch /tmp/file; stat -c %u:%g /tmp/file'
  mkdir -p "$BUNDLE/rootfs/tmp" && chmod 777 "$BUNDLE/rootfs/tmp"
  run with_subordinate_ids timeout 60 setpriv --reuid $USER_ID --regid $USER_ID --clear-groups \
    "$T/masu-runtime" --root "$ROOT" run "$ID"
  is $'5\n6 7\n 0 4711 1\n 1 200000 65536\n5:6'
  is 200004:200005 "$(stat -c %u:%g "$BUNDLE/rootfs/tmp/file")"
}

@test "ids that are not the user's are refused by newuidmap, with the way to get them" {
  as_user spec --rootless
  edit --argjson id "$USER_ID" '.process.terminal = false |
    .linux.uidMappings = [{containerID: 0, hostID: $id, size: 1}, {containerID: 1, hostID: 900000, size: 65536}]'
  program true
  run ! with_subordinate_ids timeout 60 setpriv --reuid $USER_ID --regid $USER_ID --clear-groups \
    "$T/masu-runtime" --root "$ROOT" run "$ID"
  [[ $output == *newuidmap*"/etc/subuid"* ]]
  assert_nothing_left "$ID"
}

unified() { [[ -e /sys/fs/cgroup/cgroup.controllers ]]; }

@test "without a cgroup of the user's own: no limits, no cgroup; limits are refused with the way to get one" {
  as_user spec --rootless
  edit '.process.terminal = false'
  program true
  as_user run "$ID"
  is "0 " "$status $errors"
  edit '.linux.resources = {pids: {limit: 20}}'
  as_user run "$ID"
  is 1 "$status"
  says "rootless needs no limits" "make cgroup" EACCES linux.resources "hint:"
  edit --arg path "/$ID" '.linux.cgroupsPath = $path | del(.linux.resources)'
  as_user run "$ID"
  is 1 "$status"
  says "make cgroup" EACCES "hint:"
  assert_nothing_left "$ID"
}

# give_cgroups : a cgroup of every hierarchy is the user's, as far as the kernel leaves it to him.
give_cgroups() {
  local hierarchy file
  for hierarchy in /sys/fs/cgroup/*/; do
    [[ -e ${hierarchy}cgroup.procs && ! -L ${hierarchy%/} ]] || continue
    mkdir "$hierarchy$ID-given"
    for file in cpuset.cpus cpuset.mems; do
      [[ ! -e $hierarchy$file ]] || cat "$hierarchy$file" >"$hierarchy$ID-given/$file"
    done
    for file in "" cgroup.procs cgroup.subtree_control tasks; do
      [[ ! -e $hierarchy$ID-given/$file ]] || chown "$USER_ID:$USER_ID" "$hierarchy$ID-given/$file"
    done
  done
}
take_cgroups() { find /sys/fs/cgroup -mindepth 2 -maxdepth 2 -type d -name "$ID-given" -exec rmdir {} +; }

# as_user_with_cgroups ARG… : as_user inside of these.
as_user_with_cgroups() {
  status=0
  sh -c 'for file in /sys/fs/cgroup/*/"$1"/cgroup.procs; do echo $$ >"$file"; done; shift; exec "$@"' sh "$ID-given" \
    timeout -k 5 "$PATIENCE" setpriv --reuid $USER_ID --regid $USER_ID --clear-groups --bounding-set=-all \
    "$T/masu-runtime" --root "$ROOT" "$@" >"$T/output" 2>"$T/errors" </dev/null 3>&- 4>&- || status=$?
  output=$(<"$T/output")
  errors=$(<"$T/errors")
}

@test "v1: in directories that root has given, a user's container has its limits" {
  ! unified || skip "v1 hierarchies only"
  as_user spec --rootless
  edit '.process.terminal = false | .linux.resources = {pids: {limit: 20}, memory: {limit: 33554432}}'
  program cat /proc/self/cgroup
  give_cgroups
  as_user_with_cgroups run "$ID"
  is "0 " "$status $errors"
  has ":pids:/$ID-given/$ID" ":memory:/$ID-given/$ID" "0::/$ID-given/$ID"
  edit 'del(.linux.namespaces[] | select(.type == "pid")) | .mounts = [.mounts[] | select(.destination != "/proc")]'
  program sleep 1000
  as_user_with_cgroups create "$ID"
  is "0 " "$status $errors"
  is "20 33554432" "$(cat "/sys/fs/cgroup/pids/$ID-given/$ID/pids.max") $(cat "/sys/fs/cgroup/memory/$ID-given/$ID/memory.limit_in_bytes")"
  as_user_with_cgroups delete --force "$ID"
  is "0 " "$status $errors"
  take_cgroups
}
