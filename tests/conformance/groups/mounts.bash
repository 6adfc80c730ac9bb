# SPDX-License-Identifier: Apache-2.0
# mounts: kinds, options, order, where they land.

# with_source : $T/source with a file, and below it a mount with another; /data to put it on.
with_source() {
  mkdir -p "$T/source/below" "$ROOTFS/data"
  echo top >"$T/source/file"
  chmod 777 "$T/source"
}
with_submount() {
  needs root tool:mount
  with_source
  mount -t tmpfs below "$T/source/below"
  at_end umount "$T/source/below"
  echo below >"$T/source/below/file"
}
# bind OPTION… : $T/source on /data.
bind() {
  config --arg source "$T/source" '.mounts += [{destination: "/data", type: "none", source: $source, options: $ARGS.positional}]' --args -- "$@"
}

#: the default ones: procfs, tmpfs, devpts, mqueue, sysfs, with their options
defaults() { check mounts; }

#: bind of a directory
bind_directory() {
  with_source
  bind bind
  inside cat /data/file ';' write /data/new text
  is $'top\nwrite /data/new: ok' "$output"
  is text "$(cat "$T/source/new")"
}

#: bind of a file
bind_file() {
  with_source
  add_mount '{"destination": "/etc/name", "source": "'"$T/source/file"'", "options": ["bind"]}'
  inside cat /etc/name
  is top "$output"
}

#: bind with ro
bind_read_only() {
  with_source
  bind bind ro
  check mounts
}

#: bind with ro refuses writing
bind_read_only_refuses() {
  with_source
  bind bind ro
  inside write /data/new text ';' cat /data/file
  is $'write /data/new: EROFS\ntop' "$output"
}

#: bind with nosuid, nodev, noexec
bind_flags() {
  with_source
  bind bind nosuid nodev noexec
  check mounts
}

#: noexec refuses execution, exec allows it
noexec() {
  with_source
  cp "$CHECKER" "$T/source/program"
  bind bind noexec
  inside execute /data/program
  is 'execute /data/program: EACCES' "$output"
  becomes stopped
  ok delete "$ID"
  config '.mounts[-1].options = ["bind"]'
  inside execute /data/program
  is 'execute /data/program: ok' "$output"
}

#: bind of a relative source, from the bundle
bind_relative() {
  mkdir "$BUNDLE/beside" "$ROOTFS/data"
  echo beside >"$BUNDLE/beside/file"
  add_mount '{"destination": "/data", "source": "beside", "options": ["bind"]}'
  cd /
  inside cat /data/file
  is beside "$output"
}

#: bind leaves mounts below the source out
bind_alone() {
  with_submount
  bind bind
  inside list /data/below
  is '/data/below:' "$output"
}

#: rbind takes mounts below the source along
rbind() {
  with_submount
  bind rbind
  inside cat /data/below/file
  is below "$output"
}

#: rbind with ro: the top mount alone
ro_is_for_the_top() {
  with_submount
  bind rbind ro
  inside write /data/new x ';' write /data/below/new x
  is $'write /data/new: EROFS\nwrite /data/below/new: ok' "$output"
}

#: rbind with rro: the mounts below it, too
rro() {
  needs option:rro
  with_submount
  bind rbind rro
  inside write /data/new x ';' write /data/below/new x
  is $'write /data/new: EROFS\nwrite /data/below/new: EROFS' "$output"
}

#: rbind with rnosuid, rnodev, rnoexec
recursive_flags() {
  needs option:rnosuid option:rnodev option:rnoexec
  with_submount
  bind rbind rnosuid rnodev rnoexec
  check mounts
}

#: tmpfs with size and mode
tmpfs() {
  mkdir "$ROOTFS/data"
  add_mount '{"destination": "/data", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "noexec", "size=64k", "mode=1770"]}'
  check mounts
}

#: tmpfs with ro
tmpfs_read_only() {
  mkdir "$ROOTFS/data"
  add_mount '{"destination": "/data", "type": "tmpfs", "source": "tmpfs", "options": ["ro"]}'
  check mounts
  inside_again open /data/new c
  is 'open /data/new: EROFS' "$output"
}
inside_again() {
  becomes stopped
  ok delete "$ID"
  inside "$@"
}

#: noatime, relatime, strictatime, nodiratime
atime() {
  mkdir "$ROOTFS"/{no,rel,strict,nodir}
  config '.mounts += [
    {destination: "/no", type: "tmpfs", source: "tmpfs", options: ["noatime"]},
    {destination: "/rel", type: "tmpfs", source: "tmpfs", options: ["relatime"]},
    {destination: "/strict", type: "tmpfs", source: "tmpfs", options: ["strictatime"]},
    {destination: "/nodir", type: "tmpfs", source: "tmpfs", options: ["nodiratime"]}]'
  check mounts
}

#: procfs with ro
proc_read_only() {
  config '(.mounts[] | select(.type == "proc")).options = ["nosuid", "nodev", "noexec", "ro"] | .linux.readonlyPaths = []'
  check mounts
}

#: sysfs shows the container's network namespace
sysfs() {
  inside list /sys/class/net
  is '/sys/class/net: lo' "$output"
}

#: devpts is a new instance
devpts() {
  inside list /dev/pts ';' stat /dev/pts/ptmx
  is $'/dev/pts: ptmx\n/dev/pts/ptmx: c 666 0:0 5:2' "$output"
}

#: mqueue is that of the container's ipc namespace
mqueue() {
  inside list /dev/mqueue ';' write /dev/mqueue/queue ''
  has '/dev/mqueue:'
  not ls /dev/mqueue/queue
}

#: entries are mounted in their order: the second is on top
order_same_place() {
  with_source
  add_mount '{"destination": "/data", "type": "tmpfs", "source": "tmpfs"}'
  bind bind
  inside cat /data/file
  is top "$output"
}

#: entries are mounted in their order: one below another
order_nested() {
  with_source
  mkdir "$ROOTFS/outer"
  add_mount '{"destination": "/outer", "type": "tmpfs", "source": "tmpfs"}'
  add_mount '{"destination": "/outer/inner", "source": "'"$T/source"'", "options": ["bind"]}'
  inside cat /outer/inner/file ';' list /outer
  is $'top\n/outer: inner' "$output"
}

#: a destination that does not exist is made: a directory, with those above it
destination_directory() {
  with_source
  add_mount '{"destination": "/made/up/here", "source": "'"$T/source"'", "options": ["bind"]}'
  inside cat /made/up/here/file
  is top "$output"
}

#: a destination that does not exist is made: a file for a file
destination_file() {
  with_source
  add_mount '{"destination": "/made/file", "source": "'"$T/source/file"'", "options": ["bind"]}'
  inside cat /made/file
  is top "$output"
}

#: a symbolic link in a destination is followed within the root
destination_symlink() {
  with_source
  ln -s / "$ROOTFS/link"
  ln -s /etc "$ROOTFS/absolute"
  mkdir "$ROOTFS/etc/place"
  add_mount '{"destination": "/absolute/place", "source": "'"$T/source"'", "options": ["bind"]}'
  add_mount '{"destination": "/link/tmp", "source": "'"$T/source"'", "options": ["bind"]}'
  inside cat /etc/place/file ';' cat /tmp/file
  is $'top\ntop' "$output"
}

#: a symbolic link out of the root does not lead a mount out of it
destination_escape() {
  mkdir "$T/victim"
  ln -s "$T/victim" "$ROOTFS/link"
  add_mount '{"destination": "/link/made", "type": "tmpfs", "source": "tmpfs"}'
  program list /link
  call_with_output create --bundle "$BUNDLE" "$ID"
  is '' "$(ls -A "$T/victim")"
  [[ $status != 0 ]] || start
  finish
  is '' "$(ls -A "$T/victim")"
}

#: ".." in a destination does not leave the root
destination_dots() {
  mkdir "$BUNDLE/victim"
  add_mount '{"destination": "/../victim/made", "type": "tmpfs", "source": "tmpfs"}'
  program list /
  call_with_output create --bundle "$BUNDLE" "$ID"
  [[ $status != 0 ]] || start
  finish
  is '' "$(ls -A "$BUNDLE/victim")"
}

#: a source that does not exist is refused
source_missing() {
  add_mount '{"destination": "/tmp", "source": "/no/such/source", "options": ["bind"]}'
  never_runs
}

#: a directory cannot be bound on a file
directory_on_file() {
  with_source
  touch "$ROOTFS/file"
  add_mount '{"destination": "/file", "source": "'"$T/source"'", "options": ["bind"]}'
  never_runs
}

#: a file system that the kernel does not know is refused
unknown_type() {
  add_mount '{"destination": "/tmp", "type": "nosuchfs", "source": "x"}'
  never_runs
}

#: an option that the file system does not know is refused
unknown_option() {
  add_mount '{"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuch=1"]}'
  never_runs
}

#: propagation of single mounts: shared, private, slave, unbindable
propagation() {
  mkdir "$ROOTFS"/{a,b,c,d}
  config '.mounts += [
    {destination: "/a", type: "tmpfs", source: "tmpfs", options: ["shared"]},
    {destination: "/b", type: "tmpfs", source: "tmpfs", options: ["private"]},
    {destination: "/c", type: "tmpfs", source: "tmpfs", options: ["slave"]},
    {destination: "/d", type: "tmpfs", source: "tmpfs", options: ["unbindable"]}]'
  check mounts
}

#: tmpcopyup: a tmpfs begins with what it covers
tmpcopyup() {
  needs option:tmpcopyup
  mkdir -p "$ROOTFS/data/sub"
  echo covered >"$ROOTFS/data/sub/file"
  chmod 750 "$ROOTFS/data/sub"
  add_mount '{"destination": "/data", "type": "tmpfs", "source": "tmpfs", "options": ["tmpcopyup"]}'
  inside cat /data/sub/file ';' stat /data/sub ';' write /data/new x
  is $'covered\n/data/sub: d 750 0:0\nwrite /data/new: ok' "$output"
  not ls "$ROOTFS/data/new"
}

#: nosymfollow
nosymfollow() {
  needs option:nosymfollow
  with_source
  ln -s file "$T/source/link"
  bind bind nosymfollow
  inside open /data/link r ';' cat /data/file
  is $'open /data/link: ELOOP\ntop' "$output"
}

#: remount changes the options of an earlier entry
remount() {
  mkdir "$ROOTFS/data"
  add_mount '{"destination": "/data", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid"]}'
  add_mount '{"destination": "/data", "type": "tmpfs", "source": "tmpfs", "options": ["remount", "nosuid", "ro"]}'
  inside open /data/new c
  is 'open /data/new: EROFS' "$output"
}

#: a cgroup mount shows the container's cgroups
cgroup() {
  needs root file:/proc/self/ns/cgroup
  add_namespace cgroup
  add_mount '{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["nosuid", "noexec", "nodev", "relatime", "ro"]}'
  runs
  until_true grep -q waiting "$T/seen"
  local mounts
  mounts=$(grep -E '^[0-9]+ [0-9]+ [0-9:]+ [^ ]+ /sys/fs/cgroup' "/proc/$(pid)/mountinfo")
  grep -qE ' - cgroup2? ' <<<"$mounts"
  not grep -E ' - cgroup2? ' <<<"$(grep -vE ' ro,[^ ]* ' <<<"$mounts")"
}

#: a hundred mounts
many() {
  mkdir "$ROOTFS/many"
  config '.mounts += [range(100) | {destination: "/many/\(.)", type: "tmpfs", source: "tmpfs", options: ["size=4k"]}]'
  check mounts
}

#: names with spaces and other characters
names() {
  mkdir "$BUNDLE/a b" "$ROOTFS/with space"
  echo found >"$BUNDLE/a b/ü\\x"
  add_mount '{"destination": "/with space", "source": "a b", "options": ["bind", "ro"]}'
  inside cat '/with space/ü\x'
  is found "$output"
}
