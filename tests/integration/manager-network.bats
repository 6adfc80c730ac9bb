#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# masu's bridges: containers find each other by name, the host by published ports; nothing is left of any.

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

@test "bridge: by name, by published ports of tcp and udp; port, ls, inspect" {
  local tcp udp
  tcp=$(free_port)
  serve web --network bridge -p "$tcp:80" -p 127.0.0.1::53/udp --network-alias alias1 --hostname webhost
  ok port web 53/udp
  udp=${output##*:}
  ok port web
  has "80/tcp -> 0.0.0.0:$tcp" "53/udp -> 127.0.0.1:$udp"
  exits 1 port web 81
  says "no published port '81/tcp'"
  ok ls
  has "0.0.0.0:$tcp->80/tcp" "127.0.0.1:$udp->53/udp"
  is web "$(fetch "127.0.0.1:$tcp")"
  is web "$(fetch "192.0.2.9:$tcp")"
  is hello "$(ask 127.0.0.1 "$udp" hello)"
  ok inspect web
  jq -e --arg tcp "$tcp" '.[0].NetworkSettings | .Networks.masu.IPAddress == .IPAddress and .Ports["80/tcp"] == [{"HostIp": "0.0.0.0", "HostPort": $tcp}]' "$OUT"
  jq -e '.[0].HostConfig.NetworkMode == "bridge"' "$OUT"
  local ip
  ip=$(jq -r '.[0].NetworkSettings.IPAddress' "$OUT")

  ok run --rm --network bridge busybox sh -c "$GET web alias1 $ip"
  is $'web\nweb\nweb'
  ok exec web cat /etc/hosts
  has "$ip"$'\twebhost web' host.containers.internal
  # Its address, and whoever else may have it, after another start.
  ok restart -t 0 web
  wait_until ready web
  ok port web 80
  is "0.0.0.0:$tcp"
  is web "$(fetch "127.0.0.1:$tcp")"
}

@test "a port in use, twice the same, a name that is not there: 125, and nothing is left" {
  local port
  port=$(free_port)
  serve one --network bridge -p "$port:80"
  exits 125 run --rm --network bridge -p "$port:80" busybox true
  says "publish port 0.0.0.0:$port/tcp: it is in use" "hint: "
  exits 125 run -d --rm --network bridge -p "127.0.0.1:$port:80" busybox true
  says "127.0.0.1:$port/tcp"
  ok ls -a -q
  [[ $(wc -l <<<"$output") == 1 ]]
  is one "$(fetch "127.0.0.1:$port")"
  exits 125 run --rm --network bridge -p "8080:80" -p 8080:81 busybox true
  says "port 8080 of the host is given twice"
  exits 125 run --rm --network no-such busybox true
  says "no such network: no-such" "masu network ls"
  exits 125 run --rm --network container:no-such busybox true
  says no-such
  exits 125 run --rm --network bridge --ip 10.1.2.3 busybox true
  says "10.1.2.3" "in none of its subnets"
  local words
  for words in "-p 0" "-p 80:x" "-p 1-3:1-2" "-p 80/icmp" "-p ::1:80:80" "--expose a" "--ip x" "--mac-address 01:00:00:00:00:01" "--network-alias a,b" \
    "--dns host" "--add-host x" "--add-host x:y" "--network bridge:what=1" "--network host --network bridge" "--network bridge --network bridge" \
    "--network none -p 80" "--network none --ip 10.0.0.1" "--network ns:/etc/passwd" "--network ns:/no/such"; do
    # shellcheck disable=SC2086
    exits 125 run --rm $words busybox true
    [[ -n $errors ]] || { report "$words"; return 1; }
  done
  ok ls -a -q
  [[ $(wc -l <<<"$output") == 1 ]]
}

@test "networks of one's own: made, looked at, joined and left while running, removed" {
  ok network create --subnet 10.77.5.0/24 --label a=b --opt mtu=1400 red
  is red
  ok network create --internal --ipv6 blue
  ok network ls
  has "NETWORK ID" red blue masu bridge
  ok network ls -q --filter label=a=b
  is red
  ok network inspect -f '{{.driver}} {{json .labels}}' red
  is 'bridge {"a":"b"}'
  serve web --network red --ip 10.77.5.9 --mac-address 02:00:00:00:00:09
  ok exec web sh -c 'cat /sys/class/net/eth0/address /sys/class/net/eth0/mtu'
  is $'02:00:00:00:00:09\n1400'
  ok run -d --name other --network blue busybox sleep 1000
  exits 1 exec other sh -c "$GET web"
  ok network connect --alias www red other
  fetch_from other web
  is web
  fetch_from other 10.77.5.9
  is web
  ok exec web busybox nslookup www
  ok network inspect red
  jq -e '.[0].containers | map(.name) | sort == ["other", "web"]' "$OUT"
  exits 1 network connect red other
  says "is in network red already"
  exits 1 network rm red
  says "is that of container" "network rm -f"
  ok network disconnect red other
  exits 1 exec other sh -c "$GET 10.77.5.9"
  exits 1 network disconnect red other
  says "is not in network red"
  ok network disconnect -f red other
  ok rm -f other
  ok network rm blue
  ok network rm -f red
  ok ls -a -q
  is ""
  ok network ls -q
  is masu
}

@test "network create: what cannot be is refused, and nothing is kept" {
  ok network create --subnet 10.77.5.0/24 red
  exits 1 network create red
  says "there is a network 'red' already"
  ok network create --ignore red
  local words
  for words in "--subnet 10.77.5.128/25 x" "--subnet 10.0.0.0 x" "--subnet 10.78.0.0/24 --gateway 10.79.0.1 x" "--gateway 10.0.0.1 x" \
    "--subnet 10.78.0.0/24 --ip-range 10.79.0.0/28 x" "--driver vxlan x" "--opt what=1 x" "a/b" "host" "--interface-name longer-than-fifteen x" \
    "--driver macvlan x" "--dns x x"; do
    # shellcheck disable=SC2086
    exits 1 network create $words
    [[ -n $errors ]] || { report "$words"; return 1; }
  done
  exits 1 network rm no-such
  says "no such network"
  ok network ls -q
  is $'masu\nred'
  STDIN=$T/answer
  echo n >"$STDIN"
  exits 1 network prune
  STDIN=
  ok network prune -f
  is red
}

@test "several networks at once, two containers that share one, and a namespace by path" {
  ok network create red
  ok network create blue
  serve web --network red --network blue:alias=second
  ok run --rm --network blue busybox sh -c "$GET second"
  is web
  ok run --rm --network container:web busybox sh -c "$GET 127.0.0.1; grep -c web /etc/hosts; ls /sys/class/net"
  has web eth0 eth1
  local pid
  ok inspect -f '{{.State.Pid}}' web
  pid=$output
  ok run --rm --network "ns:/proc/$pid/ns/net" busybox sh -c "$GET 127.0.0.1"
  is web
  ok stop -t 0 web
  exits 125 run --rm --network container:web busybox true
  says "container web is not running"
  ok rm web
}

@test "resolv.conf, hosts and their options" {
  ok run --rm --network none --dns 192.0.2.53 --dns-search example.org --dns-option ndots:3 busybox cat /etc/resolv.conf
  is $'search example.org\nnameserver 192.0.2.53\noptions ndots:3'
  ok run --rm --network bridge --add-host db:10.0.0.7 --add-host up:host-gateway --dns-search . busybox sh -c 'cat /etc/hosts /etc/resolv.conf'
  has $'10.0.0.7\tdb' $'10.90.0.1\tup' "nameserver 10.90.0.1"
  ok run --rm --network none --no-hosts busybox sh -c '! grep -q localhost /etc/hosts 2>/dev/null'
  exits 125 run --rm --network none --add-host up:host-gateway busybox true
  says "host-gateway" "no address that leads to this machine"
  ok run --rm --network host --add-host up:host-gateway busybox grep up /etc/hosts
  is $'127.0.0.1\tup'
}

@test "all exposed ports, and ranges" {
  ok run -d --name web --network bridge --expose 80 --expose 53/udp -P busybox sleep 1000
  ok port web
  has "80/tcp -> 0.0.0.0:" "53/udp -> 0.0.0.0:"
  ok rm -f web
  ok run -d --name web --network bridge -p 127.0.0.1:42000-42002:80-82 busybox sleep 1000
  ok ls
  has "127.0.0.1:42000-42002->80-82/tcp"
  ok run -d --network bridge -p 42000-42009:80 busybox sleep 1000
  ok port "$output"
  [[ $output =~ :4200[0-9]$ ]]
}

@test "whatever is killed: rm -f and system check leave nothing" {
  local port
  port=$(free_port)
  serve web --network bridge -p "$port:80"
  ok inspect -f '{{.Id}}' web
  local id=$output shims=$STORE/state/shims/$output
  kill -KILL "$(cat "$shims/keeper.pid")" "$(cat "$shims/shim.pid")"
  ok rm -f web
  no_port_rule
  no_bridge
  # The folder is gone, and the record of its network is not.
  serve web --network bridge -p "$port:80"
  ok inspect -f '{{.Id}}' web
  id=$output
  cp "$STORE/state/networks/containers/$id.json" "$T/record"
  ok rm -f web
  cp "$T/record" "$STORE/state/networks/containers/$id.json"
  ok check
  has "containers mended: 1"
  [[ ! -e $STORE/state/networks/containers/$id.json ]]
}

@test "many at once have addresses of their own" {
  local i pids=() names=()
  for i in {1..6}; do
    timeout 60 "$MASU" --root "$STORE" run -d --name "c$i" --network bridge --cap-add NET_RAW busybox sleep 1000 >"$T/run.$i" 2>&1 </dev/null 3>&- 4>&- &
    pids+=($!)
    names+=("c$i")
  done
  for i in "${pids[@]}"; do ends_with 0 "$i" || { cat "$T"/run.* >&2; return 1; }; done
  ok inspect -f '{{.NetworkSettings.IPAddress}}' "${names[@]}"
  [[ $(sort -u <<<"$output" | wc -l) == 6 ]]
  ok exec c1 ping -c 1 -W 5 "$(tail -1 <<<"$output")"
}
