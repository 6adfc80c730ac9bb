# SPDX-License-Identifier: Apache-2.0
# linux.namespaces: new, inherited, joined; hostname and domainname, which live in one of them.

#: new ones for pid, network, ipc, uts and mount
new() { check linux.namespaces; }

#: a new cgroup namespace
new_cgroup() {
  needs file:/proc/self/ns/cgroup
  add_namespace cgroup
  check linux.namespaces
}

#: in a new cgroup namespace the own cgroup is the root
cgroup_root() {
  needs file:/proc/self/ns/cgroup
  add_namespace cgroup
  inside cat /proc/self/cgroup
  not grep -vE ':/$' <<<"$output"
}

#: the network namespace of the caller
inherited_network() {
  drop_namespace network
  config 'del(.mounts[] | select(.type == "sysfs"))'
  check linux.namespaces
}

#: the ipc namespace of the caller
inherited_ipc() {
  drop_namespace ipc
  config 'del(.mounts[] | select(.type == "mqueue"))'
  check linux.namespaces
}

#: the uts namespace of the caller
inherited_uts() {
  drop_namespace uts
  config 'del(.hostname)'
  check linux.namespaces
}

#: the pid namespace of the caller
inherited_pid() {
  needs root
  drop_namespace pid
  check linux.namespaces
}

# joined TYPE FILE : a namespace of this type of another container, by the path of its process.
joined() {
  needs root
  runs
  join_namespace "$1" "/proc/$(pid)/ns/$2"
  [[ $1 != uts ]] || config 'del(.hostname)'
  program check "linux.namespaces.$1"
  cp "$BUNDLE/config.json" "$T/host.json" "$ROOTFS/"
  create_as "$ID-2"
  start "$ID-2"
  finish
  judge
}

#: a network namespace by path
joined_network() { joined network net; }

#: an ipc namespace by path
joined_ipc() { joined ipc ipc; }

#: a uts namespace by path
joined_uts() { joined uts uts; }

#: a pid namespace by path
joined_pid() { joined pid pid; }

#: a cgroup namespace by path
joined_cgroup() {
  needs file:/proc/self/ns/cgroup
  add_namespace cgroup
  joined cgroup cgroup
}

#: a network namespace by the path of a bind mount, as ip-netns(8) makes it
joined_bind_mount() {
  needs root tool:unshare
  touch "$T/netns"
  unshare --net="$T/netns" true
  at_end umount "$T/netns"
  join_namespace network "$T/netns"
  program check linux.namespaces.network
  cp "$BUNDLE/config.json" "$T/host.json" "$ROOTFS/"
  create
  start
  finish
  judge
}

#: a path of another type is refused
path_of_another_type() {
  config --arg path /proc/self/ns/uts '(.linux.namespaces[] | select(.type == "network")).path = $path'
  never_runs
}

#: a path that does not exist is refused
path_missing() {
  config '(.linux.namespaces[] | select(.type == "network")).path = "/no/such/namespace"'
  never_runs
}

#: a path that is no namespace is refused
path_is_a_file() {
  config '(.linux.namespaces[] | select(.type == "ipc")).path = "/etc/passwd"'
  never_runs
}

#: a type that is given twice is refused
twice() {
  add_namespace uts
  never_runs
}

#: hostname
hostname() {
  config '.hostname = "a-name.example"'
  check hostname
}

#: hostname leaves the caller's alone
hostname_of_the_caller() {
  local before
  before=$(uname -n)
  check hostname
  is "$before" "$(uname -n)"
}

#: domainname
domainname() {
  config '.domainname = "example.org"'
  check domainname
}

#: in a new pid namespace, procfs shows the container's processes alone
own_processes() {
  inside session ';' stat /proc/1 ';' stat /proc/2
  has 'pid 1 '
  has '/proc/1: d'
  has '/proc/2: ENOENT'
}

#: in a new network namespace there is lo alone
own_network() {
  inside list /sys/class/net
  is '/sys/class/net: lo' "$output"
}
