#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# mounts: binds, the file systems of a container, flags, order and targets that have to be made.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load helpers
setup() { make_bundle; }
teardown() { clean_up; }

# options_of PATH : mount options and, after a colon, those of the super block, as the container sees them.
options_of() { awk -v at="$1" '$5 == at {line = $6 ":" $NF} END {print line}' "$OUT"; }

@test "bind of a directory, writable" {
  mkdir "$T/source"
  echo hello >"$T/source/file"
  add_mount "{\"destination\": \"/mnt/here\", \"type\": \"bind\", \"source\": \"$T/source\", \"options\": [\"bind\"]}"
  in_container 'cat /mnt/here/file; echo new >/mnt/here/new'
  is hello
  is new "$(cat "$T/source/new")"
  [[ $(stat -c %a rootfs/mnt/here) == 755 ]]
}

@test "bind of a file: the target is made as an empty file" {
  echo hello >"$T/file"
  add_mount "{\"destination\": \"/deep/er/file\", \"source\": \"$T/file\", \"options\": [\"bind\"]}"
  in_container 'cat /deep/er/file'
  is hello
  [[ -f rootfs/deep/er/file && ! -s rootfs/deep/er/file ]]
}

@test "bind of a socket, a fifo and a symlink" {
  mkfifo "$T/fifo"
  python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$T/sock"
  echo target >"$T/file"
  ln -s file "$T/link"
  edit --arg t "$T" '.mounts += [{destination: "/fifo", source: ($t + "/fifo"), options: ["bind"]},
    {destination: "/sock", source: ($t + "/sock"), options: ["bind"]}, {destination: "/link", source: ($t + "/link"), options: ["bind"]}]'
  in_container 'test -p /fifo && test -S /sock && cat /link'
  is target
}

@test "bind: a relative source is relative to the bundle" {
  mkdir "$BUNDLE/data"
  echo hello >"$BUNDLE/data/file"
  add_mount '{"destination": "/data", "source": "data", "options": ["bind"]}'
  cd /
  in_container 'cat /data/file'
  is hello
}

@test "bind read-only" {
  mkdir "$T/source"
  add_mount "{\"destination\": \"/ro\", \"source\": \"$T/source\", \"options\": [\"bind\", \"ro\"]}"
  in_container 'touch /ro/x 2>&1 || cat /proc/self/mountinfo'
  has "Read-only file system"
  [[ $(options_of /ro) == ro,* ]]
  touch "$T/source/still-writable-here"
}

@test "remount: changes the flags of what is mounted there, in both directions" {
  mkdir "$T/source"
  edit --arg source "$T/source" '.mounts += [{destination: "/one", type: "tmpfs", source: "tmpfs"},
    {destination: "/one", type: "tmpfs", source: "tmpfs", options: ["remount", "ro", "nodev"]},
    {destination: "/two", type: "bind", source: $source, options: ["bind", "ro", "noexec"]},
    {destination: "/two", type: "none", source: "none", options: ["remount", "rw"]}]'
  in_container 'touch /one/x 2>&1 || cat /proc/self/mountinfo'
  has "Read-only file system"
  [[ $(options_of /one) == ro,nodev,* ]]
  [[ $(options_of /two) == rw,*noexec* ]]
}

@test "remount of what is no mount point is an error" {
  add_mount '{"destination": "/etc", "type": "none", "source": "none", "options": ["remount", "ro"]}'
  mkdir -p rootfs/etc
  refused run -b "$BUNDLE" "$ID"
  says 'mounts['
}

@test "bind: flags" {
  mkdir "$T/source"
  cp rootfs/bin/busybox "$T/source/true"
  add_mount "{\"destination\": \"/x\", \"source\": \"$T/source\", \"options\": [\"bind\", \"nosuid\", \"nodev\", \"noexec\", \"noatime\"]}"
  in_container '/x/true 2>/dev/null && echo executed; cat /proc/self/mountinfo'
  [[ $output != *executed* ]]
  local flags
  flags=$(options_of /x)
  [[ $flags == rw,* && $flags == *nosuid* && $flags == *nodev* && $flags == *noexec* && $flags == *noatime* ]]
}

@test "bind: flags of the source stay unless they are taken away in so many words; its file system's are no business of a bind" {
  mkdir "$T/source"
  mount -t tmpfs -o nosuid,nodev,noexec source "$T/source"
  edit --arg s "$T/source" '.mounts += [{destination: "/plain", source: $s, options: ["bind"]},
    {destination: "/ro", source: $s, options: ["bind", "ro"]}, {destination: "/exec", source: $s, options: ["bind", "exec", "dev"]},
    {destination: "/sync", source: $s, options: ["bind", "sync", "lazytime"]}]'
  sh_program 'cat /proc/self/mountinfo'
  rt run -b "$BUNDLE" "$ID"
  umount "$T/source"
  is "0 " "$status $errors"
  local name
  for name in plain sync; do [[ $(options_of /$name) == rw,nosuid,nodev,noexec,* ]]; done
  [[ $(options_of /ro) == ro,nosuid,nodev,noexec,* ]]
  [[ $(options_of /exec) == rw,nosuid,* && $(options_of /exec) != *nodev* && $(options_of /exec) != *noexec* ]]
}

@test "bind: src-nofollow and dest-nofollow are about the links themselves, copy-symlink makes one" {
  echo source >"$T/file"
  ln -s file "$T/link"
  echo image >rootfs/file
  ln -s file rootfs/covered
  ln -s file rootfs/same
  edit --arg t "$T" '.mounts += [{destination: "/bound", source: ($t + "/link"), options: ["bind", "src-nofollow"]},
    {destination: "/covered", source: ($t + "/file"), options: ["bind", "dest-nofollow"]},
    {destination: "/deep/er/copy", source: ($t + "/link"), options: ["bind", "copy-symlink"]},
    {destination: "/same", source: ($t + "/link"), options: ["bind", "copy-symlink"]},
    {destination: "/plain", source: ($t + "/file"), options: ["bind", "copy-symlink"]}]'
  in_container 'readlink /bound; cat /file /covered; readlink /deep/er/copy; readlink /same; cat /plain; grep -cE " /(deep|same)" /proc/self/mountinfo; true'
  is $'file\nimage\nsource\nfile\nfile\nsource\n0'
  [[ -L rootfs/deep/er/copy ]]
  ln -sf elsewhere rootfs/same
  refused run -b "$BUNDLE" "$ID"
  says "mounts[9]" "file exists"
  rm rootfs/same
  mkdir "$T/outside"
  rm -r rootfs/deep
  ln -s ../../../../../../.."$T/outside" rootfs/deep # a link on the way leads nowhere else
  ok run -b "$BUNDLE" "$ID"
  [[ -L rootfs$T/outside/er/copy && -z $(ls -A "$T/outside") ]]
}

@test "rbind takes the mounts below along, bind does not" {
  mkdir -p "$T/source/sub"
  mount -t tmpfs inner "$T/source/sub"
  touch "$T/source/sub/inner"
  edit --arg s "$T/source" '.mounts += [{destination: "/r", source: $s, options: ["rbind"]}, {destination: "/b", source: $s, options: ["bind"]}]'
  sh_program 'ls /r/sub; ls /b/sub | wc -l'
  rt run -b "$BUNDLE" "$ID"
  umount "$T/source/sub"
  [[ $status == 0 ]]
  is $'inner\n0'
}

@test "a recursive option on a mount that is no bind" {
  add_mount '{"destination": "/scratch", "type": "tmpfs", "source": "tmpfs", "options": ["rro", "rnoexec"]}'
  in_container 'touch /scratch/x 2>/dev/null || echo read-only; grep " /scratch " /proc/mounts | cut -d" " -f4'
  has read-only
  has noexec
}

@test "ro is for the top mount alone, rro for all" {
  mkdir -p "$T/source/sub"
  mount -t tmpfs inner "$T/source/sub"
  edit --arg s "$T/source" '.mounts += [{destination: "/a", source: $s, options: ["rbind", "ro"]}, {destination: "/b", source: $s, options: ["rbind", "rro"]}]'
  sh_program 'for d in /a /a/sub /b /b/sub; do touch $d/x 2>/dev/null && echo $d; rm -f $d/x; done; true'
  rt run -b "$BUNDLE" "$ID"
  umount "$T/source/sub"
  [[ $status == 0 ]]
  is /a/sub
}

@test "other recursive options: rnoexec, rnosuid, rnodev, rnoatime" {
  mkdir -p "$T/source/sub"
  mount -t tmpfs inner "$T/source/sub"
  edit --arg s "$T/source" '.mounts += [{destination: "/a", source: $s, options: ["rbind", "rnoexec", "rnosuid", "rnodev", "rnoatime"]}]'
  sh_program 'cat /proc/self/mountinfo'
  rt run -b "$BUNDLE" "$ID"
  umount "$T/source/sub"
  [[ $status == 0 ]]
  local at
  for at in /a /a/sub; do [[ $(options_of $at) == rw,*nosuid,nodev,noexec,noatime* ]]; done
}

@test "type bind without the option does not bind" {
  mkdir "$T/source"
  add_mount "{\"destination\": \"/x\", \"type\": \"bind\", \"source\": \"$T/source\"}"
  program true
  refused run -b "$BUNDLE" "$ID"
  assert_nothing_left "$ID"
}

@test "tmpfs: flags, size, mode" {
  add_mount '{"destination": "/t", "type": "tmpfs", "source": "scratch", "options": ["nosuid", "noexec", "size=1234k", "mode=711"]}'
  in_container 'stat -c %a /t; touch /t/x; cat /proc/self/mountinfo'
  has 711
  [[ $(options_of /t) == rw,nosuid,noexec,*size=1236k* || $(options_of /t) == rw,nosuid,noexec,*size=1234k* ]]
}

@test "tmpfs: a target that is made gets mode 1777, an existing one lends mode and owner" {
  mkdir rootfs/mine && chmod 750 rootfs/mine && chown 7:8 rootfs/mine
  edit '.mounts += [{destination: "/fresh", type: "tmpfs", source: "tmpfs"}, {destination: "/mine", type: "tmpfs", source: "tmpfs"}]'
  in_container 'stat -c "%a %u:%g" /fresh /mine'
  is $'1777 0:0\n750 7:8'
}

@test "tmpfs: mode= wins over the existing directory's" {
  mkdir rootfs/mine && chmod 750 rootfs/mine
  add_mount '{"destination": "/mine", "type": "tmpfs", "source": "tmpfs", "options": ["mode=0701"]}'
  in_container 'stat -c %a /mine'
  is 701
}

@test "tmpfs read-only, with mount points of later mounts inside" {
  edit '.mounts += [{destination: "/t", type: "tmpfs", source: "tmpfs", options: ["ro"]}, {destination: "/t/in/side", type: "tmpfs", source: "tmpfs"}]'
  in_container 'touch /t/x 2>/dev/null || echo read-only; touch /t/in/side/x && echo writable'
  is $'read-only\nwritable'
}

@test "tmpcopyup: content, modes, owners and links are there, the image is unchanged" {
  mkdir -p rootfs/data/sub
  echo one >rootfs/data/file && chmod 640 rootfs/data/file && chown 5:6 rootfs/data/file
  echo two >rootfs/data/sub/file && chown 5:6 rootfs/data/sub/file && chmod 4755 rootfs/data/sub/file
  ln -s file rootfs/data/link
  chmod 711 rootfs/data/sub
  add_mount '{"destination": "/data", "type": "tmpfs", "source": "tmpfs", "options": ["tmpcopyup"]}'
  in_container 'cat /data/link /data/sub/file; stat -c "%a %u:%g" /data/file; stat -c %a /data/sub /data/sub/file; readlink /data/link; rm -r /data/sub; grep -c " /data .*tmpfs" /proc/self/mountinfo'
  is $'one\ntwo\n640 5:6\n711\n4755\nfile\n1'
  [[ -e rootfs/data/sub/file ]]
}

@test "proc and sysfs are those of the container" {
  in_container 'echo $$; ls -d /proc/[0-9]* | wc -l; ls /sys/class/net; stat -f -c %T /proc /sys 2>/dev/null; grep -E " /(proc|sys) " /proc/self/mountinfo | cut -d" " -f5,6'
  [[ $output == 1$'\n'* ]]
  has lo /proc /sys
  [[ $output == *"/sys ro,"* ]]
}

@test "mqueue, devpts and shm" {
  in_container 'for d in /dev/mqueue /dev/pts /dev/shm; do grep -q " $d " /proc/self/mountinfo && echo $d; done
    test -c /dev/pts/ptmx && echo ptmx; touch /dev/mqueue/q /dev/shm/s && echo written; stat -c %a /dev/shm'
  is $'/dev/mqueue\n/dev/pts\n/dev/shm\nptmx\nwritten\n1777'
}

@test "the devpts instance is the container's own" {
  in_container 'ls /dev/pts'
  is ptmx
}

@test "cgroup: the container's own cgroups, read-only" {
  add_mount '{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["nosuid", "noexec", "nodev", "relatime", "ro"]}'
  in_container 'cat /proc/self/mountinfo; if test -e /sys/fs/cgroup/cgroup.controllers; then dir=/sys/fs/cgroup; else dir=/sys/fs/cgroup/pids; fi
    cat $dir/cgroup.procs | wc -l; mkdir $dir/x 2>/dev/null && echo made; true'
  # The pids of this container (sh and its children) are seen, and nothing can be made.
  [[ ${output##*$'\n'} =~ ^[1-9]$ ]]
}

@test "cgroup, writable: a sub-cgroup can be made and goes with the container" {
  add_mount '{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["rw"]}'
  in_container 'if test -e /sys/fs/cgroup/cgroup.controllers; then dir=/sys/fs/cgroup; else dir=/sys/fs/cgroup/pids; fi; mkdir -p $dir/a/b && echo made'
  is made
  assert_nothing_left "$ID"
}

@test "cgroup without a cgroup namespace" {
  drop_namespace cgroup
  add_mount '{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["ro"]}'
  in_container 'if test -e /sys/fs/cgroup/cgroup.controllers; then dir=/sys/fs/cgroup; else dir=/sys/fs/cgroup/pids; fi; wc -l <$dir/cgroup.procs'
  [[ $output =~ ^[1-9]$ ]]
}

@test "mounts are made in the order of the list; a later one covers an earlier" {
  mkdir "$T/a" "$T/b"
  touch "$T/a/a" "$T/b/b"
  edit --arg t "$T" '.mounts += [{destination: "/m", source: ($t + "/a"), options: ["bind"]}, {destination: "/m", source: ($t + "/b"), options: ["bind"]}]'
  in_container 'ls /m; grep -c " /m " /proc/self/mountinfo'
  is $'b\n2'
}

@test "a bind source inside the container's root sees earlier mounts" {
  edit --arg r "$BUNDLE/rootfs" '.mounts += [{destination: "/first", type: "tmpfs", source: "tmpfs"}, {destination: "/first/sub", type: "tmpfs", source: "marker"},
    {destination: "/second", source: ($r + "/first"), options: ["rbind"]}]'
  in_container 'grep -c marker /proc/self/mountinfo'
  is 2
}

@test "a relative destination is relative to the root" {
  add_mount '{"destination": "rel/ative", "type": "tmpfs", "source": "tmpfs"}'
  sh_program 'grep -c " /rel/ative " /proc/self/mountinfo'
  exits 0 run -b "$BUNDLE" "$ID"
  is 1
}

@test "a mount source or target with spaces and newlines" {
  mkdir "$T/a b"
  touch "$T/a b/c"
  add_mount "$(jq -n --arg s "$T/a b" '{destination: "/x y\nz", source: $s, options: ["bind"]}')"
  in_container 'ls "/x y
z"'
  is c
}

@test "propagation of a bind: rslave receives, private does not, the host sees nothing" {
  mkdir -p "$T/shared" && mount -t tmpfs shared "$T/shared" && mount --make-shared "$T/shared"
  mkdir "$T/shared/late"
  edit --arg s "$T/shared" '.mounts += [{destination: "/slave", source: $s, options: ["rbind", "rslave"]}, {destination: "/private", source: $s, options: ["rbind", "rprivate"]}]'
  program sleep 1000
  rt run -d -b "$BUNDLE" "$ID"
  mount -t tmpfs late "$T/shared/late"
  local pid
  pid=$(pid_of "$ID") || true
  local seen
  seen=$(grep -oE ' /(slave|private)/late ' "/proc/$pid/mountinfo" || true)
  local optional
  optional=$(awk '$5 == "/slave" {print $7}' "/proc/$pid/mountinfo")
  umount "$T/shared/late"
  umount "$T/shared"
  [[ $status == 0 ]]
  is " /slave/late " "$seen"
  [[ $optional == master:* ]]
}

@test "propagation shared: a mount inside reaches the host" {
  mkdir -p "$T/shared" && mount -t tmpfs shared "$T/shared" && mount --make-shared "$T/shared"
  mkdir "$T/shared/inside"
  edit --arg s "$T/shared" '.linux.rootfsPropagation = "rshared" | .mounts += [{destination: "/s", source: $s, options: ["rbind", "rshared"]}, {destination: "/s/inside", type: "tmpfs", source: "from-inside"}]'
  program cat /proc/self/mountinfo
  rt run -b "$BUNDLE" "$ID"
  local seen
  seen=$(grep -c "$T/shared/inside .*from-inside" /proc/self/mountinfo || true)
  umount -l "$T/shared"
  [[ $status == 0 ]]
  is 1 "$seen"
  # … and one that the program makes later would: the mount is still a peer of the host's.
  [[ $(grep ' /s ' <<<"$output") == *" shared:"* ]]
}

@test "no mount of the container leaks to the host" {
  program sleep 1000
  create_container
  run ! grep -qF "$BUNDLE" /proc/self/mountinfo
}

@test "rootfsPropagation: the root's type" {
  edit '.linux.rootfsPropagation = "private"'
  in_container 'cut -d" " -f5,7 /proc/self/mountinfo | grep "^/ "'
  is "/ -"
  edit '.linux.rootfsPropagation = "shared"'
  in_container 'cut -d" " -f5,7 /proc/self/mountinfo | grep "^/ "'
  has "/ shared:"
  edit '.linux.rootfsPropagation = "sideways"'
  program true
  refused run -b "$BUNDLE" "$ID"
  says linux.rootfsPropagation
}

@test "the container's own root and /proc/1/root lead nowhere out" {
  in_container 'ls / | tr "\n" " "; cd /; cd ../../../..; pwd; grep -c . /proc/self/mountinfo'
  [[ $output != *boot* && $output == *$'\n'* ]]
  has "bin dev"
}

@test "read-only root" {
  edit '.root.readonly = true'
  in_container 'touch /x 2>/dev/null || echo read-only; touch /dev/shm/x && echo writable; grep " / / \| / ro" /proc/self/mountinfo | head -1 | cut -d" " -f6 | cut -d, -f1'
  has read-only writable
  [[ ! -e rootfs/x ]]
}

@test "root.path: absolute, relative with dots, with spaces" {
  edit --arg p "$BUNDLE/rootfs" '.root.path = $p'
  in_container 'echo absolute'
  is absolute
  edit '.root.path = "./x/../rootfs"'
  mkdir x
  in_container 'echo dots'
  is dots
  mv rootfs 'root fs'
  edit '.root.path = "root fs"'
  in_container 'echo spaces'
  is spaces
  mv 'root fs' rootfs
}

@test "--no-pivot" {
  sh_program 'ls /; cat /proc/mounts | grep -c proc'
  ok run --no-pivot -b "$BUNDLE" "$ID"
  has bin
  [[ $output != *boot* ]]
}

@test "--no-pivot: the host's /proc is no way around the masks" {
  # A complete procfs that is mounted anywhere would let a user namespace mount a fresh one (mount_too_revealing in the kernel).
  use_probe
  edit '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN", "CAP_SETFCAP"])'
  sh_program 'cat /proc/self/mountinfo | grep -c " - proc "; probe fresh-proc'
  local option without=()
  for option in "" --no-pivot; do
    # shellcheck disable=SC2086 # none or one
    ok run $option -b "$BUNDLE" "$ID"
    without+=("$output")
  done
  has EPERM
  is "${without[0]}" "${without[1]}"
}

@test "a root that is a mount point, also shared" {
  mount --bind rootfs rootfs && mount --make-shared "$BUNDLE/rootfs"
  program echo hello
  rt run -b "$BUNDLE" "$ID"
  umount "$BUNDLE/rootfs"
  [[ $status == 0 ]]
  is hello
}

@test "a setgid root: the directories that are made still get mode 755" {
  chmod 2755 rootfs
  add_mount '{"destination": "/made/here", "type": "tmpfs", "source": "tmpfs", "options": ["mode=700"]}'
  in_container true
  [[ $(stat -c %a rootfs/made) == 755 || $(stat -c %a rootfs/made) == 2755 ]]
}

@test "a hundred mounts" {
  edit '.mounts += [range(100) | {destination: "/many/\(.)", type: "tmpfs", source: "tmpfs", options: ["size=4k"]}]'
  in_container 'grep -c " /many/" /proc/self/mountinfo'
  is 100
}

@test "without a mount namespace: no mount of the host's is changed, no node stays in the bundle" {
  drop_namespace mount
  edit 'del(.linux.maskedPaths, .linux.readonlyPaths) | .root.readonly = true
    | .linux.devices = [{path: "/dev/own-node", type: "c", major: 1, minor: 3}]'
  local before
  before=$(awk '$5 == "/"' /proc/self/mountinfo)
  in_container 'echo written >/file; ls -d /dev/own-node 2>/dev/null || true'
  is ""
  [[ $(<"$BUNDLE/rootfs/file") == written && ! -e $BUNDLE/rootfs/dev/own-node ]]
  is "$before" "$(awk '$5 == "/"' /proc/self/mountinfo)"
  run ! grep -F "$BUNDLE" /proc/self/mountinfo
}
