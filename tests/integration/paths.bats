#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# maskedPaths and readonlyPaths.

load helpers
setup() { make_bundle; }
teardown() { clean_up; }

@test "masked file: reads as empty, swallows writes" {
  echo secret >rootfs/secret
  edit '.linux.maskedPaths = ["/secret"]'
  in_container 'cat /secret; stat -c "%F %t:%T" /secret'
  is "character special file 1:3"
  is secret "$(cat rootfs/secret)"
}

@test "masked directory: empty, read-only, two links" {
  mkdir -p rootfs/dir/sub
  touch rootfs/dir/file
  edit '.linux.maskedPaths = ["/dir"]'
  in_container 'ls -A /dir; touch /dir/x 2>/dev/null || echo read-only; stat -c %h /dir; grep " /dir " /proc/self/mountinfo'
  [[ $output == read-only$'\n'2$'\n'* && $output != *"$T"* ]]
}

@test "masked paths: missing ones and duplicates are fine" {
  mkdir rootfs/dir
  edit '.linux.maskedPaths = ["/nowhere", "/dir", "/dir", "/proc/nothing/here"]'
  in_container 'ls -A /dir'
  is ""
}

@test "masked paths of the default: kcore, firmware" {
  in_container 'head -c 1 /proc/kcore 2>/dev/null | wc -c; ls -A /sys/firmware | wc -l; head -c1 /proc/timer_list | wc -c'
  is $'0\n0\n0'
}

@test "masks cannot be undone from inside" {
  echo secret >rootfs/secret
  edit '.linux.maskedPaths += ["/secret"]'
  in_container 'umount /secret 2>/dev/null; umount /proc/kcore 2>/dev/null; cat /secret'
  is ""
}

@test "two hundred masked directories" {
  local n
  for n in {1..200}; do mkdir "rootfs/d$n"; touch "rootfs/d$n/file"; done
  edit '.linux.maskedPaths = [range(1; 201) | "/d\(.)"]'
  in_container 'ls -A /d1 /d100 /d200 | grep -c file; true'
  is 0
}

@test "masked paths with a read-only root" {
  echo secret >rootfs/secret
  edit '.root.readonly = true | .linux.maskedPaths += ["/secret"]'
  in_container 'cat /secret'
  is ""
}

@test "masked paths for exec" {
  echo secret >rootfs/secret
  edit '.linux.maskedPaths += ["/secret"]'
  sleeper
  ok exec "$ID" cat /secret
  is ""
}

@test "read-only paths: file, directory and what is below; missing ones are skipped" {
  mkdir -p rootfs/dir/sub
  echo content >rootfs/file
  edit '.linux.readonlyPaths = ["/dir", "/file", "/nowhere"]'
  in_container 'cat /file; for f in /file /dir/x /dir/sub/x; do echo x 2>/dev/null >$f && echo "wrote $f"; done; echo x >/elsewhere && echo elsewhere'
  is $'content\nelsewhere'
}

@test "read-only paths: /proc/sys cannot be written, and keeps nosuid, nodev, noexec" {
  edit '(.mounts[] | select(.destination == "/proc") | .options) = ["nosuid", "nodev", "noexec"]'
  in_container 'echo x 2>/dev/null >/proc/sys/kernel/hostname || echo read-only; grep " /proc/sys " /proc/self/mountinfo | cut -d" " -f6'
  [[ $output == read-only$'\n'ro,nosuid,nodev,noexec* ]]
}

@test "none are added by the runtime itself" {
  edit 'del(.linux.maskedPaths, .linux.readonlyPaths)'
  in_container 'grep -c " /proc/" /proc/self/mountinfo; true'
  is 0
}

@test "masked and read-only paths need a mount namespace" {
  drop_namespace mount
  edit '.mounts = []'
  program true
  refused run -b "$BUNDLE" "$ID"
  says "linux.maskedPaths"
  assert_nothing_left "$ID"
}

@test "masked and read-only paths by other names of /proc, and below a read-only /proc" {
  ln -s /proc rootfs/link
  edit '.linux.maskedPaths = ["/link/version", "/proc/../proc/uptime", "//proc//loadavg", "/sys/../proc/stat"] | .linux.readonlyPaths = ["/proc/sys"]'
  in_container 'cat /proc/version /proc/uptime /proc/loadavg /proc/stat'
  is ""
  edit '.linux.maskedPaths = ["/proc/version", "/proc/sys/kernel"] | .linux.readonlyPaths = ["/proc", "/proc/sys", "/sys"]'
  in_container 'cat /proc/version; ls /proc/sys/kernel; echo x 2>/dev/null >/proc/self/comm || echo read-only'
  is read-only
}

@test "a read-only path that the image has made a link to /proc does not take the masks away" {
  ln -s /proc rootfs/link
  edit '.linux.readonlyPaths = ["/link"] | .linux.maskedPaths = ["/proc/version", "/proc/fs"]'
  in_container 'cat /proc/version; ls /proc/fs; echo x 2>/dev/null >/proc/self/comm || echo read-only'
  is read-only
}
