#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Networks that need no rights on the host's: pasta and slirp4netns.

load helpers
load manager
load network

setup_file() { make_image; }
setup() {
  make_store
  make_host
}
teardown() {
  end_store && end_host
}

publishes() { # MODE PROGRAM NAME-SERVER UDP-ADDRESS
  local tcp udp id
  tcp=$(free_port)
  udp=$(free_port)
  UDP=$udp serve web --network "$1" -p "127.0.0.1:$tcp:80" -p "$4:$udp:$udp/udp"
  ok port web "$udp/udp"
  is "$4:$udp"
  is web "$(fetch "127.0.0.1:$tcp")"
  is hello "$(ask "$4" "$udp" hello)"
  ok exec web cat /etc/resolv.conf
  has "nameserver $3"
  exits 125 run --rm --network "$1" -p "127.0.0.1:$tcp:80" busybox true
  says "publish port 127.0.0.1:$tcp/tcp: it is in use"
  ok inspect -f '{{.Id}}' web
  id=$output
  local pid
  pid=$(jq .helper "$STORE/state/networks/containers/$id.json")
  grep -q "$2" "/proc/$pid/comm"
  ok stop -t 0 web
  wait_until gone "$pid"
  ok start web
  wait_until ready web
  is web "$(fetch "127.0.0.1:$tcp")"
  # Nobody is left who would end it, but rm.
  pid=$(jq .helper "$STORE/state/networks/containers/$id.json")
  kill -KILL "$(cat "$STORE/state/shims/$id/keeper.pid")" "$(cat "$STORE/state/shims/$id/shim.pid")"
  ok rm -f web
  wait_until gone "$pid"
}

# Debian 12's pasta loses what is sent by udp from the loopback to another port than its own, so the port is the same.
@test "pasta: published ports of tcp and udp, another start, an end" { publishes pasta 'pas[st]t' 169.254.1.1 127.0.0.1; }

# It takes a datagram from the loopback for one to the loopback, which is closed to containers.
@test "slirp4netns: published ports of tcp and udp, another start, an end" { publishes slirp4netns slirp4netns 10.0.2.3 192.0.2.9; }

@test "a host without a way out: pasta says so" {
  on_host ip route del default
  exits 125 run --rm --network pasta busybox true
  says "pasta: " "slirp4netns does without"
}

@test "a machine without the programs: said with what to install" {
  mkdir "$T/empty"
  # shellcheck disable=SC2016
  local hide='mount -t tmpfs none /usr/lib/podman; for p in /usr/bin/pasta /usr/bin/slirp4netns /usr/bin/passt; do mount --bind /dev/null $p; done; exec "$@"'
  printf '#!/bin/sh\nexec unshare -m --propagation private sh -c '"'%s'"' sh nsenter --net=/proc/%s/ns/net "%s" "$@"\n' "$hide" "$HOST_PID" \
    "$(sed -n 's/.*"\([^"]*masu\)".*/\1/p' "$T/masu")" >"$T/bare"
  chmod +x "$T/bare"
  local own=$MASU
  MASU=$T/bare
  exits 125 run --rm --network bridge busybox true
  says "netavark is not installed" "apt install netavark aardvark-dns"
  exits 125 run --rm --network pasta busybox true
  says "pasta is not installed" "apt install passt"
  unset MASU_NETWORK
  masu run --rm busybox echo fine
  is fine
  says "the container gets no network: netavark is not installed"
  MASU=$own
}
