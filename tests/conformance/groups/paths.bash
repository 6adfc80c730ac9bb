# SPDX-License-Identifier: Apache-2.0
# linux.maskedPaths and linux.readonlyPaths.

#: the default ones of procfs and sysfs
defaults() { check linux.maskedPaths linux.readonlyPaths; }

#: a masked file reads as empty
masked_file() {
  echo treasure >"$ROOTFS/etc/secret"
  config '.linux.maskedPaths = ["/etc/secret"]'
  inside open /etc/secret r ';' cat /etc/secret
  not has treasure
}

#: a masked directory is empty
masked_directory() {
  mkdir "$ROOTFS/etc/secrets"
  touch "$ROOTFS/etc/secrets/one"
  config '.linux.maskedPaths = ["/etc/secrets"]'
  inside stat /etc/secrets/one
  not has ': -' "$output"
}

#: what is masked cannot be written to in its place
masked_is_unchanged() {
  echo treasure >"$ROOTFS/etc/secret"
  config '.linux.maskedPaths = ["/etc/secret"]'
  inside write /etc/secret changed
  is treasure "$(cat "$ROOTFS/etc/secret")"
}

#: masked paths that do not exist are no error
masked_missing() {
  config '.linux.maskedPaths = ["/no/such/path", "/etc/none"]'
  inside say ran
  is ran "$output"
}

#: a read-only file
read_only_file() {
  echo text >"$ROOTFS/etc/file"
  config '.linux.readonlyPaths = ["/etc/file"]'
  inside open /etc/file w ';' cat /etc/file
  is $'open /etc/file: EROFS\ntext' "$output"
}

#: a read-only directory
read_only_directory() {
  mkdir "$ROOTFS/etc/dir"
  config '.linux.readonlyPaths = ["/etc/dir"]'
  inside open /etc/dir/new c ';' open /etc/new c
  is $'open /etc/dir/new: EROFS\nopen /etc/new: ok' "$output"
}

#: read-only paths that do not exist are no error
read_only_missing() {
  config '.linux.readonlyPaths = ["/no/such/path"]'
  inside say ran
  is ran "$output"
}

#: both, on a read-only root
on_read_only_root() {
  echo treasure >"$ROOTFS/etc/secret"
  mkdir "$ROOTFS/etc/dir"
  config '.root.readonly = true | .linux.maskedPaths += ["/etc/secret"] | .linux.readonlyPaths += ["/etc/dir"]'
  check root linux.maskedPaths linux.readonlyPaths
}

#: none at all: procfs can be read and written to
none() {
  config '.linux.maskedPaths = [] | .linux.readonlyPaths = []'
  inside open /proc/sys/kernel/core_pattern r ';' open /proc/timer_list r
  has 'open /proc/sys/kernel/core_pattern: ok'
}
