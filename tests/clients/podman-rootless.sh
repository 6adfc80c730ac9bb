#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs a container runtime under rootless podman: root makes an ordinary user for it and
# removes the user afterwards; an ordinary user tests as itself.
# usage: podman-rootless.sh RUNTIME [CASE...]   (see lib.sh for the variables)
# shellcheck disable=SC1091,SC2034,SC2317 # lib.sh is sourced, and calls cases and their functions by name
set -euo pipefail
. "$(dirname "$0")/lib.sh"
[[ $(id -u) == 0 ]] || exec bash "$HERE/podman.sh" "$@"
need podman:podman conmon:conmon slirp4netns:slirp4netns newuidmap:uidmap useradd:passwd runuser:util-linux
set_runtime "$@"
isolate "$@"
shift

user=ocitest$$
client_cleanup() {
  local pid
  for pid in $(pgrep -u "$user"); do kill -KILL "$pid"; done
  sleep 0.5
  userdel "$user"
}
mkdir "$TMP/work"
useradd -M -d "$TMP/work" -s /bin/bash "$user"
grep -q "^$user:" /etc/subuid || usermod --add-subuids 200000-265535 --add-subgids 200000-265535 "$user"
chown "$user:" "$TMP/work"
# Where udev has not opened them, give the user devices of its own.
open_device() {
  [[ -c $1 && $(stat -c %a "$1") != 666 ]] || return 0
  mknod -m 666 "$TMP/${1##*/}" c "$2" "$3" && mount --bind "$TMP/${1##*/}" "$1"
}
open_device /dev/net/tun 10 200
open_device /dev/fuse 10 229
# The user must reach the runtime and the tests, wherever they lie: give it copies.
install -m 755 "$RUNTIME" "$TMP/$(basename "$RUNTIME")"
install -m 755 -t "$TMP" "$HERE/lib.sh" "$HERE/podman.sh"
cd "$TMP"
runuser -u "$user" -- env -u XDG_RUNTIME_DIR HOME="$TMP/work" CLIENTS_TMP="$TMP/work" CGROUP_MANAGER=cgroupfs \
  CASE_TIMEOUT="$CASE_TIMEOUT" TIMES="${TIMES:-}" BENCH="${BENCH:-}" bash "$TMP/podman.sh" "$TMP/$(basename "$RUNTIME")" "$@"
