#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# An image that wants out: symlinks as mount targets, in /dev, /proc and /sys; and mounts that cannot be made.

load helpers
setup() {
  make_bundle
  mkdir "$T/outside"
  program true
}
teardown() {
  [[ -z ${T:-} || -z $(ls -A "$T/outside") ]] || { echo "outside was touched: $(ls -A "$T/outside")" >&2; clean_up; return 1; }
  clean_up
}

@test "a target that is a link to outside is resolved inside" {
  ln -s "$T/outside" rootfs/exit
  add_mount '{"destination": "/exit/made", "type": "tmpfs", "source": "tmpfs"}'
  ok run -b "$BUNDLE" "$ID"
  [[ -d rootfs$T/outside/made ]]
}

@test "a target with .. stays inside" {
  ln -s ../../../../../../../.."$T/outside" rootfs/exit
  edit '.mounts += [{destination: "/exit/made", type: "tmpfs", source: "tmpfs"}, {destination: "/../../made2", type: "tmpfs", source: "tmpfs"}]'
  ok run -b "$BUNDLE" "$ID"
  [[ -d rootfs$T/outside/made && -d rootfs/made2 ]]
}

@test "a dangling link as target, last and in the middle, is followed and its target made" {
  ln -s /not/there rootfs/last
  ln -s made-here rootfs/middle
  echo hello >"$T/file"
  edit --arg t "$T" '.mounts += [{destination: "/last", type: "tmpfs", source: "last"}, {destination: "/middle/sub", type: "tmpfs", source: "middle"},
    {destination: "/middle/file", source: ($t + "/file"), options: ["bind"]}]'
  in_container 'grep -oE " /(not/there|made-here/sub|made-here/file) " /proc/self/mountinfo | sort'
  is $' /made-here/file \n /made-here/sub \n /not/there '
  [[ -d rootfs/not/there && -d rootfs/made-here/sub ]]
}

@test "a file bind over a dangling link to outside makes nothing there" {
  echo hello >"$T/file"
  ln -s "$T/outside/file" rootfs/link
  add_mount "{\"destination\": \"/link\", \"source\": \"$T/file\", \"options\": [\"bind\"]}"
  rt run -b "$BUNDLE" "$ID"
  [[ $status -le 1 && ! -e $T/outside/file ]]
}

@test "a link loop is an error" {
  ln -s b rootfs/a
  ln -s a rootfs/b
  add_mount '{"destination": "/a/x", "type": "tmpfs", "source": "tmpfs"}'
  refused run -b "$BUNDLE" "$ID"
  says /a/x
  assert_nothing_left "$ID"
}

@test "/proc and /sys as links are refused" {
  rmdir rootfs/proc
  ln -s sys rootfs/proc
  refused run -b "$BUNDLE" "$ID"
  says /proc
  rm rootfs/proc
  mkdir rootfs/proc
  rmdir rootfs/sys
  ln -s tmp rootfs/sys
  refused run -b "$BUNDLE" "$ID"
  says /sys
  assert_nothing_left "$ID"
}

@test "mounts below /proc are refused, but for the known files" {
  mkdir "$T/source"
  add_mount "{\"destination\": \"/proc/self\", \"source\": \"$T/source\", \"options\": [\"bind\"]}"
  refused run -b "$BUNDLE" "$ID"
  says /proc/self
  assert_nothing_left "$ID"
}

@test "binds over /proc/uptime and /proc/meminfo, as lxcfs wants, are allowed" {
  echo 42 >"$T/uptime"
  add_mount "{\"destination\": \"/proc/uptime\", \"source\": \"$T/uptime\", \"options\": [\"bind\"]}"
  in_container 'cat /proc/uptime'
  is 42
}

@test "a link /dev does not let devices and links be made outside" {
  rm -rf rootfs/dev
  ln -s "$T/outside" rootfs/dev
  edit 'del(.mounts[] | select(.destination | startswith("/dev")))'
  rt run -b "$BUNDLE" "$ID"
  [[ $status -le 1 ]]
  [[ -z $(ls -A "$T/outside") ]]
}

@test "a link /dev/pts or /dev/shm does not lead out" {
  edit 'del(.mounts[] | select(.destination == "/dev"))'
  rm -rf rootfs/dev/pts rootfs/dev/shm
  ln -s "$T/outside" rootfs/dev/pts
  ln -s "$T/outside" rootfs/dev/shm
  rt run -b "$BUNDLE" "$ID"
  [[ $status -le 1 ]]
}

@test "a masked path that is a link to outside masks nothing there" {
  mkdir -p "$T/elsewhere"
  echo precious >"$T/elsewhere/file"
  ln -s "$T/elsewhere/file" rootfs/masked
  edit '.linux.maskedPaths += ["/masked"] | .linux.readonlyPaths += ["/masked"]'
  rt run -b "$BUNDLE" "$ID"
  [[ $status -le 1 ]]
  is precious "$(cat "$T/elsewhere/file")"
}

@test "/dev/null of the image is no mask unless it is the device" {
  # CVE-2025-31133: an image without a /dev mount that brings a file or link as /dev/null.
  edit 'del(.mounts[] | select(.destination | startswith("/dev"))) | .linux.maskedPaths += ["/secret"]'
  echo secret >rootfs/secret
  echo visible >rootfs/decoy
  ln -s /decoy rootfs/dev/null
  program cat /secret
  rt run -b "$BUNDLE" "$ID"
  [[ $output != *visible* && $output != *secret* ]]
}

@test "a working directory that leads through /proc to the host is refused" {
  # CVE-2024-21626
  local n
  for n in 3 5 6 7 8 9 10; do
    edit --arg cwd "/proc/self/fd/$n" '.process.cwd = $cwd'
    program ls ../../../../../../..
    rt run -b "$BUNDLE" "$ID"
    [[ $output != *boot* ]]
  done
}

@test "a missing bind source: message, code, nothing left" {
  add_mount '{"destination": "/x", "source": "/no/such/source", "options": ["bind"]}'
  refused create -b "$BUNDLE" "$ID"
  says /no/such/source "no such file or directory"
  assert_nothing_left "$ID"
}

@test "a bind of a directory on a file, and of a file on a directory" {
  mkdir "$T/dir"
  touch "$T/file" rootfs/file
  mkdir rootfs/dir
  add_mount "{\"destination\": \"/file\", \"source\": \"$T/dir\", \"options\": [\"bind\"]}"
  refused run -b "$BUNDLE" "$ID"
  says "not a directory"
  edit --arg s "$T/file" '.mounts[-1] = {destination: "/dir", source: $s, options: ["bind"]}'
  refused run -b "$BUNDLE" "$ID"
  says /dir
  assert_nothing_left "$ID"
}

@test "a bind with options of a file system" {
  mkdir "$T/source"
  add_mount "{\"destination\": \"/x\", \"source\": \"$T/source\", \"options\": [\"bind\", \"size=10k\"]}"
  refused run -b "$BUNDLE" "$ID"
  says "mounts[6]"
  assert_nothing_left "$ID"
}

@test "an unknown file system, and a bad option of a known one" {
  add_mount '{"destination": "/x", "type": "nosuchfs", "source": "x"}'
  refused run -b "$BUNDLE" "$ID"
  says nosuchfs
  edit '.mounts[-1] = {destination: "/x", type: "tmpfs", source: "tmpfs", options: ["nosuchoption=1"]}'
  refused run -b "$BUNDLE" "$ID"
  says "mounts[6]"
  assert_nothing_left "$ID"
}

@test "a mount on the root itself, an empty destination" {
  add_mount '{"destination": "", "type": "tmpfs", "source": "tmpfs"}'
  refused run -b "$BUNDLE" "$ID"
  says "mounts[6].destination"
  assert_nothing_left "$ID"
}

@test "a tmpfs on a link into procfs is refused" {
  program true
  ln -s /proc/sys rootfs/data
  add_mount '{"destination": "/data", "type": "tmpfs", "source": "tmpfs"}'
  refused run -b "$BUNDLE" "$ID"
  says procfs
}
