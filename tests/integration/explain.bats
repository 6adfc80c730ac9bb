#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# `explain`: each cause that an errno or an exit code hides is named, and nothing is left of the trial.

load helpers

setup() { make_bundle; }
teardown() { clean_up; }

# explains CODE TEXT… : what is said about the bundle.
explains() {
  local code=$1 text
  shift
  exits "$code" explain --patience 10s "$BUNDLE" || return
  for text; do has "$text" || return; done
  is .seccomp "$(echo .seccomp && ls "$ROOT")" # no container
}

@test "a program that ends well, one that fails, one that goes on" {
  program true
  explains 0 "ended with exit code 0"
  sh_program 'exit 7'
  explains 1 "ended with exit code 7"
  drop_namespace pid # whose first process a signal of its own does not end
  sh_program 'kill -TERM $$'
  explains 1 "ended by signal 15"
  program sleep 1000
  ok explain --patience 300ms .
  has "still runs after 300 ms"
}

@test "a program that is not there: in the image, in PATH, hidden by a mount, a dangling link" {
  program /no/such/program
  explains 1 "'/no/such/program' is not in the container"
  program no-such-program
  explains 1 "'no-such-program' is in no directory of PATH"
  edit '.process.env = []'
  explains 1 "process.env has no PATH"
  ln -s /nowhere rootfs/bin/dangling
  program /bin/dangling
  explains 1 "'/bin/dangling' is a symbolic link to what is not in the container"
  mkdir -p rootfs/opt
  cp rootfs/bin/busybox rootfs/opt/tool
  add_mount '{"destination": "/opt", "type": "tmpfs", "source": "tmpfs"}'
  program /opt/tool
  explains 1 "'/opt/tool' is in the image, but a mount hides it"
}

@test "interpreters: missing, with a carriage return, not executable, none" {
  printf '#!/no/such/interpreter -x\n' >rootfs/script
  chmod 755 rootfs/script
  program /script
  explains 1 "'/no/such/interpreter', the interpreter of '/script', is not in the container"
  printf '#!/bin/sh\r\necho\r\n' >rootfs/script
  explains 1 "carriage return"
  printf '#!/etc/passwd\n' >rootfs/script
  mkdir -p rootfs/etc
  install -m 644 /dev/null rootfs/etc/passwd
  explains 1 "'/etc/passwd', the interpreter of '/script', has no permission to execute"
  printf '#!\n' >rootfs/script
  explains 1 "names no interpreter"
  printf 'echo\n' >rootfs/script
  explains 1 "neither an ELF program nor a script"
  mkdir -p rootfs/usr/bin
  cp /bin/ls rootfs/usr/bin/dynamic # without its loader
  program /usr/bin/dynamic
  explains 1 "the interpreter of '/usr/bin/dynamic', is not in the container"
}

@test "another architecture" {
  cp rootfs/bin/busybox rootfs/foreign
  printf '\xf3\x00' | dd of=rootfs/foreign bs=1 seek=18 conv=notrunc status=none # e_machine: RISC-V
  program /foreign
  explains 1 "'/foreign' is built for riscv, and this machine is $(uname -m)"
}

@test "noexec, permissions, directories" {
  mkdir -p "$T/noexec"
  cp rootfs/bin/busybox "$T/noexec/tool"
  add_mount "$(jq -nc --arg source "$T/noexec" '{destination: "/opt", type: "bind", source: $source, options: ["bind", "noexec"]}')"
  program /opt/tool
  explains 1 "'/opt/tool' is on a mount with the option noexec"
  edit '.mounts |= map(select(.destination != "/opt"))'
  install -m 644 rootfs/bin/busybox rootfs/plain
  program /plain
  explains 1 "'/plain' has no permission to execute for anybody"
  edit '.process.user = {uid: 1000, gid: 1000} | .process.capabilities = {}'
  chmod 700 rootfs/plain
  explains 1 "'/plain' may not be executed by user 1000, group 1000"
  mkdir -m 700 rootfs/closed
  cp rootfs/bin/busybox rootfs/closed/tool
  program /closed/tool
  explains 1 "directory '/closed' may not be entered by user 1000, group 1000"
  program /bin
  explains 1 "'/bin' is a directory"
}

@test "the system calls that the seccomp profile refuses, with their number" {
  use_probe
  edit '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["umask"], action: "SCMP_ACT_ERRNO", errnoRet: 123},
    {names: ["sethostname"], action: "SCMP_ACT_KILL_PROCESS"}]}'
  sh_program 'probe syscall 95; probe syscall 95; exit 3'
  explains 1 ENOMEDIUM "exit code 3" "refuses system call umask with ENOMEDIUM (2 times)"
  sh_program 'exec probe syscall 170'
  explains 1 "ended by signal 9" "refuses system call sethostname and kills its caller (1 time)"
  edit '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["execve"], action: "SCMP_ACT_ERRNO", errnoRet: 1}]}'
  program true
  explains 1 "The start fails" "refuses system call execve with EPERM (1 time)"
}

@test "a limit of the container's" {
  use_probe
  edit '.linux.resources = {memory: {limit: 33554432}}'
  program probe eat 200
  explains 1 "signal 9" "want of memory: the limit of the container was reached"
}

@test "hooks run, or not" {
  program true
  edit '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "echo wrong >&2; exit 3"]}]'
  explains 1 "createRuntime hook #0" wrong
  ok explain --no-hooks "$BUNDLE"
  has "exit code 0"
}

@test "a container by its id, while it lives and afterwards, is left alone" {
  sh_program 'echo "$0" >&2; exec sleep 1000'
  edit '.linux.cgroupsPath = "'"$ID"'-parent/own"'
  start_container
  rt explain --patience 300ms "$ID"
  is 0 "$status"
  has "still runs"
  has_status "$ID" running
  ok kill "$ID" KILL
  wait_until has_status "$ID" stopped
  rt explain --patience 300ms "$ID"
  has "still runs"
  has_status "$ID" stopped
  ok delete "$ID"
  find /sys/fs/cgroup -depth -type d -name "$ID-parent" -exec rmdir {} + 2>/dev/null || true
}

@test "nothing to try" {
  refused explain no-such-container
  says no-such-container "does not exist"
  refused explain "$T/no/such/bundle"
  says "$T/no/such/bundle"
  echo '{' >config.json
  refused explain "$BUNDLE"
  says config.json
  refused explain --patience x "$BUNDLE"
  says "invalid patience"
  echo '{"ociVersion": "1.0.0", "root": {"path": "rootfs"}}' >config.json
  explains 1 "process"
}
