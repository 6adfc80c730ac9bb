# SPDX-License-Identifier: Apache-2.0
# A user namespace: mappings, who root is, what the container may still do.

# mapped : a user namespace whose ids begin at 100000.
mapped() {
  needs root userns
  add_namespace user
  config '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 65536}]'
}

#: everything that the checker knows, in a user namespace
everything() {
  mapped
  check
}

#: uidMappings and gidMappings
mappings() {
  mapped
  check linux.namespaces linux.uidMappings linux.gidMappings
}

#: several mappings
several_mappings() {
  mapped
  config '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 10}, {containerID: 10, hostID: 300000, size: 5}, {containerID: 1000, hostID: 400000, size: 1}]
    | .process.user = {uid: 1000, gid: 10}'
  check linux.uidMappings process.user
}

#: the program runs as the mapped user on the host
host_ids() {
  mapped
  config '.process.user = {uid: 5, gid: 6}'
  runs
  is '100005 200006' "$(stat -c '%u %g' "/proc/$(pid)/mem")"
}

#: files of the host's root belong to nobody
foreign_owner() {
  mapped
  inside stat /checker
  has '65534:65534'
}

#: what the program makes belongs to the mapped ids
new_files() {
  mapped
  mkdir -m 777 "$ROOTFS/data"
  inside open /data/new c ';' stat /data/new
  has '/data/new: - 644 0:0'
  is '100000 200000' "$(stat -c '%u %g' "$ROOTFS/data/new")"
}

#: the default devices are there and work
devices() {
  mapped
  check default-devices
}

#: masked and read-only paths
paths() {
  mapped
  check linux.maskedPaths linux.readonlyPaths
}

#: capabilities within the namespace
capabilities() {
  mapped
  config '.process.capabilities |= with_entries(.value += ["CAP_SYS_ADMIN", "CAP_NET_ADMIN"])'
  check process.capabilities
}

#: hostname, sysctls and mounts with the namespaces that the user namespace owns
owned_namespaces() {
  mapped
  config '.linux.sysctl = {"net.ipv4.ip_forward": "1"}'
  check hostname linux.sysctl mounts
}

#: joined by path, together with the network namespace that it owns
joined() {
  mapped
  runs
  config 'del(.linux.uidMappings, .linux.gidMappings)'
  join_namespace user "/proc/$(pid)/ns/user"
  join_namespace network "/proc/$(pid)/ns/net"
  program check linux.namespaces
  cp "$BUNDLE/config.json" "$T/host.json" "$ROOTFS/"
  create_as "$ID-2"
  start "$ID-2"
  finish
  judge
}

#: a uid that is not mapped is refused
unmapped_uid() {
  mapped
  config '.process.user.uid = 70000'
  never_runs
}

#: bind mounts of what only the host's root can reach
private_source() {
  mapped
  mkdir -m 700 "$T/private"
  mkdir "$T/private/data"
  echo treasure >"$T/private/data/file"
  mkdir "$ROOTFS/data"
  add_mount "$(jq -n --arg source "$T/private/data" '{destination: "/data", type: "bind", source: $source, options: ["bind"]}')"
  inside cat /data/file
  is treasure "$output"
}
