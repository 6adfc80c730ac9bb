# SPDX-License-Identifier: Apache-2.0
# linux.sysctl: parameters of the container's namespaces.

#: of the network namespace
network() {
  config '.linux.sysctl = {"net.ipv4.ip_forward": "1", "net.core.somaxconn": "256", "net.ipv4.ip_local_port_range": "20000 30000"}'
  check linux.sysctl
}

#: of the ipc namespace
ipc() {
  config '.linux.sysctl = {"kernel.msgmax": "12345", "kernel.shmmni": "99", "kernel.sem": "250 32000 100 128", "fs.mqueue.msg_max": "20"}'
  check linux.sysctl
}

#: the caller's own parameters stay as they are
caller() {
  local before
  before=$(cat /proc/sys/kernel/msgmax)
  config '.linux.sysctl = {"kernel.msgmax": "12346"}'
  check linux.sysctl
  is "$before" "$(cat /proc/sys/kernel/msgmax)"
}

#: with /proc/sys read-only
with_read_only_path() {
  config '.linux.sysctl = {"net.ipv4.ip_forward": "1"} | .linux.readonlyPaths = ["/proc/sys"]'
  check linux.sysctl linux.readonlyPaths
}

#: one that does not exist is refused
missing() {
  config '.linux.sysctl = {"net.ipv4.nosuch": "1"}'
  never_runs
}

#: a value that the kernel does not take is refused
bad_value() {
  config '.linux.sysctl = {"net.ipv4.ip_forward": "many"}'
  never_runs
}
