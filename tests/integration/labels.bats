#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# AppArmor, SELinux, Intel RDT where the host has none of them: refused, before anything is made. With AppArmor:
# tests/vm/apparmor.bats.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load helpers
setup() { make_bundle; }
teardown() { clean_up; }

need_no_apparmor() { [[ ! -e /sys/module/apparmor ]] || skip "this host has AppArmor"; }
need_no_selinux() { [[ ! -e /sys/fs/selinux/enforce ]] || skip "this host has SELinux"; }
need_no_resctrl() { ! grep -q ' - resctrl ' /proc/self/mountinfo || skip "this host has resctrl mounted"; }

@test "an AppArmor profile without AppArmor; unconfined passes" {
  need_no_apparmor
  edit '.process.apparmorProfile = "docker-default"'
  program true
  refused create -b "$BUNDLE" "$ID"
  says "process.apparmorProfile" "no AppArmor"
  [[ ! -e $ROOT/$ID ]]
  edit '.process.apparmorProfile = "unconfined"'
  ok run -b "$BUNDLE" "$ID"
}

@test "exec --apparmor and --process-label, without AppArmor and SELinux" {
  need_no_apparmor
  need_no_selinux
  sleeper
  refused exec --apparmor docker-default "$ID" true
  says "no AppArmor"
  refused exec --process-label system_u:system_r:container_t:s0 "$ID" true
  says "SELinux is disabled"
  jq '.process | .args = ["true"] | .apparmorProfile = "docker-default"' config.json >"$T/process.json"
  refused exec --process "$T/process.json" "$ID"
  says "no AppArmor"
}

@test "an SELinux label without SELinux, of the process and of mounts" {
  need_no_selinux
  edit '.process.selinuxLabel = "system_u:system_r:container_t:s0:c1,c2"'
  program true
  refused create -b "$BUNDLE" "$ID"
  says "process.selinuxLabel" "SELinux is disabled"
  edit 'del(.process.selinuxLabel) | .linux.mountLabel = "system_u:object_r:container_file_t:s0:c1,c2"'
  refused create -b "$BUNDLE" "$ID"
  says "linux.mountLabel" "SELinux is disabled"
  [[ ! -e $ROOT/$ID ]]
}

@test "intelRdt without resctrl, at create and at update" {
  need_no_resctrl
  edit '.linux.intelRdt = {closID: "gold"}'
  program true
  refused create -b "$BUNDLE" "$ID"
  says "linux.intelRdt" "resctrl is not mounted"
  [[ ! -e $ROOT/$ID ]]
  edit 'del(.linux.intelRdt)'
  sleeper
  refused update --l3-cache-schema 'L3:0=f' "$ID"
  says "l3 cache schema is not enabled"
  refused update --mem-bw-schema 'MB:0=20' "$ID"
  says "memory bandwidth schema is not enabled"
}

@test "exec has the container's session keyring, and not the caller's" {
  grep -q keyctl /proc/kallsyms 2>/dev/null || [[ -e /proc/keys ]] || skip "this kernel has no keyrings"
  use_probe
  sleeper
  ok exec "$ID" /bin/probe keyring
  is "_ses.$ID"
  ok delete --force "$ID"
  create_container --no-new-keyring
  ok start "$ID"
  ok exec "$ID" /bin/probe keyring
  [[ $output != "_ses.$ID" ]]
}
