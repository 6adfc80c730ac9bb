# SPDX-License-Identifier: Apache-2.0
#
# What the tests of masu's networks share, beside manager.bash: each test has a network namespace of its own, where its
# bridges, rules and ports are, and which stands for the host. `setup() { make_store; make_host; }` and
# `teardown() { end_store && end_host; }`.

make_host() {
  unshare -n sleep 1000 </dev/null >/dev/null 2>&1 3>&- 4>&- &
  HOST_PID=$!
  wait_until other_network
  on_host ip link set lo up
  # The interface that this machine would have: pasta takes its address from there.
  on_host ip link add up0 type veth peer name up1
  on_host ip address add 192.0.2.9/24 dev up0
  on_host ip link set up0 up
  on_host ip link set up1 up
  on_host ip route add default via 192.0.2.1
  printf '#!/bin/sh\nexec nsenter --net=/proc/%s/ns/net "%s" "$@"\n' "$HOST_PID" "$MASU" >"$T/masu"
  chmod +x "$T/masu"
  MASU=$T/masu
}
other_network() { [[ $(readlink "/proc/$HOST_PID/ns/net") != $(readlink /proc/self/ns/net) ]]; }
on_host() { nsenter --net="/proc/$HOST_PID/ns/net" "$@" 3>&- 4>&-; }

# end_host : nothing of containers may be left there.
end_host() {
  local bad=0
  [[ -n ${HOST_PID:-} ]] || return 0
  wait_until no_bridge || { on_host ip link >&2; bad=1; }
  wait_until no_port_rule || { on_host iptables-save -t nat >&2; bad=1; }
  ! on_host ss -Hltn 'sport > :0' | grep . >&2 || bad=1
  [[ -z $(find "$STORE/state/networks/containers" -type f 2>/dev/null) ]] || { find "$STORE/state/networks/containers" >&2; bad=1; }
  ! grep -qs '"10\.[0-9.]*": "[0-9a-f]\{64\}"' "$STORE"/state/networks/leases/*.json || { echo "leases left" >&2; bad=1; }
  kill "$HOST_PID"
  return $bad
}
no_bridge() { ! on_host ip -o link show type bridge | grep .; }
no_port_rule() { ! on_host iptables-save -t nat 2>/dev/null | grep 'A NETAVARK-HOSTPORT-DNAT'; }

# serve NAME [ARG…] : a container whose port 80 answers with its name, and whose udp port 53 (or $UDP) sends back what it gets.
serve() {
  local name=$1
  shift
  ok run -d --name "$name" -v "$PROBE:/bin/probe:ro" "$@" busybox sh -c "echo $name >/tmp/name; busybox httpd -p 80 -h /tmp; exec /bin/probe answer ${UDP:-53}"
  wait_until ready "$name"
}
# shellcheck disable=SC2154 # masu sets it
ready() { masu logs "$1" && [[ $output == *ready* ]]; }

# In a container: `get HOST…` prints what is served there. Of a static busybox, nslookup asks the name server by itself;
# wget, and nc for a name, leave it to a C library that wants files of the distribution for that.
# shellcheck disable=SC2016
GET='get() { for host; do case $host in *[!0-9.]*) host=$(busybox nslookup $host | awk "/^Name/ {found = 1} found && /^Address/ {print \$2; exit}") ;; esac
  [ -n "$host" ] && printf "GET /name HTTP/1.0\r\n\r\n" | busybox nc -w 5 $host 80 | tail -n 1 | grep . || return; done; }; get'
# fetch_from CONTAINER HOST : what is served there, seen from a container.
fetch_from() { ok exec "$1" sh -c "$GET $2"; }
# fetch ADDRESS:PORT : the same from the host.
fetch() { on_host curl -sS --max-time 5 "http://$1/name"; }
# ask ADDRESS PORT TEXT : by udp, from the host.
ask() {
  on_host /usr/bin/python3 -c 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.sendto(sys.argv[3].encode(), (sys.argv[1], int(sys.argv[2])))
print(s.recv(99).decode())' "$@"
}
free_port() { on_host /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])'; }
