#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# All that a process can get from the one that starts it, or from where it stands, as the container's program finds it:
# descriptors, environment, signals, capabilities, groups, keys, session, terminal, cgroups, mounts. The caller is the
# messiest there can be (messy-caller.py), and nothing of it comes through: the list is compared as a whole.

load helpers
setup() {
  make_bundle
  use_probe
  SECRET=secret-$ID
  # What is inheritable but not ambient: a caller's ambient set would survive if nobody cleared it.
  edit '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}] | .process.env = ["PATH=/bin"]
    | .process.capabilities.inheritable = ["CAP_KILL", "CAP_CHOWN"]
    | .linux.maskedPaths = ["/proc/keys", "/sys/kernel"] | .linux.readonlyPaths = ["/proc/sys"]'
  REAL_RUNTIME=$MASU_RUNTIME MASU_RUNTIME=$T/messy
  messy_caller_of "$REAL_RUNTIME"
}
teardown() {
  MASU_RUNTIME=$REAL_RUNTIME
  clean_up
}

# messy_caller_of [OPTION…] PROGRAM : the program as the messiest of callers runs it.
messy_caller_of() {
  printf '#!/bin/sh\nexec /usr/bin/python3 %q %q %s "$@" 3</etc/group\n' "$SUPPORT/messy-caller.py" "$SECRET" "$*" >"$T/messy"
  chmod +x "$T/messy"
}

# expected OUT ERR : what "probe self" is to say, with the standard streams on these files.
expected() {
  printf '%s\n' "0 /dev/null" "1 $1" "2 $2"
  cat <<'END'
env PATH=/bin
env HOME=/root
Umask: 0022
PPid: 0
Groups:  
Threads: 1
SigPnd: 0000000000000000
ShdPnd: 0000000000000000
SigBlk: 0000000000000000
SigIgn: 0000000000000000
SigCgt: 0000000000000000
CapInh: 0000000000000021
CapPrm: 00000000080004eb
CapEff: 00000000080004eb
CapBnd: 00000000080004eb
CapAmb: 0000000000000000
NoNewPrivs: 1
Seccomp: 0
Max open files            100                  200                  files     
END
  sed 's|/.*|/|' /proc/self/cgroup # a cgroup namespace shows the container's own as the root of each hierarchy
  cat <<'END'
mount /
mount /proc proc /
mount /dev tmpfs /
mount /dev/pts devpts /
mount /dev/shm tmpfs /
mount /dev/mqueue mqueue /
mount /sys sysfs /
mount /proc/sys proc /sys
mount /proc/keys devtmpfs /null
mount /sys/kernel tmpfs /
secret ENOKEY
sid=self pgid=self
tty ENXIO
securebits 0 deathsig 0 subreaper 0 dumpable 1
cwd /
END
}

# nothing_of_the_host FILE : the list in FILE, the standard output of a call. What is at / is the host's to name.
nothing_of_the_host() { diff <(expected "$1" "${1/out./err.}") <(sed 's|^mount / .*|mount /|' "$1"); }

@test "the list itself works: of a messy caller it shows everything" {
  sed -i "s|$REAL_RUNTIME|$PROBE self $SECRET|" "$T/messy"
  timeout 20 "$T/messy" </dev/null >"$T/list" 2>&1 3>&- 4>&-
  local line
  for line in "3 /etc/group" "5 /etc" "9 /" "33 /etc/passwd" "env SECRET=$SECRET" "Groups: 0 4321" "key $SECRET" "secret found" \
    "sid=self" "tty open" "securebits 4" "Umask: 0000"; do
    has_line "$line" "$T/list" || { cat "$T/list" >&2; return 1; }
  done
  run ! grep -E '^(SigBlk|SigIgn|CapInh|CapAmb): 0000000000000000' "$T/list"
}

@test "run" {
  program /bin/probe self "$SECRET"
  ok run -b "$BUNDLE" "$ID"
  nothing_of_the_host "$OUT"
}

@test "create and start" {
  program /bin/probe self "$SECRET"
  start_container
  MASU_RUNTIME=$REAL_RUNTIME wait_for_stop
  nothing_of_the_host "$CONTAINER_OUT"
}

@test "exec" {
  MASU_RUNTIME=$REAL_RUNTIME sleeper
  ok exec "$ID" /bin/probe self "$SECRET"
  nothing_of_the_host "$OUT"
}

@test "exec --process, of a container in a user namespace" {
  edit '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
    | .linux.gidMappings = .linux.uidMappings'
  chown -R 100000:100000 rootfs
  MASU_RUNTIME=$REAL_RUNTIME sleeper
  jq --arg secret "$SECRET" '.process | .args = ["/bin/probe", "self", $secret]' config.json >"$T/process.json"
  ok exec --process "$T/process.json" "$ID"
  sed -i -E '/^mount \/dev\/[a-z]+ devtmpfs/d' "$OUT" # the default devices are bound there
  nothing_of_the_host "$OUT"
}

@test "an ordinary user's containers: run, create and start, exec" {
  local user=4711
  install -m 755 "$REAL_RUNTIME" "$T/masu-runtime"
  cp "$SUPPORT/messy-caller.py" "$T" # what is above may be closed to him
  mkdir "$ROOT"
  chown -hR $user:$user "$BUNDLE" "$ROOT"
  SUPPORT=$T messy_caller_of --user $user "$T/masu-runtime"
  edit --argjson id $user '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: $id, size: 1}]
    | .linux.gidMappings = .linux.uidMappings | .mounts[].options |= (. // [] | map(select(startswith("gid=") | not)))'
  shown() { sed -i -E '/^mount \/dev\/[a-z]+ devtmpfs/d' "$1" && nothing_of_the_host "$1"; }
  program /bin/probe self "$SECRET"
  ok run "$ID"
  shown "$OUT"
  start_container
  MASU_RUNTIME=$REAL_RUNTIME wait_for_stop
  shown "$CONTAINER_OUT"
  MASU_RUNTIME=$REAL_RUNTIME ok delete "$ID"
  program sleep 1000
  start_container
  ok exec "$ID" /bin/probe self "$SECRET"
  shown "$OUT"
}
