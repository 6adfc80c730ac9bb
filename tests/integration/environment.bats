#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The environment, HOME and the search in PATH.

load helpers
setup() { make_bundle; }
teardown() { clean_up; }

@test "the program sees the config's environment, and HOME, and nothing of the caller's" {
  edit '.process.env = ["PATH=/bin", "A=1", "B=two words", "EMPTY="]'
  program /bin/env
  CALLERS=x ok run -b "$BUNDLE" "$ID"
  is $'A=1\nB=two words\nEMPTY=\nHOME=/root\nPATH=/bin' "$(sort "$OUT")"
}

@test "a variable given twice: the last wins" {
  edit '.process.env += ["X=1", "Y=2", "X=3"]'
  in_container 'env | grep -E "^[XY]=" | sort'
  is $'X=3\nY=2'
}

@test "a value with new lines" {
  edit '.process.env += ["X=a\nb"]'
  in_container 'echo "$X"'
  is $'a\nb'
}

@test "HOME: from the container's passwd, if it is missing or empty" {
  in_container 'echo $HOME'
  is /root
  edit '.process.env += ["HOME="]'
  in_container 'echo $HOME'
  is /root
  edit '.process.user = {uid: 1000, gid: 1000}'
  in_container 'echo $HOME'
  is /home/someone
}

@test "HOME: / for an unknown user and without passwd" {
  edit '.process.user = {uid: 4242, gid: 4242}'
  in_container 'echo $HOME'
  is /
  rm rootfs/etc/passwd
  in_container 'echo $HOME'
  is /
}

@test "HOME: as set in the config, the last one if twice" {
  edit '.process.env += ["HOME=/a"]'
  in_container 'echo $HOME'
  is /a
  edit '.process.env += ["HOME=/b"]'
  in_container 'echo $HOME'
  is /b
}

@test "HOME: a passwd that is a link to outside, a fifo or full of rubbish does no harm" {
  edit '.process.user = {uid: 1000, gid: 1000}'
  echo 'someone:x:1000:1000::/from/outside:/bin/sh' >"$T/passwd"
  ln -sf "$T/passwd" rootfs/etc/passwd
  in_container 'echo $HOME'
  is /
  rm rootfs/etc/passwd
  head -c 100000 /dev/urandom >rootfs/etc/passwd
  printf '\nsomeone:x:1000:1000::/found:/bin/sh\n' >>rootfs/etc/passwd
  in_container 'echo $HOME'
  is /found
  rm rootfs/etc/passwd
  mkfifo rootfs/etc/passwd
  in_container 'echo $HOME'
  is /
}

@test "PATH of the config finds the program" {
  mkdir -p rootfs/opt/tools
  printf '#!/bin/sh\necho tool\n' >rootfs/opt/tools/tool
  chmod 755 rootfs/opt/tools/tool
  edit '.process.env = ["PATH=/nowhere:/opt/tools"]'
  program tool
  ok run -b "$BUNDLE" "$ID"
  is tool
}

@test "no PATH: only a program with a slash is found" {
  edit '.process.env = []'
  program /bin/echo absolute
  ok run -b "$BUNDLE" "$ID"
  is absolute
  program echo
  refused run -b "$BUNDLE" "$ID"
  says 'executable file not found in $PATH'
  assert_nothing_left "$ID"
}

@test "a relative program with a slash is relative to cwd" {
  edit '.process.cwd = "/bin"'
  program ./echo relative
  ok run -b "$BUNDLE" "$ID"
  is relative
}

@test "a program whose name starts with a dot" {
  cp rootfs/bin/busybox rootfs/bin/.hidden
  printf '#!/bin/sh\necho hidden\n' >rootfs/bin/.hidden
  program .hidden
  ok run -b "$BUNDLE" "$ID"
  is hidden
}

@test "a file in PATH that is not executable is passed over" {
  mkdir rootfs/first
  touch rootfs/first/echo
  edit '.process.env = ["PATH=/first:/bin"]'
  program echo second
  ok run -b "$BUNDLE" "$ID"
  is second
}

@test "env entries without = or without a name are refused" {
  program true
  local bad
  for bad in NOEQUALS =value; do
    edit --arg bad "$bad" '.process.env = ["PATH=/bin", $bad]'
    refused run -b "$BUNDLE" "$ID"
    says "process.env[1]"
  done
  assert_nothing_left "$ID"
}

@test "HOME: a passwd without an end" {
  edit 'del(.process.env[] | select(startswith("HOME=")))'
  ln -sf /dev/zero rootfs/etc/passwd
  in_container 'echo $HOME'
  is /
}
