# SPDX-License-Identifier: Apache-2.0
# root, and linux.rootfsPropagation.

#: root.readonly true: the root cannot be written to
read_only() {
  config '.root.readonly = true'
  check root.readonly
}

#: root.readonly true: mounts on it can be
read_only_with_mounts() {
  config '.root.readonly = true'
  add_mount '{"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"}'
  inside open /new c ';' open /tmp/new c ';' open /dev/shm/new c
  is $'open /new: EROFS\nopen /tmp/new: ok\nopen /dev/shm/new: ok' "$output"
}

#: root.readonly false: the root can be written to
writable() {
  config '.root.readonly = false'
  inside write /new text
  is 'write /new: ok' "$output"
  is text "$(cat "$ROOTFS/new")"
}

#: root.path that is absolute
path_absolute() {
  mv "$ROOTFS" "$T/elsewhere"
  config --arg path "$T/elsewhere" '.root.path = $path'
  inside say found
  is found "$output"
}

#: root.path of any name, relative to the bundle
path_relative() {
  mkdir "$BUNDLE/deep"
  mv "$ROOTFS" "$BUNDLE/deep/tree"
  config '.root.path = "deep/tree"'
  inside say found
  is found "$output"
}

#: root.path that does not exist is refused
path_missing() {
  config '.root.path = "none"'
  never_runs
}

#: root.path that is a file is refused
path_is_a_file() {
  config '.root.path = "config.json"'
  never_runs
}

#: nothing of the host's tree can be reached from the root
host_is_out_of_reach() {
  touch "$BUNDLE/outside"
  inside stat /../outside ';' list / ';' link /proc/self/root
  has '/../outside: ENOENT'
  has '/proc/self/root -> /'
}

# propagation VALUE : the checker's view of the root mount.
propagation() {
  config --arg value "$1" '.linux.rootfsPropagation = $value'
  check linux.rootfsPropagation
}

#: rootfsPropagation shared
propagation_shared() { propagation shared; }

#: rootfsPropagation slave
propagation_slave() { propagation slave; }

#: rootfsPropagation private
propagation_private() { propagation private; }

#: rootfsPropagation unbindable
propagation_unbindable() { propagation unbindable; }

# mount_seen VALUE OPTION : of a mount that is made on the host below a shared directory after start.
mount_seen() {
  needs root tool:mount
  mkdir "$T/shared" "$ROOTFS/data"
  mount -t tmpfs tmpfs "$T/shared"
  at_end umount -R "$T/shared"
  mount --make-shared "$T/shared"
  mkdir "$T/shared/late"
  config --arg source "$T/shared" --arg option "$1" \
    '.linux.rootfsPropagation = "rslave" | .mounts += [{destination: "/data", source: $source, options: ["rbind", $option]}]'
  runs
  mount -t tmpfs late "$T/shared/late"
  is "$2" "$(grep -c ' /data/late ' "/proc/$(pid)/mountinfo" || true)"
}

#: a bind with rslave receives later mounts of the host
slave_receives() { mount_seen rslave 1; }

#: a bind with rprivate does not
private_does_not_receive() { mount_seen rprivate 0; }

#: the container's own mounts do not reach the host
no_mount_reaches_the_host() {
  needs root
  runs
  is '' "$(grep -F " $T/" /proc/self/mountinfo || true)"
}

#: a bind with rshared sends the container's mounts to the host
shared_sends() {
  needs root tool:mount
  mkdir "$T/shared" "$ROOTFS/data"
  mount -t tmpfs tmpfs "$T/shared"
  at_end umount -R "$T/shared"
  mount --make-shared "$T/shared"
  mkdir "$T/shared/inner"
  config --arg source "$T/shared" '.process.capabilities[] += ["CAP_SYS_ADMIN"] | .linux.rootfsPropagation = "rshared"
    | .mounts += [{destination: "/data", source: $source, options: ["rbind", "rshared"]}]'
  program tmpfs /data/inner ';' wait
  create
  start
  until_true grep -q waiting "$T/seen"
  grep -q " $T/shared/inner " /proc/self/mountinfo
}
