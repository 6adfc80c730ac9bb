#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# masu run: an image from a file becomes a container, whose output, input and exit code are those of masu.

load helpers
load manager

setup_file() { make_image; }
setup() { make_store; }
teardown() { end_store; }

@test "output, errors and the exit code are the program's" {
  exits 42 run --rm busybox sh -c 'echo out; echo err >&2; exit 42'
  is out
  says err
}

@test "masu container run and masu c run are masu run" {
  ok container run --rm busybox echo one
  is one
  ok c run --rm busybox echo two
  is two
}

@test "sockets of a service manager are the container's" {
  echo passed >"$T/three"
  # As systemd does it: LISTEN_PID is the pid of masu.
  # shellcheck disable=SC2016 # the inner shell's
  LISTEN_FDS=1 timeout 60 bash -c 'export LISTEN_PID=$$; exec "$0" "$@"' "$MASU" --root "$STORE" run --rm busybox \
    sh -c 'echo "$LISTEN_FDS $LISTEN_PID"; cat <&3' 3<"$T/three" 4>&- >"$T/told"
  has_line '1 1' "$T/told"
  has_line passed "$T/told"
  # Meant for another process: not for us.
  LISTEN_PID=1 LISTEN_FDS=1 timeout 60 "$MASU" --root "$STORE" run --rm busybox sh -c 'echo "<$LISTEN_FDS>"' 3<"$T/three" 4>&- >"$T/told"
  has_line '<>' "$T/told"
}

@test "stdin: passed on with -i, at its end without" {
  head -c 300000 /dev/urandom >"$T/in"
  STDIN=$T/in ok run --rm -i busybox cat
  cmp "$T/in" "$OUT"
  STDIN=$T/in ok run --rm busybox cat
  is ""
}

@test "containers in a pipe" {
  local result
  result=$(echo x | timeout 60 "$MASU" --root "$STORE" run --rm -i busybox sed s/x/y/ 3>&- 4>&- | timeout 60 "$MASU" --root "$STORE" run --rm -i busybox cat 3>&- 4>&-)
  is y "$result"
}

@test "exit codes: 127 not found, 126 not executable, 128 and the signal, 125 for masu's own" {
  exits 127 run --rm busybox no-such-program
  says no-such-program
  exits 127 run --rm busybox /no/such/program
  exits 126 run --rm busybox /etc/passwd
  exits 143 run --rm busybox sh -c 'sleep 100 & kill -TERM $!; wait $!'
  exits 125 run --rm --no-such-option busybox true
  says --no-such-option
  exits 125 run --rm --pull never no-such-image true
  says no-such-image
}

@test "the image's environment, command line, user and working directory" {
  /usr/bin/python3 "$SUPPORT/tiny-image.py" "$T/other" --name other:v1 --config \
    '{"Entrypoint": ["sh", "-c"], "Cmd": ["echo $GREETING $(id -un) $(pwd)"], "User": "someone", "WorkingDir": "/var"}'
  ok load -i "$T/other"
  is "Loaded image: docker.io/library/other:v1"
  ok run --rm other:v1
  is "hello someone /var"
  ok run --rm other:v1 'echo $((1 + 1))'
  is 2
  ok run --rm --entrypoint echo other:v1
  is ""
  ok run --rm --entrypoint '["echo", "a b"]' other:v1 c
  is "a b c"
}

@test "an image is loaded once, and named by its id too" {
  ok images -q
  local id=$output
  ok load -q -i "$IMAGE_LAYOUT"
  ok images
  [[ $(wc -l <<<"$output") == 2 ]]
  has docker.io/library/busybox "$id" "MB"
  ok run --rm "$id" echo by id
  is "by id"
  exits 125 run --rm "${id:0:2}" true
}

@test "what a container writes is its own" {
  ok run --name one busybox sh -c 'echo mine >/etc/mine; rm /bin/wc; ls /bin/wc' || true
  exits 1 run --rm busybox ls /etc/mine
  ok run --rm busybox ls /bin/wc
}

@test "an archive of the layout, compressed or not, from a file and from stdin" {
  rm -rf "$STORE"
  tar -C "$IMAGE_LAYOUT" -cf "$T/image.tar" .
  ok load -i "$T/image.tar"
  ok run --rm busybox echo one
  rm -rf "$STORE"
  gzip "$T/image.tar"
  STDIN=$T/image.tar.gz ok load
  ok run --rm busybox echo two
}

@test "a docker-archive, as skopeo writes it" {
  rm -rf "$STORE"
  skopeo --insecure-policy copy "oci:$IMAGE_LAYOUT:busybox:latest" "docker-archive:$T/image.tar:docker.io/test/box:v2" >"$T/copied" 2>&1 3>&- 4>&-
  ok load -i "$T/image.tar"
  is "Loaded image: docker.io/test/box:v2"
  ok run --rm test/box:v2 echo docker
  is docker
}

@test "other tools read the store: it is an OCI image layout" {
  skopeo --insecure-policy inspect "oci:$STORE:docker.io/library/busybox:latest" >"$T/inspected" 3>&- 4>&-
  jq -e '.Layers | length == 1' "$T/inspected"
}

@test "the mounts and the files that every container has" {
  ok run --rm --hostname box --add-host db:10.0.0.7 busybox sh -c 'hostname; cat /etc/hostname; grep -c db /etc/hosts; stat -f -c %T /proc /dev/shm; echo $$'
  is $'box\nbox\n1\nproc\ntmpfs\n1'
  ok run --rm busybox sh -c 'grep CapEff /proc/self/status; grep -w Seccomp /proc/self/status'
  has 00000000800405fb $'Seccomp:\t2'
}
