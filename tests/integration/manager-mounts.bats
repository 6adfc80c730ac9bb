#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What -v, --mount, --tmpfs and --read-only put into a container, as seen from inside.

load helpers
load manager

setup_file() { make_image; }
setup() { make_store; }
teardown() { end_store; }

@test "-v: flags of the mount, owners, an overlay whose changes are dropped" {
  mkdir -p "$T/data/sub"
  echo text >"$T/data/sub/file"
  ok run --rm -v "$T/data:/a:nodev,nosuid,noexec" -v "$T/data:/b:Z,ro" -v "$T/data:/o:O" -v ./data/sub/file:/one busybox \
    sh -c 'grep -E " /a .*nosuid,nodev,noexec" /proc/mounts >/dev/null && echo flags; cat /b/sub/file /one; echo new >/o/sub/file; cat /o/sub/file'
  is $'flags\ntext\ntext\nnew'
  is text "$(<"$T/data/sub/file")"
  ok run --rm -u someone -v "$T/data:/a:U" busybox sh -c 'stat -c %u:%g /a /a/sub/file; echo mine >/a/sub/file'
  is $'1000:1000\n1000:1000'
  is mine "$(<"$T/data/sub/file")"
}

@test "propagation: a mount in a shared bind reaches the host, and one of the host a slave" {
  mkdir "$T/host"
  cat >"$T/inner" <<'END'
set -e
mount -t tmpfs host "$T/host"
mount --make-shared "$T/host"
mkdir "$T/host/in" "$T/host/out"
"$MASU" --root "$STORE" run --name one --cap-add sys_admin --security-opt seccomp=unconfined -v "$T/host:/h:rshared" busybox mount -t tmpfs inner /h/in
grep -q " $T/host/in tmpfs " /proc/mounts
echo reached
umount "$T/host/in"
"$MASU" --root "$STORE" run -d --name two -v "$T/host:/h:rslave" busybox sleep 100 >/dev/null
mount -t tmpfs outer "$T/host/out"
"$MASU" --root "$STORE" exec two grep -c ' /h/out tmpfs ' /proc/mounts
"$MASU" --root "$STORE" rm -f one two >/dev/null
END
  env "T=$T" "STORE=$STORE" "MASU=$MASU" timeout 60 unshare -m --propagation slave bash "$T/inner" >"$T/said" 2>&1 </dev/null 3>&- 4>&- || { cat "$T/said" >&2; return 1; }
  is $'reached\n1' "$(<"$T/said")"
}

@test "--mount: every type, and what its options do" {
  mkdir "$T/data"
  touch "$T/data/b1" "$T/data/b2" "$T/data/c"
  ok run --rm --mount "type=bind,source=$T/data,target=/bind,readonly,bind-propagation=rslave,bind-nonrecursive" \
    --mount type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=0711 --mount type=tmpfs,dst=/etc,tmpcopyup --mount type=ramfs,dst=/r \
    --mount type=devpts,dst=/pts,mode=600 --mount "type=glob,src=$T/data/b*,dst=/g" --mount type=image,src=busybox,dst=/img \
    --mount type=image,src=busybox,dst=/img2,rw=true --mount type=image,src=busybox,dst=/img3,subpath=etc busybox sh -c '
      ! touch /bind/x 2>/dev/null && echo ro
      stat -f -c "%T %b" /t; stat -c %a /t; cat /etc/group | head -n 1
      grep -cE "^ramfs /r ramfs|^devpts /pts devpts" /proc/mounts
      ls /g; ls /img/bin/sh; ! touch /img/x 2>/dev/null && touch /img2/x && echo rw; cat /img3/passwd | head -n 1'
  is $'ro\ntmpfs 256\n711\nroot:x:0:\n2\nb1\nb2\n/img/bin/sh\nrw\nroot:x:0:0:root:/root:/bin/sh'
  ok create --name holds --mount type=image,src=busybox,dst=/img busybox true
  exits 1 rmi busybox
  says "container holds"
}

@test "--tmpfs: options, and what the image had there" {
  ok run --rm --tmpfs /t:size=1m,mode=700,exec --tmpfs /etc --tmpfs /empty:notmpcopyup busybox sh -c '
    grep -E "^tmpfs /t " /proc/mounts | grep -c noexec; stat -c %a /t; head -n 1 /etc/group; ls /empty'
  is $'0\n700\nroot:x:0:'
}

@test "--read-only: /run, /tmp and /var/tmp stay writable, unless asked otherwise" {
  ok run --rm --read-only busybox sh -c 'for i in /tmp /run /var/tmp /dev/shm; do touch $i/x || echo "not $i"; done; ! touch /x /etc/x 2>/dev/null && echo ro'
  is ro
  ok run --rm --read-only --read-only-tmpfs=false busybox sh -c '! touch /tmp/x 2>/dev/null && echo ro'
  is ro
}

@test "mounts above and below each other come in the right order" {
  mkdir -p "$T/a" "$T/b"
  touch "$T/a/in-a" "$T/b/in-b"
  ok run --rm -v "$T/b:/x/y/z" --tmpfs /x -v "$T/a:/x/y" --shm-size 2m busybox sh -c 'ls /x/y /x/y/z; stat -f -c %b /dev/shm'
  is $'/x/y:\nin-a\nz\n\n/x/y/z:\nin-b\n512'
}

@test "what is wrong is said, with 125, and leaves nothing" {
  local bad
  for bad in "-v $T/none:/x" "-v a:b:c:d" "-v $T:relative" "-v $T:/x:fast" "-v $T:/" "--mount type=what,dst=/x" "--mount type=bind,dst=/x" \
    "--mount type=tmpfs" "--mount type=tmpfs,dst=/x,size=1" "--mount type=glob,src=$T/nothing*,dst=/x" "--mount type=image,src=none,dst=/x" \
    "--mount type=volume,dst=/x,volume-driver=nfs" "--tmpfs x" "-v $T:/x -v /tmp:/x" "--image-volume often" "--mount type=bind,src=$T,dst=/x,ro=perhaps"; do
    # shellcheck disable=SC2086 # several words
    exits 125 run --rm $bad busybox true
    [[ -n $errors && $(head -n 1 <<<"$errors") == "masu: "* ]] || { echo "$bad: $errors" >&2; return 1; }
  done
  ok ls -aq
  is ""
}
