# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes the virtual machine's image: a root file system of Debian packages, a kernel with the modules that a machine
# like this can use, and a snapshot of the booted machine, which a run resumes. Sourced by `vm`, whose functions it uses.

suite=${MASU_VM_SUITE:-bookworm} # bookworm | trixie
backports=${MASU_VM_BACKPORTS:-} # 1: the kernel of the suite's backports
mirror=${MASU_VM_MIRROR:-} # default: what mmdebstrap chooses
extra=${MASU_VM_PACKAGES:-} # more packages, separated by spaces
lsm=${MASU_VM_LSM:-} # selinux: with Debian's policy, permissive, instead of AppArmor
memory=${MASU_VM_MEM:-2048} # MiB
cpus=${MASU_VM_CPUS:-2}
model=${MASU_VM_CPU:-Nehalem} # x86-64-v2: emulated, about a fifth faster than `max`
disk=${MASU_VM_DISK:-6G} # sparse

readonly tools=(mmdebstrap:mmdebstrap qemu-system-x86_64:qemu-system-x86 mke2fs:e2fsprogs setpriv:util-linux
  zstd:zstd xz:xz-utils cpio:cpio)

# What a test may want: runtimes and engines to compare with, tools to look with, libraries of dynamic programs.
packages=(systemd systemd-sysv libpam-systemd dbus dbus-user-session systemd-container udev kmod
  procps iproute2 nftables iptables iputils-ping uidmap fuse3 fuse-overlayfs slirp4netns passt
  busybox-static jq bats parallel crun runc containerd podman containernetworking-plugins catatonit docker.io apparmor
  buildah conmon netavark aardvark-dns python3-grpcio
  ca-certificates curl strace hyperfine file acl attr xz-utils zstd python3 e2fsprogs util-linux
  libstdc++6 libseccomp2 libcap2 libsystemd0 libyajl2 libbpf1 libssl3 libcurl4 zlib1g libzstd1
  libarchive13 libasan8 libubsan1 libtsan2)
[[ $lsm != selinux ]] || packages+=(selinux-policy-default selinux-utils policycoreutils)

# One word for all that an image depends on.
recipe() {
  { cat "$here/image.bash" "$here"/guest/* && echo "$suite,$backports,$extra,$lsm,$memory,$cpus,$model,$disk"; } |
    sha256sum | cut -c1-16
}
recipe_is_current() { [[ $(cat "$image/recipe" 2>/dev/null) == "$(recipe)" ]]; }

build() {
  [[ ${1:-} == --force ]] || ! recipe_is_current || return 0
  ((EUID == 0)) || die 'build needs root'
  install_tools
  mkdir -p "$cache" || die "cannot make $cache"
  exec 9>"$cache/lock"
  flock 9
  [[ ${1:-} == --force ]] || ! recipe_is_current || return 0 # made by another meanwhile
  rm -rf --one-file-system "$cache"/build.*                 # of a build that was killed
  set_up
  make_image
}

install_tools() {
  local tool missing=()
  for tool in "${tools[@]}"; do
    type -P "${tool%%:*}" >/dev/null || missing+=("${tool#*:}")
  done
  ((${#missing[@]} > 0)) || return 0
  DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends \
    "${missing[@]}" >&2 </dev/null || die "missing: ${missing[*]}" 'These are the names of Debian packages.'
}

# Replaces $image as a whole, when all is done.
make_image() {
  local ready=$image root begin
  export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
  begin=$(now_ms)
  building=$cache/build.$$
  image=$building/image
  root=$building/root
  mkdir -p "$image"
  set -eE
  trap 'echo "vm: build failed at line $LINENO: $BASH_COMMAND" >&2' ERR
  unpack_packages "$root"
  echo "vm: packages unpacked after $(($(now_ms) - begin)) ms" >&2
  add_kernel "$root"
  configure "$root"
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
  truncate -s "$disk" "$image/root.img"
  mke2fs -q -t ext4 -m 0 -O ^has_journal -E lazy_itable_init=1,root_owner=0:0 -d "$root" "$image/root.img"
  rm -rf "$root"
  echo "$memory $cpus $model" >"$image/machine"
  echo "vm: root file system made after $(($(now_ms) - begin)) ms" >&2
  boot_once
  echo "$accelerator" >"$image/accelerator"
  snapshot_kind >"$image/snapshot"
  echo "$suite" >"$image/suite"
  recipe >"$image/recipe"
  rm -rf "$ready"
  mv "$image" "$ready"
  image=$ready
  echo "vm: built in $(($(now_ms) - begin)) ms" >&2
}

unpack_packages() {
  local list=("${packages[@]}")
  if [[ $suite == bookworm ]]; then
    list+=(criu)
  else # libraries renamed for 64-bit time
    list=("${list[@]/%libssl3/libssl3t64}")
    list=("${list[@]/%libcurl4/libcurl4t64}")
  fi
  # shellcheck disable=SC2086 # $extra is a list
  mmdebstrap --mode=root --variant=minbase --include="$(printf '%s,' "${list[@]}" $extra)" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "5"' \
    "$suite" "$1" ${mirror:+"$mirror"} >"$building/log" 2>&1 4>&- 5>&- 6>&- 7>&- 9>&- ||
    { tail -n 30 "$building/log" >&2; return 1; }
}

# ---- the kernel ------------------------------------------------------------------------------------------------------

# Debian's kernel without initramfs-tools: only the modules that this machine can use, and an initrd of one step.
add_kernel() {
  local root=$1 unpacked=$building/kernel version modules
  mkdir -p "$unpacked"
  fetch_kernel "$root" "$unpacked"
  version=$(basename "$unpacked"/boot/vmlinuz-*)
  version=${version#vmlinuz-}
  cp "$unpacked/boot/vmlinuz-$version" "$image/vmlinuz"
  modules=$unpacked/lib/modules/$version
  [[ -d $modules ]] || modules=$unpacked/usr/lib/modules/$version
  thin_out "$modules"
  mkdir -p "$root/lib/modules"
  mv "$modules" "$root/lib/modules/$version"
  chroot "$root" depmod "$version"
  make_initrd "$root" "$version"
}

fetch_kernel() {
  local package
  [[ -z $backports ]] || sed -n "s/ $suite main/ $suite-backports main/p" "$1/etc/apt/sources.list" \
    >"$1/etc/apt/sources.list.d/backports.list"
  cp /etc/resolv.conf "$1/etc/resolv.conf" 2>/dev/null || :
  chroot "$1" apt-get -qq update
  package=$(chroot "$1" apt-cache ${backports:+-t "$suite-backports"} depends --important linux-image-amd64 |
    awk '/Depends: linux-image-[0-9]/ {print $2; exit}')
  chroot "$1" sh -c "cd /tmp && apt-get -qq download $package" 2>/dev/null
  dpkg-deb --fsys-tarfile "$1"/tmp/linux-image-*.deb | tar -C "$2" -x --no-same-owner
  rm -f "$1"/tmp/*.deb
}

thin_out() {
  local net='bluetooth|mac80211|wireless|sctp|tipc|ceph|rds|can|batman-adv|nfc|ieee802154|mac802154|ax25|rose|netrom|dccp'
  net+='|l2tp|mptcp|smc|openvswitch|appletalk|atm|rxrpc|6lowpan|hsr|ife|qrtr|sunrpc'
  local fs='ocfs2|nfs|nfsd|ceph|cifs|smb|gfs2|jfs|reiserfs|ntfs|ntfs3|ubifs|afs|dlm|orangefs|hfs|hfsplus|ufs|udf|f2fs'
  fs+='|nilfs2|coda|lockd|cachefiles|jffs2|exfat|hpfs'
  local kept='^drivers/(virtio|vhost|dax|cdrom)/|/(virtio_|net_failover|failover|tun|tap|veth|dummy|ifb|macvlan|macvtap'
  kept+='|ipvlan|vxlan|bonding|vrf|nlmon|netkit|loop|nbd|brd|null_blk|zram|dm-|qemu_fw_cfg|rng-core|virtio-rng|pcspkr'
  kept+='|cuse)[^/]*$'
  (
    cd "$1/kernel"
    rm -rf sound arch/x86/kvm
    find . -type f -name '*.ko*' | grep -E "^\./(net/($net)|fs/($fs))/" | xargs rm -f
    find drivers -type f -name '*.ko*' | grep -vE "$kept" | xargs rm -f
  )
  find "$1" -type d -empty -delete
}

make_initrd() {
  local root=$1 initrd=$building/initrd module number=0 name
  mkdir -p "$initrd"/{bin,dev,proc,sys,mnt}
  for module in virtio_pci virtio_blk ext4 crc32c_generic; do
    chroot "$root" modprobe -S "$2" --show-depends "$module" || :
  done | awk '$1 == "insmod" && !seen[$2]++ {print $2}' >"$building/modules"
  while read -r module; do
    number=$((number + 1))
    printf -v name '%s/%02d.ko' "$initrd" "$number"
    case $module in
      *.xz) xz -dc "$root$module" ;;
      *.zst) zstd -qdc "$root$module" ;;
      *) cat "$root$module" ;;
    esac >"$name"
  done <"$building/modules"
  cp "$root/bin/busybox" "$initrd/bin/busybox"
  install -m 755 "$here/guest/init" "$initrd/init"
  (cd "$initrd" && find . | cpio --quiet -o -H newc | gzip -1 >"$image/initrd")
}

# ---- its configuration -----------------------------------------------------------------------------------------------

configure() {
  local root=$1
  echo masu-vm >"$root/etc/hostname"
  printf '127.0.0.1 localhost masu-vm\n::1 localhost\n' >"$root/etc/hosts"
  echo 'nameserver 192.0.2.1' >"$root/etc/resolv.conf"
  echo '/dev/vda / ext4 rw,noatime 0 0' >"$root/etc/fstab"
  rm -f "$root/etc/apt/sources.list.d/backports.list"
  chroot "$root" systemd-machine-id-setup >/dev/null 2>&1
  printf '[storage]\ndriver = "overlay"\nrunroot = "/run/containers/storage"\ngraphroot = "/var/lib/containers/storage"\n' \
    >"$root/etc/containers/storage.conf"
  printf '%s\n' overlay fuse tun veth bridge br_netfilter nf_tables 9p 9pnet_virtio virtio_console virtio_rng loop dummy \
    >"$root/etc/modules-load.d/vm.conf"
  echo 'net.ipv4.ping_group_range=0 2147483647' >"$root/etc/sysctl.d/50-vm.conf"
  # Files get their labels by whoever wants to enforce something (restorecon): it takes minutes here.
  [[ $lsm != selinux ]] || printf 'SELINUX=permissive\nSELINUXTYPE=default\n' >"$root/etc/selinux/config"
  add_user "$root"
  set_patience "$root"
  disable_services "$root"
  add_agent "$root"
}

# An ordinary user who is logged in for good, and whose manager has every controller.
add_user() {
  chroot "$1" useradd -m -u 1000 -s /bin/bash user
  chroot "$1" passwd -q -d root
  chroot "$1" passwd -q -d user
  echo 'user:100000:65536' | tee "$1/etc/subuid" >"$1/etc/subgid"
  mkdir -p "$1/var/lib/systemd/linger" "$1/etc/systemd/system/user@.service.d" "$1/share"
  : >"$1/var/lib/systemd/linger/user"
  printf '[Service]\nDelegate=cpu cpuset io memory pids\n' >"$1/etc/systemd/system/user@.service.d/delegate.conf"
}

# An emulated machine is slow: no time-out of systemd's may end a service that is merely late.
set_patience() {
  mkdir -p "$1"/etc/systemd/{system,user,journald}.conf.d
  printf '[Manager]\nDefaultTimeoutStartSec=600\nDefaultTimeoutStopSec=60\n' |
    tee "$1/etc/systemd/system.conf.d/vm.conf" >"$1/etc/systemd/user.conf.d/vm.conf"
  echo 'DefaultDeviceTimeoutSec=600' >>"$1/etc/systemd/system.conf.d/vm.conf"
  printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=32M\nReadKMsg=no\n' >"$1/etc/systemd/journald.conf.d/vm.conf"
}

# The engines can be started by a test; what only costs time is not there.
disable_services() {
  local unit
  for unit in podman.service podman-restart.service containerd.service docker.service docker.socket; do
    chroot "$1" systemctl -q disable "$unit" 2>/dev/null || :
  done
  for unit in podman.socket podman.service podman-auto-update.timer podman-restart.service; do
    chroot "$1" systemctl -q --global disable "$unit" 2>/dev/null || :
  done
  for unit in getty@tty1.service serial-getty@ttyS0.service getty-static.service console-getty.service apt-daily.timer \
    apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer man-db.timer \
    systemd-pstore.service systemd-random-seed.service systemd-update-utmp.service systemd-update-utmp-runlevel.service \
    systemd-timesyncd.service systemd-hwdb-update.service systemd-ask-password-wall.path \
    systemd-ask-password-console.path systemd-boot-system-token.service systemd-remount-fs.service \
    systemd-fsck-root.service keyboard-setup.service console-setup.service nftables.service podman-auto-update.timer \
    podman-auto-update.service; do
    ln -sf /dev/null "$1/etc/systemd/system/$unit"
  done
  ln -sf /lib/systemd/system/multi-user.target "$1/etc/systemd/system/default.target"
}

# The agent, and a waiting job service for each of root and `user`.
add_agent() {
  local root=$1
  install -D -m 755 -t "$root/usr/local/lib/masu" "$here"/guest/{agent,job}
  install -m 644 "$here/guest/tmpfiles.conf" "$root/etc/tmpfiles.d/masu.conf"
  install -m 644 -t "$root/etc/systemd/system" "$here"/guest/masu-{agent,job}.service
  sed -e s,root.rc,user.rc, -e /^Environment/d -e s/multi-user/default/ "$here/guest/masu-job.service" \
    >"$root/etc/systemd/user/masu-job.service"
  chroot "$root" systemctl -q enable masu-agent.service masu-job.service
  chroot "$root" systemctl -q --global enable masu-job.service
}

# ---- the snapshot ----------------------------------------------------------------------------------------------------

# Whether KVM runs a machine, and at a processor's speed: the BIOS and a boot sector that ends QEMU have three seconds and
# need some tenths of one. A device file proves nothing: a KVM for guests of its own kind (pvm, inside of a virtual
# machine) interprets all others, and takes fifteen seconds for the BIOS alone.
kvm_runs() {
  local status=0
  [[ -w /dev/kvm ]] || return 1
  # mov al,16; out 0xf4,al; hlt: QEMU's status is 16 * 2 + 1
  { printf '\xb0\x10\xe6\xf4\xf4' && head -c 505 /dev/zero && printf '\x55\xaa'; } >"$tmp/sector"
  timeout -k 1 3 qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot -machine pc -accel kvm -m 16 \
    -drive "if=ide,format=raw,snapshot=on,file=$tmp/sector" -device isa-debug-exit,iobase=0xf4,iosize=1 \
    </dev/null >/dev/null 2>&1 || status=$?
  ((status == 33))
}

# By KVM where it runs machines, and by emulation where it does not, or does not boot this one.
boot_once() {
  if [[ -n $accelerator ]]; then
    take_snapshot 900
    return
  fi
  if accelerator=kvm && kvm_runs; then
    cp --sparse=always "$image/root.img" "$building/root.img" # half a boot would leave its traces
    ! take_snapshot 90 || return 0
    stop_qemu
    end_pumps
    mv "$building/root.img" "$image/root.img"
  fi
  accelerator=tcg
  take_snapshot 900
}

# take_snapshot SECONDS : boots the image within that time, and saves the booted machine.
take_snapshot() {
  local begin
  begin=$(now_ms)
  deadline=$((begin + $1 * 1000))
  start_pumps
  boot_arguments masu.warm "${lsm:+security=$lsm}"
  MASU_STATE=$image/state start_qemu save "$tmp/empty" "${boot[@]}"
  wait_guest ready || { show_console 'the machine did not boot'; return 1; }
  # shellcheck disable=SC2154 # set by wait_guest
  echo "vm: booted by $accelerator in $(($(now_ms) - begin)) ms, state: $value" >&2
  printf '%s\n' 'migrate_set_capability x-ignore-shared on' 'migrate "exec:cat >\"$MASU_STATE\""' 'info migrate' quit >&6
  wait "$qemu_pid" || { show_console 'QEMU failed'; return 1; }
  qemu_pid=''
  end_pumps
  timeout 1 cat "$tmp/mon.out" >"$tmp/mon.log" <&7 || :
  grep -q 'Migration status: completed' "$tmp/mon.log" || { tail -n 5 "$tmp/mon.log" >&2; return 1; }
}
