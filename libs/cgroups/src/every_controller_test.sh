#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# every_controller_test.sh CGROUPS_TEST: runs the tests that use this machine's cgroups once more where all of v1's
# controllers are mounted, which few machines do: in a mount namespace of its own. Controllers that v2 or another mount
# holds stay out. 77: not to be done here.
set -euo pipefail

more=(hugetlb net_cls net_prio perf_event rdma misc)

# Mounts what is missing into a copy of /sys/fs/cgroup, and runs the rest of the line there.
if [[ ${1:-} == --inside ]]; then
  copy=$(mktemp -d)
  mount -t tmpfs -o mode=755 tmpfs "$copy"
  for dir in /sys/fs/cgroup/*/; do
    mkdir "$copy/$(basename "$dir")"
    mount --bind "$dir" "$copy/$(basename "$dir")"
  done
  for controller in "${more[@]}"; do
    [[ -e $copy/$controller ]] && continue
    mkdir "$copy/$controller"
    mount -t cgroup -o "$controller" cgroup "$copy/$controller" 2>/dev/null || rmdir "$copy/$controller"
  done
  mount --move "$copy" /sys/fs/cgroup
  rmdir "$copy"
  "${@:2}"
  exit
fi

# A hierarchy whose last cgroup was still going away when it was unmounted stays behind; a later unmount ends it.
let_go() { # CONTROLLER
  grep -q "^cgroup .*[ ,]$1[ ,]" /proc/self/mounts && return # the machine's own
  for _ in {1..20}; do
    grep -q ":$1:" /proc/self/cgroup || return 0
    # shellcheck disable=SC2016 # for the shell inside
    unshare --mount --propagation private sh -c 'mount -t cgroup -o "$1" cgroup /mnt && sleep 0.1; umount /mnt' sh "$1"
    sleep 0.2
  done
}

[[ $EUID == 0 ]] || { echo "mounting hierarchies needs root"; exit 77; }
[[ -e /sys/fs/cgroup/cgroup.controllers ]] && { echo "all controllers are v2's"; exit 77; }
status=0
unshare --mount --propagation private "$0" --inside "$1" --gtest_filter='*MachineTest*/All' || status=$?
for controller in "${more[@]}"; do let_go "$controller"; done
exit "$status"
