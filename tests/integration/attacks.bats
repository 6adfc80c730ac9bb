#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Attacks on the making of a container. Some are races: another container, or whoever shares a volume or the root with
# this one, exchanges a file for a link at every moment there is, while containers are made one after the other; each of
# these must be right or refused. Attacks that need no race are here too if they have no other file.

load helpers
setup() {
  make_bundle
  use_probe
  mkdir "$T/outside"
  OUT_OF_ROOT=../../../../../../../../..$T/outside
}
teardown() {
  local touched
  [[ -z ${RACER:-} ]] || kill "$RACER"
  touched=$(ls -A "$T/outside" 2>/dev/null)
  clean_up || return
  [[ -z $touched ]] || { echo "outside was touched: $touched" >&2; return 1; }
}

ROUNDS=15

# exchanged A B : from now on A and B are each other, again and again.
exchanged() {
  "$PROBE" exchange "$1" "$2" >"$T/racer" 2>&1 3>&- 4>&- &
  RACER=$!
  wait_until has_line exchanging "$T/racer"
}
still_exchanged() { ! gone "$RACER" || { echo "the racer has ended" >&2; return 1; }; }

# right_or_refused COMMAND… : runs the container; it is refused, or COMMAND is satisfied.
right_or_refused() {
  rt run -b "$BUNDLE" "$ID"
  [[ $status == 1 && -n $errors && -z $output ]] || { [[ $status == 0 ]] && "$@"; } || { report run; return 1; }
}

# CVE-2021-30465, CVE-2024-45310: the targets are in a volume that another container has, too.
@test "a volume's directory is exchanged for a link to outside while mounts are made in it" {
  mkdir -p "$T/volume/swap"
  ln -s "$OUT_OF_ROOT" "$T/volume/link"
  echo content >"$T/file"
  edit --arg t "$T" '.mounts += [{destination: "/volume", source: ($t + "/volume"), options: ["bind"]},
    {destination: "/volume/swap/directory", type: "tmpfs", source: "tmpfs"},
    {destination: "/volume/swap/file", source: ($t + "/file"), options: ["bind"]},
    {destination: "/volume/swap/deep/er", source: ($t + "/file"), options: ["bind"]}]'
  sh_program 'awk "\$5 ~ /(directory|file|er)\$/ {print \$5}" /proc/self/mountinfo'
  exchanged "$T/volume/swap" "$T/volume/link"
  inside() { ! grep -vE '^/(volume/(swap|link)|.*/outside)/(directory|file|deep/er)$' <<<"$output"; }
  for _ in $(seq $ROUNDS); do right_or_refused inside; done
  still_exchanged
}

# CVE-2026-41579, CVE-2026-47766: nodes and links are made below a /dev that is the image's.
@test "the image's /dev is exchanged for a link to outside while devices are made" {
  edit 'del(.mounts[] | select(.destination | startswith("/dev"))) | .linux.devices = [{type: "c", path: "/dev/deep/fuse", major: 10, minor: 229}]'
  program true
  ln -s "$OUT_OF_ROOT" rootfs/link
  exchanged rootfs/dev rootfs/link
  for _ in $(seq $ROUNDS); do right_or_refused true; done
  still_exchanged
}

# CVE-2025-31133: what covers a masked file must be the null device, whatever the image calls so.
@test "the image's /dev/null is exchanged for a link while files are masked by it" {
  edit 'del(.mounts[] | select(.destination | startswith("/dev"))) | .linux.maskedPaths += ["/secret"]'
  echo secret >rootfs/secret
  echo visible >rootfs/decoy
  mknod -m 666 rootfs/dev/null c 1 3
  ln -s /decoy rootfs/dev/other
  sh_program 'stat -c %t:%T /secret; cat /secret; cat /decoy'
  exchanged rootfs/dev/null rootfs/dev/other
  for _ in $(seq $ROUNDS); do right_or_refused is $'1:3\nvisible'; done
  still_exchanged
}

# CVE-2019-16884, CVE-2019-19921: the masks of /proc must cover the procfs that the container has.
@test "the root's /proc is exchanged for a link while it is mounted and masked" {
  mkdir -p rootfs/decoy/sys
  ln -s decoy rootfs/link
  edit '.linux.maskedPaths += ["/proc/version"]'
  sh_program 'cat /*/version; echo 2>/dev/null x >/link/sys/kernel/hostname; hostname'
  exchanged rootfs/proc rootfs/link
  for _ in $(seq $ROUNDS); do right_or_refused is box; done
  still_exchanged
}

# CVE-2024-21626: a working directory in a volume, which is exchanged for a link to a descriptor.
@test "a working directory is exchanged for a link into /proc/self/fd" {
  mkdir -p "$T/volume/swap"
  ln -s /proc/self/fd/7 "$T/volume/link"
  edit --arg t "$T" '.mounts += [{destination: "/volume", source: ($t + "/volume"), options: ["bind"]}] | .process.cwd = "/volume/swap"'
  sh_program 'pwd; ls ../../../../../../../../../boot 2>/dev/null; true'
  exchanged "$T/volume/swap" "$T/volume/link"
  within() { [[ $output =~ ^/volume/(swap|link)$ ]]; }
  for _ in $(seq $ROUNDS); do right_or_refused within; done
  still_exchanged
}

# ---- CVE-2025-52565: terminals --------------------------------------------------------------------------------

# on_terminal : the container in the foreground of a terminal of its own; its output in $output.
on_terminal() {
  status=0
  output=$(timeout -k 5 "$PATIENCE" script -qefc "$(printf '%q --root %q run -b %q %q' "$MASU_RUNTIME" "$ROOT" "$BUNDLE" "$ID")" \
    /dev/null </dev/null 2>&1 3>&- 4>&-) || status=$?
  output=${output//$'\r'/} errors=$output
}
terminal_without_dev() {
  edit '.process.terminal = true | del(.mounts[] | select(.destination == "/dev" or .destination == "/dev/shm" or .destination == "/dev/mqueue"))'
  mkdir -p rootfs/dev/pts
}

@test "/dev/console is a link: refused, and nothing is covered" {
  command -v script >/dev/null || skip "needs script(1)"
  terminal_without_dev
  echo victim >rootfs/victim
  ln -s /victim rootfs/dev/console
  program grep -c victim /proc/self/mountinfo
  on_terminal
  is 1 "$status"
  says dev/console
  assert_nothing_left "$ID"
}

@test "/dev/console is exchanged for a link to a file while terminals are made" {
  command -v script >/dev/null || skip "needs script(1)"
  terminal_without_dev
  echo victim >rootfs/victim
  touch rootfs/dev/console
  ln -s /victim rootfs/dev/link
  program grep -c " /victim " /proc/self/mountinfo
  exchanged rootfs/dev/console rootfs/dev/link
  for _ in $(seq $ROUNDS); do
    on_terminal
    [[ $status == 1 ]] || { report run; return 1; } # grep's for "none", or the refusal
  done
  still_exchanged
}

@test "a ptmx that is no devpts': refused, and not so much as opened" {
  command -v script >/dev/null || skip "needs script(1)"
  edit 'del(.mounts[] | select(.destination | startswith("/dev"))) | .process.terminal = true'
  mkdir -p rootfs/dev/pts
  mknod -m 666 rootfs/dev/pts/ptmx c 5 2
  program true
  on_terminal
  is 1 "$status"
  says dev/pts/ptmx "no such device"
  # An open of a device can have effects; that of a fifo would be the end of file for its reader.
  rm rootfs/dev/pts/ptmx
  mkfifo -m 666 rootfs/dev/pts/ptmx
  cat rootfs/dev/pts/ptmx >"$T/read" 3>&- 4>&- &
  local reader=$!
  on_terminal
  is 1 "$status"
  says dev/pts/ptmx
  timeout 10 sh -c 'echo ours >rootfs/dev/pts/ptmx'
  wait $reader
  is ours "$(<"$T/read")"
}

# ---- what other users and containers can reach ----------------------------------------------------------------

# CVE-2019-18837 and its like: even where the root was made for all to enter.
@test "other users cannot read a container's state, or start it" {
  program sleep 1000
  create_container
  chmod 755 "$ROOT" "$T"
  local file
  for file in state.json config.json; do
    run ! setpriv --reuid 65534 --regid 65534 --clear-groups cat "$ROOT/$ID/$file"
  done
  run -0 python3 - "$ROOT/$ID/start.sock" <<'END'
import os, socket, sys
os.setgroups([]), os.setgid(65534), os.setuid(65534)
try:
    socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect(sys.argv[1])
    sys.exit("connected")
except PermissionError:
    pass
END
  is created "$(status_of "$ID")"
  ok start "$ID" # it can be connected to
}

# each_hierarchy COMMAND… : with the directory of each cgroup hierarchy as the last argument.
each_hierarchy() {
  local dir
  if unified; then "$@" /sys/fs/cgroup; return; fi
  for dir in /sys/fs/cgroup/*/; do [[ ! -e $dir/cgroup.procs || -L ${dir%/} ]] || "$@" "${dir%/}"; done
}
make_sibling() { mkdir "$1/sibling-$ID"; }
remove_sibling() { rmdir "$1/sibling-$ID"; }

# CVE-2023-25809
@test "a writable cgroup mount without a cgroup namespace shows the container's own cgroups alone" {
  drop_namespace cgroup
  add_mount '{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["rw"]}'
  sh_program 'find /sys/fs/cgroup/ -name "sibling*"; find /sys/fs/cgroup/ -name cgroup.procs | wc -l; ls /sys/fs/cgroup/../../../sys/fs/cgroup/* | grep sibling'
  each_hierarchy make_sibling
  rt run -b "$BUNDLE" "$ID"
  each_hierarchy remove_sibling
  [[ $output =~ ^[1-9][0-9]?$ && -z $errors ]] || { report run; return 1; }
}

# ---- strings and files that are taken for others --------------------------------------------------------------

# CVE-2021-43784: lengths of 16 bits once made one field the next.
@test "a string of more than 64 KiB stays one string, and what is beside it stays in force" {
  edit '.process.env += ["LONG=" + ("x" * 65536) + "yz"] | .annotations = {long: ("x" * 70000)} | .process.user = {uid: 1000, gid: 1000}'
  in_container 'echo ${#LONG} ${LONG#"${LONG%??}"}; id -u; readlink /proc/self/ns/net'
  is "65538 yz" "${output%%$'\n'*}"
  is 1000 "$(sed -n 2p "$OUT")"
  [[ $(sed -n 3p "$OUT") != "$(readlink /proc/self/ns/net)" ]]
  local filter
  for filter in '.root.path = "x" * 70000' '.linux.cgroupsPath = "/" + "x" * 70000' '.process.cwd = "/" + "x" * 70000' \
    '.linux.namespaces[1].path = "/" + "x" * 70000' '.mounts[1].destination = "/" + "x" * 70000' '.hostname = "x" * 65539'; do
    cp config.json "$T/good.json"
    edit "$filter"
    refused run -b "$BUNDLE" "$ID"
    mv "$T/good.json" config.json
  done
  assert_nothing_left "$ID"
}

# CVE-2025-52881, CVE-2025-62596: a write that the kernel's file shall get is led to another one of it.
@test "a sysctl is set, whatever is mounted over its file in the container's /proc" {
  edit '.mounts += [{destination: "/proc/sys/kernel/domainname", source: "/proc/sys/kernel/hostname", options: ["bind"]}] |
    .linux.sysctl = {"kernel.domainname": "set-by-sysctl"}'
  sleeper
  is $'set-by-sysctl\nbox' "$(nsenter --target "$(pid_of "$ID")" --uts cat /proc/sys/kernel/domainname /proc/sys/kernel/hostname)"
}

# CVE-2019-16884, CVE-2025-52881
@test "exec: what the runtime writes to /proc lands in the kernel's, not in files that the container has put over its own" {
  edit '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"]) | del(.linux.readonlyPaths, .linux.maskedPaths)'
  sh_program 'mount -t tmpfs tmpfs /proc && for pid in self thread-self $(seq 1 200); do mkdir -p /proc/$pid/attr/apparmor
      for file in oom_score_adj timens_offsets uid_map gid_map setgroups attr/exec attr/current attr/keycreate attr/apparmor/exec; do
        : >/proc/$pid/$file; done; done; echo covered; sleep 1000'
  start_container
  wait_until has_line covered "$CONTAINER_OUT"
  jq '.process | .args = ["sleep", "4321"] | .oomScoreAdj = 333' config.json >"$T/process.json"
  ok exec --detach --pid-file "$T/pid" --process "$T/process.json" "$ID"
  is 333 "$(<"/proc/$(<"$T/pid")/oom_score_adj")"
  ok exec "$ID" find /proc -type f -size +0
  is ""
}

# CVE-2019-16884: what the image or a volume has in place of /proc is no procfs.
@test "a /proc that is a directory of somebody's is refused, with all that would be written there" {
  mkdir -p "$T/fake/sys/kernel" "$T/fake/self/attr"
  touch "$T/fake/sys/kernel/domainname" "$T/fake/self/attr/exec"
  edit --arg fake "$T/fake" '.mounts[0] = {destination: "/proc", source: $fake, options: ["bind"]} | .linux.sysctl = {"kernel.domainname": "x"}'
  refused run -b "$BUNDLE" "$ID"
  says "mounts[0]" "/proc"
  edit '.mounts[0] = {destination: "/proc", type: "tmpfs", source: "tmpfs"}'
  refused run -b "$BUNDLE" "$ID"
  says "mounts[0]" "/proc"
  is "" "$(find "$T/fake" -type f -size +0)"
}
