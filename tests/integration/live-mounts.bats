#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# `mounts add` and `mounts remove`: what a running container sees, and that all or none of a list is done.

load helpers

setup() { make_bundle; }
teardown() { clean_up; }

# mounts JSON : writes the list to $LIST.
mounts() {
  LIST=$T/mounts.json
  jq -n "$1" --arg source "$T/source" >"$LIST"
}
# lacks TEXT… : the last call's output contains none of them.
lacks() {
  local text
  for text; do
    [[ $output != *"$text"* ]] || { echo "not expected: $text" >&2; report "(last call)"; return 1; }
  done
}
mountinfo() { ok exec "$ID" cat /proc/self/mountinfo; }

source_tree() {
  mkdir "$T/source"
  echo text >"$T/source/file"
  chmod 711 "$T"
}

add_and_remove() {
  mounts '[{destination: "/new/bound", type: "bind", source: $source, options: ["bind", "ro"]},
           {destination: "/new/file", type: "bind", source: "\($source)/file", options: ["rbind"]},
           {destination: "/new/memory", type: "tmpfs", source: "tmpfs", options: ["size=1m", "mode=700", "nosuid"]}]'
  ok mounts add "$ID" "$LIST"
  ok exec "$ID" sh -c 'cat /new/bound/file /new/file; touch /new/memory/x; stat -c "%a %u" /new/memory; touch /new/bound/x 2>&1; true'
  is $'text\ntext\n700 0\ntouch: /new/bound/x: Read-only file system'
  mountinfo
  is 1 "$(grep -c ' /new/memory .*nosuid.* - tmpfs tmpfs .*size=1024k' "$OUT")"
  ok mounts remove "$ID" "$LIST"
  mountinfo
  lacks " /new/"
}

@test "a bind, a file and a tmpfs come and go" {
  source_tree
  sleeper
  add_and_remove
  is 1 "$(find "$T/source" -type f | wc -l)"
}

@test "in a user namespace, with a source that only the caller reaches" {
  source_tree
  chmod 700 "$T/source"
  edit '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
    .linux.gidMappings = .linux.uidMappings'
  chown -R 100000:100000 rootfs
  sleeper
  mounts '[{destination: "/new/bound", type: "bind", source: $source, options: ["rbind"]}, {destination: "/new/memory", type: "tmpfs", source: "tmpfs"}]'
  ok mounts add "$ID" "$LIST"
  mountinfo
  has " /new/bound "
  ok exec "$ID" sh -c 'stat -c %u /new/memory; touch /new/memory/x'
  is 0
  ok mounts remove "$ID" "$LIST"
  mountinfo
  lacks " /new/"
}

@test "an id-mapped bind" {
  source_tree
  sleeper
  mounts '[{destination: "/new", type: "bind", source: $source, options: ["bind"],
            uidMappings: [{containerID: 0, hostID: 4321, size: 1}], gidMappings: [{containerID: 0, hostID: 8765, size: 1}]}]'
  ok mounts add "$ID" "$LIST"
  ok exec "$ID" stat -c '%u %g' /new/file
  is "4321 8765"
}

@test "all or none" {
  source_tree
  sleeper
  mounts '[{destination: "/one", type: "tmpfs", source: "tmpfs"},
           {destination: "/two", type: "bind", source: $source, options: ["bind"]},
           {destination: "/three", type: "no-such-fs", source: "x"}]'
  refused mounts add "$ID" "$LIST"
  says "mounts[2]" no-such-fs
  mounts '[{destination: "/one", type: "tmpfs", source: "tmpfs"}, {destination: "/two", type: "bind", source: "/no/such/source", options: ["bind"]}]'
  refused mounts add "$ID" "$LIST"
  says "mounts[1]" /no/such/source "source of the bind does not exist on the host"
  mountinfo
  lacks "/one " "/two " "/three "
}

@test "links of the container lead nowhere else" {
  source_tree
  mkdir "$T/outside"
  ln -s "$T/outside" rootfs/absolute
  ln -s ../../../../../../.."$T/outside" rootfs/relative
  ln -s /proc/sys rootfs/procfs
  sleeper
  mounts '[{destination: "/absolute/a", type: "bind", source: $source, options: ["bind"]},
           {destination: "/relative/b", type: "bind", source: $source, options: ["bind"]}]'
  ok mounts add "$ID" "$LIST"
  ok exec "$ID" cat "$T/outside/a/file" "$T/outside/b/file"
  is $'text\ntext'
  is '' "$(ls -A "$T/outside")"
  ok mounts remove "$ID" "$LIST"
  mountinfo
  lacks outside
  mounts '[{destination: "/procfs", type: "tmpfs", source: "tmpfs"}]'
  refused mounts add "$ID" "$LIST"
  says procfs
  mounts '[{destination: "/proc/sys", type: "tmpfs", source: "tmpfs"}]'
  refused mounts add "$ID" "$LIST"
  says /proc
}

@test "in a created and in a paused container; not in a stopped one, not in the host's tree" {
  source_tree
  mounts '[{destination: "/new", type: "bind", source: $source, options: ["bind"]}]'
  sh_program 'cat /new/file; sleep 1000'
  create_container
  ok mounts add "$ID" "$LIST"
  ok start "$ID"
  wait_until test -s "$CONTAINER_OUT"
  is text "$(cat "$CONTAINER_OUT")"
  if ok pause "$ID" 2>/dev/null; then
    ok mounts remove "$ID" "$LIST"
    ok resume "$ID"
  fi
  ok kill "$ID" KILL
  wait_until has_status "$ID" stopped
  refused mounts add "$ID" "$LIST"
  says "stopped container"
  ok delete "$ID"
  refused mounts add "$ID" "$LIST"
  says "$ID" "does not exist"
  drop_namespace mount
  edit 'del(.mounts, .linux.maskedPaths, .linux.readonlyPaths, .linux.devices)'
  sleeper
  refused mounts add "$ID" "$LIST"
  says "no mount namespace"
}

@test "lists that are none, and what cannot be in one" {
  local list
  sleeper
  for list in '{}' '[1]' '[{"type": "tmpfs"}]' '[{"destination": "/x", "options": 1}]' 'nothing'; do
    printf '%s' "$list" >"$T/list"
    refused mounts add "$ID" "$T/list"
    says "$T/list"
  done
  printf '[{"type": "tmpfs"}]' >"$T/list"
  refused mounts add "$ID" "$T/list"
  says '[0].destination'
  refused mounts add "$ID" "$T/no-such-file"
  says "$T/no-such-file"
  refused mounts change "$ID" "$T/list"
  says change add remove
  mounts '[{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup"}]'
  refused mounts add "$ID" "$LIST"
  says '[0].type'
  mounts '[{destination: "/", type: "tmpfs", source: "tmpfs"}]'
  refused mounts remove "$ID" "$LIST"
  says '[0].destination'
  mounts '[{destination: "/dev", type: "bind", source: "/dev", options: ["remount", "ro"]}]'
  refused mounts add "$ID" "$LIST"
  says '[0].options'
  mounts '[{destination: "/etc", type: "tmpfs", source: "tmpfs"}]'
  refused mounts remove "$ID" "$LIST"
  says /etc
  says "nothing is mounted there"
  printf '[]' >"$T/list"
  STDIN=$T/list ok mounts add "$ID" -
}
