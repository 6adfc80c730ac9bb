#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# An ordinary distribution as root: Debian, made once by debootstrap and kept outside the tree.

load helpers

setup_file() {
  [[ $EUID == 0 ]] || return 0
  export DEBIAN_CACHE=${XDG_CACHE_HOME:-/var/cache}/masu-test
  export DEBIAN_ROOT=$DEBIAN_CACHE/debian-bookworm
  mkdir -p "$DEBIAN_CACHE"
  # One maker at a time; half-made roots have another name.
  exec {lock}>"$DEBIAN_CACHE/lock"
  flock "$lock"
  if [[ ! -d $DEBIAN_ROOT ]]; then
    rm -rf "$DEBIAN_ROOT.new"
    if PATH=$PATH:/usr/sbin:/sbin timeout 900 debootstrap --variant=minbase bookworm "$DEBIAN_ROOT.new" >"$DEBIAN_CACHE/debootstrap.log" 2>&1 3>&- 4>&-; then
      rm -rf "$DEBIAN_ROOT.new"/var/cache/apt/archives/*.deb
      mv "$DEBIAN_ROOT.new" "$DEBIAN_ROOT"
    fi
  fi
  exec {lock}>&-
}

setup() {
  make_bundle
  [[ -d $DEBIAN_ROOT ]] || skip "debootstrap failed: $(grep -E '^[EW]:' "$DEBIAN_CACHE/debootstrap.log" | tail -1)"
  # The tests write on an overlay, so the cached root stays as it is.
  rm -rf rootfs && mkdir rootfs "$T/upper" "$T/work"
  mount -t overlay overlay -o "lowerdir=$DEBIAN_ROOT,upperdir=$T/upper,workdir=$T/work" rootfs || skip "no overlay file system"
}

teardown() {
  local bad=0 state
  cd /
  for state in "$ROOT"/"${ID:-none}"*; do [[ ! -d $state ]] || rt delete --force "${state##*/}"; done
  ! mountpoint -q "$BUNDLE/rootfs" || umount "$BUNDLE/rootfs" || bad=1
  clean_up && return $bad
}

@test "Debian: the release, its shell and its users" {
  program bash -c '. /etc/os-release; echo "$ID $VERSION_ID"; getent passwd daemon | cut -d: -f3; id -un; hostname'
  ok run -b "$BUNDLE" "$ID"
  is $'debian 12\n1\nroot\nbox'
}

@test "Debian: dpkg and apt read and write" {
  edit '.process.capabilities |= map_values(. + ["CAP_SETFCAP", "CAP_SYS_CHROOT", "CAP_FSETID"]) | .process.noNewPrivileges = false'
  program bash -c 'set -e; dpkg --audit; dpkg -l | grep -c "^ii"; apt-get check -qq; apt-mark hold bash'
  ok run -b "$BUNDLE" "$ID"
  [[ $(head -1 "$OUT") -gt 60 ]]
  has "bash set on hold"
}

@test "Debian: a user's process, with setuid programs and no_new_privs" {
  edit '.process.user = {uid: 1, gid: 1, additionalGids: [4]}'
  program bash -c 'id; echo $HOME; touch /tmp/mine && stat -c %U /tmp/mine; su -c id 2>&1 </dev/null | head -1'
  ok run -b "$BUNDLE" "$ID"
  has "uid=1(daemon) gid=1(daemon) groups=1(daemon),4(adm)" /usr/sbin daemon
  [[ $output != *"uid=0"* ]]
}

@test "Debian: a long-running container, exec, perl and the C library's locales" {
  program bash -c 'trap "exit 0" TERM; while :; do sleep 0.1; done'
  start_container
  ok exec "$ID" perl -e 'print join(",", map { $_ * 2 } 1 .. 3), "\n"'
  is 2,4,6
  ok exec -u 1000:1000 -e LC_ALL=C.UTF-8 --cwd /tmp "$ID" bash -c 'pwd; id -u; locale charmap'
  is $'/tmp\n1000\nUTF-8'
  ok kill "$ID" TERM
  wait_for_stop
  ok delete "$ID"
}

@test "Debian: read-only root with a writable /tmp" {
  edit '.root.readonly = true | .mounts += [{destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev"]}]'
  program bash -c 'touch /etc/x 2>/dev/null || echo read-only; touch /tmp/x && echo writable; stat -c %a /tmp'
  ok run -b "$BUNDLE" "$ID"
  is $'read-only\nwritable\n1777'
}
