#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# checkpoint and restore up to the point where CRIU has to work; tests/vm/checkpoint.bats is about what it does.

# shellcheck disable=SC2154,SC2034 # status, output and errors are set by helpers.bash, and read there
load helpers
load criu
setup() { make_bundle; }
teardown() { clean_up; }

@test "without CRIU: which package to install, and the container runs on" {
  sleeper
  without_path checkpoint --image-path "$T/image" "$ID"
  says "no program 'criu' in PATH" "install the package criu"
  [[ ! -e $T/image ]]
  has_status "$ID" running
  without_path restore --image-path "$T/image" -b "$BUNDLE" "$ID-2"
  says "install the package criu"
  [[ ! -e $ROOT/$ID-2 ]]
  refused --criu "$T/nothing" checkpoint "$ID"
  says "$T/nothing" "is no program"
}

# without_path ARG… : as refused, of a runtime that finds no other program.
without_path() {
  status=0
  errors=$(PATH=/nonexistent "$MASU_RUNTIME" --root "$ROOT" "$@" 2>&1 >/dev/null </dev/null 3>&- 4>&-) || status=$?
  [[ $status == 1 ]] || { report "$@"; return 1; }
}

@test "a CRIU that does not work here: its own words, and the container runs on" {
  stand_in 'echo "Error (criu/vdso.c:381): vdso: Unexpected rt vDSO area bounds" >&2; exit 1'
  sleeper
  refused "${CRIU[@]}" checkpoint --image-path "$T/image" "$ID"
  says "checkpoint container '$ID'" "CRIU: Error (criu/vdso.c:381): vdso: Unexpected rt vDSO area bounds" "criu check"
  [[ ! -e $T/image ]]
  has_status "$ID" running
  mkdir "$T/image"
  refused "${CRIU[@]}" restore --image-path "$T/image" -b "$BUNDLE" "$ID-2"
  says "restore container '$ID-2'" "vdso"
  [[ ! -e $ROOT/$ID-2 ]]
}

@test "the machine's own CRIU, where it does not work" {
  command -v criu >/dev/null || skip "criu is not installed"
  ! criu check >/dev/null 2>&1 || skip "criu works here: tests/vm/checkpoint.bats is about that"
  sleeper
  refused checkpoint --image-path "$T/image" "$ID"
  says "CRIU: "
  has_status "$ID" running
}

@test "a CRIU that is too old" {
  works_as 3.10
  sleeper
  refused "${CRIU[@]}" checkpoint --image-path "$T/image" "$ID"
  says "CRIU 3.10 is too old"
  has_status "$ID" running
}

@test "a CRIU that fails at the dump: the container runs on, and nothing of it is frozen" {
  works_as 3.17
  sleeper
  refused "${CRIU[@]}" checkpoint --image-path "$T/image" --work-path "$T/work" "$ID"
  says "checkpoint container '$ID'" "not a real one"
  has_status "$ID" running
  ok exec "$ID" true
  is '["/dev/null"' "$(cut -d, -f1 "$T/image/descriptors.json")"
}

@test "a CRIU that fails at the restore leaves nothing" {
  works_as 3.17
  mkdir "$T/image"
  echo '["/dev/null","pipe:[1]","pipe:[2]"]' >"$T/image/descriptors.json"
  add_mount '{"destination": "/new/place", "type": "bind", "source": "/etc", "options": ["rbind", "ro"]}'
  refused "${CRIU[@]}" restore --image-path "$T/image" -b "$BUNDLE" "$ID"
  says "restore container '$ID'" "not a real one"
  assert_nothing_left "$ID"
  # The mount point is made as by a start, and nothing is mounted there, as far as the host can see.
  [[ -d $BUNDLE/rootfs/new/place && -z $(ls -A "$BUNDLE/rootfs/new/place") ]]
}

@test "restore: what is wrong is said, and nothing is left" {
  works_as 3.17
  refused "${CRIU[@]}" restore --image-path "$T/none" -b "$BUNDLE" "$ID"
  says --image-path "$T/none" "no such file or directory"
  mkdir "$T/image"
  refused "${CRIU[@]}" restore --image-path "$T/image" -b "$BUNDLE" "$ID"
  says "$T/image" "holds no checkpoint" descriptors.json
  echo '{}' >"$T/image/descriptors.json"
  refused "${CRIU[@]}" restore --image-path "$T/image" -b "$BUNDLE" "$ID"
  says descriptors.json "expected an array"
  echo '[]' >"$T/image/descriptors.json"
  refused "${CRIU[@]}" restore --image-path "$T/image" -b "$T" "$ID"
  says "config.json not found"
  edit '.process.terminal = true'
  refused "${CRIU[@]}" restore -d --image-path "$T/image" -b "$BUNDLE" "$ID"
  says "without setting console socket"
  edit '.process.terminal = false'
  add_mount '{"destination": "/x", "type": "bind", "source": "/nonexistent", "options": ["bind"]}'
  refused "${CRIU[@]}" restore -d --image-path "$T/image" -b "$BUNDLE" "$ID"
  says "/nonexistent" "mounts[6]"
  assert_nothing_left "$ID"
}

@test "a container in another state is not checkpointed" {
  works_as 3.17
  program sleep 1000
  create_container
  refused "${CRIU[@]}" checkpoint --image-path "$T/image" "$ID"
  says "container not running" "created"
  ok start "$ID"
  ok kill "$ID" KILL
  wait_for_stop
  refused "${CRIU[@]}" checkpoint --image-path "$T/image" "$ID"
  says "container not running" "stopped"
  refused "${CRIU[@]}" checkpoint --image-path "$T/image" "$ID-none"
  says "does not exist"
  mkdir "$T/image"
  echo '[]' >"$T/image/descriptors.json"
  refused "${CRIU[@]}" restore --image-path "$T/image" -b "$BUNDLE" "$ID"
  says "already exists"
}

@test "wrong values are refused before anything is done" {
  works_as 3.17
  sleeper
  local line
  while IFS='|' read -r line message; do
    # shellcheck disable=SC2086
    refused "${CRIU[@]}" checkpoint --image-path "$T/image" $line "$ID"
    says "$message"
  done <<'EOT'
--page-server localhost|expected ADDRESS:PORT
--page-server localhost:0|expected ADDRESS:PORT
--page-server :99|expected ADDRESS:PORT
--page-server localhost:99999|expected ADDRESS:PORT
--status-fd x|expected a file descriptor
--status-fd 77|--status-fd 77: bad file descriptor
--manage-cgroups-mode wild|expected one of soft full strict ignore
--empty-ns pid|expected one of network
--network-lock none|expected one of iptables nftables skip
EOT
  refused "${CRIU[@]}" checkpoint --image-path "$T/image" --parent-path /x "$ID"
  says "--parent-path must be relative"
  refused "${CRIU[@]}" checkpoint --image-path "$T/image" --pre-dump "$ID"
  says "not a real one"
  has_status "$ID" running
}

@test "what podman and go-runc probe and send" {
  works_as 3.17
  ok checkpoint --help
  has --pre-dump --tcp-established
  refused restore --lsm-mount-context
  says "flag needs an argument: --lsm-mount-context"
  mkdir "$T/image"
  refused "${CRIU[@]}" restore -no-subreaper --no-pivot --no-new-keyring --image-path "$T/image" --bundle "$BUNDLE" "$ID"
  says "holds no checkpoint"
}

@test "features: checkpoints are there where CRIU is" {
  works_as 3.17
  ok "${CRIU[@]}" features
  is true "$(jq -r '.annotations."org.opencontainers.runc.checkpoint.enabled"' <<<"$output")"
  ok --criu "$T/nothing" features
  is false "$(jq -r '.annotations."org.opencontainers.runc.checkpoint.enabled"' <<<"$output")"
}

@test "the state has what the standard streams were, and what tools read in runc's" {
  program sleep 1000
  ok create -b "$BUNDLE" "$ID"
  local state=$ROOT/$ID/state.json pid path
  pid=$(pid_of "$ID")
  jq -e --argjson pid "$pid" --arg start "$(awk '{print $22}' "/proc/$pid/stat")" '.init_process_pid == $pid and
    (.init_process_start | tostring) == $start and (.created | length > 0)' "$state"
  while read -r path; do [[ -e $path ]]; done < <(jq -r '.namespace_paths[]' "$state")
  is "NEWCGROUP NEWIPC NEWNET NEWNS NEWPID NEWTIME NEWUSER NEWUTS" "$(jq -r '.namespace_paths | keys | join(" ")' "$state")"
  is "/proc/$pid/ns/net" "$(jq -r .namespace_paths.NEWNET "$state")"
  while read -r path; do grep -qx "$pid" "$path/cgroup.procs"; done < <(jq -r '.cgroup_paths[]' "$state")
  is "/dev/null $OUT $ERR" "$(jq -r '.external_descriptors | join(" ")' "$ROOT/$ID/state.json")"
}
