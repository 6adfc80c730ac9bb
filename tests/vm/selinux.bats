#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Labels on a host that has SELinux, with Debian's policy: `./dev test selinux` makes such a machine.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load ../integration/helpers
setup() {
  [[ -e /sys/fs/selinux/enforce ]] || skip "this kernel has no SELinux, or no policy"
  make_bundle
  # Domains of the policy's that need no user of its own; any would do.
  LABEL=system_u:system_r:ping_t:s0
  FILES=system_u:object_r:tmp_t:s0
}
teardown() {
  echo 0 >/sys/fs/selinux/enforce
  clean_up
}

label_of() { tr -d '\0' <"/proc/$1/attr/current"; }

@test "the process has its label, what is mounted has that of mountLabel" {
  edit --arg process "$LABEL" --arg files "$FILES" '.process.selinuxLabel = $process | .linux.mountLabel = $files'
  add_mount '{"destination": "/fresh", "type": "tmpfs", "source": "tmpfs"}'
  sh_program 'touch /fresh/made; echo ready; sleep 1000'
  start_container
  wait_until has_line ready "$CONTAINER_OUT"
  local pid
  pid=$(pid_of "$ID")
  is "$LABEL" "$(label_of "$pid")"
  is "$FILES" "$(getfattr --absolute-names --only-values -n security.selinux "/proc/$pid/root/fresh/made" | tr -d '\0')"
  [[ $(label_of self) != "$LABEL" ]] # the runtime's own stays
}

@test "exec has the container's label, or another" {
  edit --arg process "$LABEL" '.process.selinuxLabel = $process'
  sleeper
  ok exec "$ID" cat /proc/self/attr/current
  is "$LABEL" "$(tr -d '\0' <<<"$output")"
  ok exec --process-label system_u:system_r:mount_t:s0 "$ID" cat /proc/self/attr/current
  is system_u:system_r:mount_t:s0 "$(tr -d '\0' <<<"$output")"
}

@test "a label that the policy does not know is refused before anything runs" {
  program true
  edit '.process.selinuxLabel = "system_u:system_r:no_such_t:s0"'
  refused run -b "$BUNDLE" "$ID"
  says "SELinux label 'system_u:system_r:no_such_t:s0'" "invalid argument (EINVAL)" "process.selinuxLabel"
  assert_nothing_left "$ID"
  edit 'del(.process.selinuxLabel) | .linux.mountLabel = "no:such:context"'
  refused run -b "$BUNDLE" "$ID"
  assert_nothing_left "$ID"
}

@test "in force: a program by which the domain may not be entered is executed without the label alone" {
  edit '.process.noNewPrivileges = false' # else each change of domain needs a permission of its own: EPERM
  chcon system_u:object_r:shadow_t:s0 rootfs/bin/busybox
  program echo ran
  echo 1 >/sys/fs/selinux/enforce
  ok run -b "$BUNDLE" "$ID"
  is ran
  edit --arg process "$LABEL" '.process.selinuxLabel = $process'
  rt run -b "$BUNDLE" "$ID"
  [[ $status == 1 && -z $output ]]
  says "exec echo: permission denied (EACCES) [process.args[0]]"
  assert_nothing_left "$ID"
  echo 0 >/sys/fs/selinux/enforce
  ok run -b "$BUNDLE" "$ID"
  is ran
}
