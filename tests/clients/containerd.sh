#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs a container runtime under a private containerd: through ctr, and through the CRI with
# crictl where it is installed (or named by CRICTL).  RUNTIME may be a shim, too: the program
# containerd-shim-NAME-v2, which containerd calls io.containerd.NAME.v2.
# usage: containerd.sh RUNTIME [CASE...]   (root; see lib.sh for the variables)
# shellcheck disable=SC1091,SC2034,SC2317 # lib.sh is sourced, and calls cases and their functions by name
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need containerd:containerd ctr:containerd ip:iproute2 busybox:busybox-static script:bsdutils jq:jq
set_runtime "$@"
[[ $(id -u) == 0 ]] || die "must run as root"
isolate "$@"
shift

for cni in /usr/lib/cni /opt/cni/bin; do [[ ! -x $cni/bridge ]] || break; done
crictl=$(command -v "${CRICTL:-crictl}") || crictl=
[[ -n $crictl ]] || ! /usr/bin/python3 -c 'import grpc' 2>/dev/null || crictl=$HERE/crictl.py # without streams
parent=oci-containerd-$$
# The shim's name, where the state of containers is, and what tells either of the runtime.
type=io.containerd.runc.v2 state=$TMP/runtime
flags=(--runc-binary "$RUNTIME" --runc-root "$state")
if [[ ${RUNTIME##*/} == containerd-shim-*-v2 ]]; then
  type=${RUNTIME##*/containerd-shim-} type=io.containerd.${type%-v2}.v2 state=/run/containerd/masu
  flags=(--runtime "$type")
  PATH=${RUNTIME%/*}:$PATH
fi
systemd=false
[[ $CGROUP_MANAGER != systemd ]] || systemd=true parent=ocicontainerd$$.slice
can_lower=$(cap_has 24 && echo false || echo true)
ctr() { command ctr -a "$TMP/c.sock" "$@"; }
client_cleanup() {
  after_case
  [[ ! -e $TMP/restarted ]] || spawned=("$(cat "$TMP/restarted")")
  find /sys/fs/cgroup -depth -type d -path "*/$parent*" -exec rmdir {} + 2>/dev/null
}

mkdir -p "$TMP/cni"
cat >"$TMP/config.toml" <<TOML
version = 2
root = "$TMP/root"
state = "$TMP/state"
[grpc]
  address = "$TMP/c.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/library/pause:latest"
  restrict_oom_score_adj = $can_lower
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$cni"
    conf_dir = "$TMP/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "tested"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.tested]
      runtime_type = "$type"
TOML
[[ $type != io.containerd.runc.v2 ]] || cat >>"$TMP/config.toml" <<TOML
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.tested.options]
        BinaryName = "$RUNTIME"
        Root = "$state"
        SystemdCgroup = $systemd
TOML
cat >"$TMP/cni/10-test.conflist" <<JSON
{"cniVersion": "0.4.0", "name": "test", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipam": {"type": "host-local",
   "dataDir": "$TMP/ipam", "ranges": [[{"subnet": "10.250.0.0/16"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
JSON
spawn containerd containerd --config "$TMP/config.toml"
(within 30 ctr version) || { tail "$TMP/containerd.log"; die "containerd does not start"; }
echo 'timeout: 30' >"$TMP/crictl.yaml"
make_image "$TMP/bb.tar"
make_image "$TMP/pause.tar" docker.io/library/pause:latest '["sleep","1000000"]'
for ns in default k8s.io; do
  for tar in bb pause; do ctr -n $ns image import "$TMP/$tar.tar" >/dev/null; done
done
echo "# containerd $(ctr version | sed -n 's/.*Version: *//p' | tail -1), $("$RUNTIME" --version | head -1)," \
  "cgroup v$(v1_v2 1 2), crictl ${crictl:-missing}"

# --- ctr ---------------------------------------------------------------------------------

bb=docker.io/library/bb:latest
after_case() {
  local id
  for id in $(ctr task ls -q); do ctr task rm -f "$id"; done
  for id in $(ctr container ls -q); do ctr container rm "$id"; done
  [[ -z $crictl ]] || cri rmp -fa
}
[[ $systemd == false || $type != io.containerd.runc.v2 ]] || flags+=(--runc-systemd-cgroup)
# run [OPTION...] -- COMMAND... ; bg [OPTION...] -- COMMAND...
run() { # ctr may lose what a process writes just before its end: end later
  local opts=()
  while [[ $1 != -- ]]; do opts+=("$1"); shift; done
  shift
  start --rm "${opts[@]}" -- sh -c '"$@"; s=$?; sleep 0.2; exit $s' sh "$@"
}
bg() { start -d --log-uri "file://$TMP/log" "$@"; }
start() {
  local opts=() id=c1
  while [[ $1 != -- ]]; do opts+=("$1"); shift; done
  shift
  rm -f "$TMP/log"
  if [[ $systemd == true ]]; then opts+=(--cgroup "$parent:ctr:$id"); else opts+=(--cgroup "/$parent/$id"); fi
  ctr run "${flags[@]}" "${opts[@]}" "$bb" "$id" "$@"
}
exec_in() { ctr task exec --exec-id "e$RANDOM" "${@:1:$#-1}" c1 sh -c "${*: -1}"; }
pid() { ctr task ls | awk '$1 == "c1" {print $2}'; }
value() { cgroup_value "$(pid)" "$@"; }
status() { [[ $(ctr task ls | awk '$1 == "c1" {print $3}') == "$1" ]]; }
loop='i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done'

case_run_true() { start --rm -- true; }
case_exit_code() { rc 37 run -- sh -c 'exit 37'; }
case_command_not_found() { rc 1 start --rm -- no-such-command; }
case_env_cwd() { eq "b /tmp" "$(run --env A=b --cwd /tmp -- sh -c 'echo $A $(pwd)')"; }
# ctr loses an end of input that comes before the task runs: give it time.
case_stdin() { eq hello "$( (sleep 1.5; echo hello; sleep 0.5) | run -- cat)"; }
case_tty() {
  has "got:42" "$(typed 'echo got:$((6*7))\nexit\n' "$(line run -t)")"
}
line() { # the command line of a terminal session
  if [[ $1 == run ]]; then echo "command ctr -a $TMP/c.sock run --rm -t ${flags[*]} $bb c1 sh"
  else echo "command ctr -a $TMP/c.sock task exec -t --exec-id t1 c1 sh"; fi
}
case_tty_exit_code() { rc 5 typed 'exit 5\n' "$(line run)"; }
case_exec() { bg -- sleep 60; eq "1 sleep" "$(exec_in 'echo 1 $(cat /proc/1/comm)')"; }
case_exec_exit_code() { bg -- sleep 60; rc 9 exec_in 'exit 9'; }
case_exec_cwd_user() { bg -- sleep 60; eq "/tmp 1000" "$(exec_in --cwd /tmp --user 1000 'echo $(pwd) $(id -u)')"; }
case_exec_stdin() { bg -- sleep 60; eq hello "$(echo hello | exec_in cat)"; }
case_exec_tty() { bg -- sleep 60; has "got:42" "$(typed 'echo got:$((6*7))\nexit\n' "$(line exec)")"; }
case_log_uri() { bg -- echo logged; within 5 grep -q logged "$TMP/log"; }
case_kill() { bg -- sleep 60; ctr task kill -s KILL c1; within 5 status STOPPED; has "code 137" "$(ctr task rm c1 2>&1)"; }
case_kill_signal() {
  bg -- sh -c 'trap "exit 6" HUP; while :; do sleep 0.1; done'
  sleep 0.3; ctr task kill -s HUP c1; within 5 status STOPPED; has "code 6" "$(ctr task rm c1 2>&1)"
}
case_kill_exec() {
  bg -- sleep 60
  ctr task exec -d --exec-id e1 c1 sleep 61
  has e1 "$(ctr task ps c1)"
  ctr task kill --exec-id e1 -s KILL c1
  gone() { ! ctr task ps c1 | grep -q e1; }
  within 5 gone
}
case_kill_all_host_pid() {
  bg --with-ns "pid:/proc/self/ns/pid" -- sh -c 'sleep 71 & sleep 72' || skip "no host pid namespace"
  ctr task kill -a -s KILL c1; within 5 status STOPPED
}
case_pause() {
  bg -- sh -c "$loop"
  sleep 0.3; ctr task pause c1; status PAUSED; sleep 0.3
  local before
  before=$(wc -l <"$TMP/log"); sleep 0.5
  eq "$before" "$(wc -l <"$TMP/log")"
  ctr task resume c1; sleep 0.5; status RUNNING
  (($(wc -l <"$TMP/log") > before))
}
case_ps() { bg -- sh -c 'sleep 60 & sleep 60'; within 5 test -n "$(pid)"; (($(ctr task ps c1 | wc -l) >= 3)); }
case_metrics() { bg --memory-limit 67108864 -- sleep 60; has 67108864 "$(ctr task metrics c1)"; }
case_memory() { bg --memory-limit 67108864 -- sleep 60; eq 67108864 "$(value memory memory.limit_in_bytes memory.max)"; }
case_cpu() {
  bg --cpus 0.5 -- sleep 60
  eq "$(v1_v2 50000 '50000 100000')" "$(value cpu cpu.cfs_quota_us cpu.max)"
}
case_cgroup_path() { bg -- sleep 60; has "$parent" "$(cgroup_dir "$(pid)" memory)"; }
case_oom() {
  ctr events >"$TMP/events" 2>&1 &
  local watch=$!
  rc 137 run --memory-limit 25165824 -- tail /dev/zero
  kill $watch
  has /tasks/oom "$(cat "$TMP/events")"
}
case_read_only() { rc 1 run --read-only -- touch /x; }
case_mount() {
  mkdir -p "$TMP/v"; echo data >"$TMP/v/f"
  eq data "$(run --mount "type=bind,src=$TMP/v,dst=/v,options=rbind:rw" -- sh -c 'cat /v/f; touch /v/new')"
  test -e "$TMP/v/new"
  rc 1 run --mount "type=bind,src=$TMP/v,dst=/v,options=rbind:ro" -- touch /v/other
  has 1024 "$(run --mount type=tmpfs,src=tmpfs,dst=/t,options=size=1m -- df -k /t)"
}
case_rootfs() { make_rootfs "$TMP/rootfs"; eq hi "$(ctr run --rm "${flags[@]}" --rootfs "$TMP/rootfs" c1 /bin/sh -c "echo hi; /bin/sleep 0.2")"; }
case_own_config() {
  bg -- sleep 1
  ctr container info c1 | jq '.Spec | .process.args = ["sh", "-c", "hostname; sleep 0.2; exit 3"] | .hostname = "box"' >"$TMP/spec.json"
  after_case
  make_rootfs "$TMP/rootfs2"
  jq --arg root "$TMP/rootfs2" '.root.path = $root' "$TMP/spec.json" >"$TMP/spec2.json"
  rc 3 ctr run --rm "${flags[@]}" --config "$TMP/spec2.json" c1 >"$TMP/out"
  eq box "$(cat "$TMP/out")"
}
case_caps() {
  has 00000000a80425fb "$(run -- grep CapEff /proc/self/status)"
  has 00000000a80425da "$(run --cap-drop CAP_CHOWN --cap-drop CAP_KILL -- grep CapEff /proc/self/status)"
  has 00000000a80435fb "$(run --cap-add CAP_NET_ADMIN -- grep CapEff /proc/self/status)"
}
case_no_new_privileges() {
  has 1 "$(run -- grep NoNewPrivs /proc/self/status)"
  has 0 "$(run --allow-new-privs -- grep NoNewPrivs /proc/self/status)"
}
case_seccomp_default() { has 2 "$(run --seccomp -- grep Seccomp: /proc/self/status)"; }
case_seccomp_profile() {
  write_seccomp "$TMP/seccomp.json"
  has "Numerical argument out of domain" \
    "$(run --seccomp --seccomp-profile "$TMP/seccomp.json" -- mkdir /tmp/x 2>&1 || true)"
}
case_privileged() { has "$(cap_hex)" "$(run --privileged -- grep CapEff /proc/self/status)"; }
case_device() { run --device /dev/fuse -- sh -c ': <>/dev/fuse'; rc 1 run -- ls /dev/fuse; }
case_net_host() { eq "$(readlink /proc/self/ns/net)" "$(run --net-host -- readlink /proc/self/ns/net)"; }
case_cni() {
  [[ -x $cni/bridge ]] || skip "no CNI plugins (Debian package containernetworking-plugins)"
  { mkdir -p /etc/cni/net.d 2>/dev/null && mount --bind "$TMP/cni" /etc/cni/net.d; } || skip "no /etc/cni/net.d"
  [[ -x /opt/cni/bin/bridge ]] || { mkdir -p /opt/cni/bin && mount --bind "$cni" /opt/cni/bin; }
  has "inet 10.250." "$(run --cni -- ip addr)"
}
case_with_ns() { # two containers in one ipc namespace
  bg -- sleep 60
  eq "$(exec_in 'readlink /proc/self/ns/ipc')" \
    "$(ctr run --rm "${flags[@]}" --with-ns "ipc:/proc/$(pid)/ns/ipc" $bb c2 sh -c "readlink /proc/self/ns/ipc; sleep 0.2")"
}
case_pid_file() { bg --pid-file "$TMP/pid" -- sleep 60; eq "$(pid)" "$(cat "$TMP/pid")"; }
case_user_namespace() {
  make_rootfs "$TMP/mapped"; chown -Rh 100000:100000 "$TMP/mapped"
  bg -- sleep 1
  ctr container info c1 | jq --arg root "$TMP/mapped" '.Spec | .root.path = $root
    | .process.args = ["sh", "-c", "echo $(id -u) $(cat /proc/self/uid_map); sleep 0.2"]
    | .linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
    | .linux.gidMappings = .linux.uidMappings' >"$TMP/spec.json"
  after_case
  eq "0 0 100000 65536" "$(ctr run --rm "${flags[@]}" --config "$TMP/spec.json" c1)"
}
case_events() {
  ctr events >"$TMP/events" 2>&1 &
  local watch=$! topic
  sleep 0.3; run -- true; sleep 0.3; kill $watch
  for topic in create start exit delete; do grep -q "/tasks/$topic" "$TMP/events" || fail "no $topic event"; done
}
case_containerd_restart() {
  bg -- sleep 60
  kill "${spawned[0]}"; timeout 15 tail --pid="${spawned[0]}" -f /dev/null
  containerd --config "$TMP/config.toml" >>"$TMP/containerd.log" 2>&1 &
  echo $! >"$TMP/restarted"
  within 20 ctr version
  status RUNNING
  eq again "$(exec_in 'echo again')"
}
case_parallel() {
  local i pids=()
  for i in $(seq 8); do ctr run --rm "${flags[@]}" $bb "p$i" sh -c "exit $i" & pids+=($!); done
  for i in $(seq 8); do rc "$i" wait "${pids[i - 1]}"; done
}
case_checkpoint() {
  { have criu && criu check >/dev/null 2>&1; } || skip "criu is missing or does not work here"
  bg -- sh -c "$loop"
  sleep 0.5
  ctr container checkpoint --task c1 checkpointed
  ctr task rm -f c1; ctr container rm c1
  ctr container restore --live c1 checkpointed
  status RUNNING
}
case_wasm() {
  wasm_module "$TMP/hello.wat"
  rc 7 start --rm --annotation run.oci.handler=wasm \
    --mount "type=bind,src=$TMP/hello.wat,dst=/hello.wat,options=rbind:ro" -- /hello.wat
}

# --- CRI ---------------------------------------------------------------------------------

cri() { "$crictl" --config "$TMP/crictl.yaml" --runtime-endpoint "unix://$TMP/c.sock" --image-endpoint "unix://$TMP/c.sock" "$@"; }
# pod [JQ] : a sandbox; a jq filter may change its configuration.  Sets $POD.
pod() {
  [[ -n $crictl ]] || skip "no crictl (kubernetes-sigs/cri-tools; set CRICTL)"
  [[ -x $cni/bridge ]] || skip "no CNI plugins (Debian package containernetworking-plugins)"
  rm -rf "$TMP/podlog"
  jq -n --arg log "$TMP/podlog" --arg parent "/$parent" '{metadata: {name: "p", namespace: "n", uid: "u", attempt: 1},
    log_directory: $log, hostname: "box", linux: {cgroup_parent: $parent}}' | jq "${1:-.}" >"$TMP/pod.json"
  POD=$(cri runp "$TMP/pod.json")
}
streams() { [[ $crictl != "$HERE/crictl.py" ]] || skip "no crictl, and crictl.py has no streams"; }
# container COMMAND [JQ] : a started container of $POD.  Sets $CON.
container() {
  jq -n --arg cmd "$1" '{metadata: {name: "c"}, image: {image: "bb"}, command: ["sh", "-c", $cmd],
    log_path: "c.log", linux: {}}' | jq "${2:-.}" >"$TMP/con.json"
  CON=$(cri create "$POD" "$TMP/con.json" "$TMP/pod.json")
  cri start "$CON" >/dev/null
}
cri_get() { cri inspect "$CON" | jq -r "$1"; }
exited() { [[ $(cri_get .status.state) == CONTAINER_EXITED ]]; }
cri_value() { cgroup_value "$(cri_get .info.pid)" "$@"; }
ended() { within 10 exited; cri_get .status.exitCode; }

case_cri_run() { pod; container 'hostname; exit 0'; eq 0 "$(ended)"; eq box "$(cri logs "$CON")"; }
case_cri_exit_code() { pod; container 'exit 7'; eq 7 "$(ended)"; }
case_cri_exec_sync() { pod; container 'sleep 60'; eq hi "$(cri exec -s "$CON" echo hi)"; }
case_cri_exec() { streams; pod; container 'sleep 60'; eq hi "$(cri exec "$CON" echo hi)"; }
case_cri_exec_exit_code() { streams; pod; container 'sleep 60'; has "exit code 4" "$(cri exec "$CON" sh -c 'exit 4' 2>&1 || true)"; }
case_cri_exec_tty() {
  streams
  pod; container 'sleep 60'
  has "got:42" "$(typed 'echo got:$((6*7))\nexit\n' \
    "$crictl --config $TMP/crictl.yaml -r unix://$TMP/c.sock -i unix://$TMP/c.sock exec -it $CON sh")"
}
case_cri_stop() {
  pod; container 'trap "exit 5" TERM; while :; do sleep 0.1; done'
  sleep 0.3; cri stop -t 5 "$CON"; eq 5 "$(ended)"
}
case_cri_stop_timeout() { pod; container 'trap "" TERM; while :; do sleep 0.1; done'; cri stop -t 1 "$CON"; eq 137 "$(ended)"; }
case_cri_network() {
  pod; container 'mkdir /w; echo page >/w/index.html; exec httpd -f -h /w'
  page() { [[ $(busybox wget -qO- "http://$(cri inspectp "$POD" | jq -r .status.network.ip)/") == page ]]; }
  within 5 page
}
case_cri_resources() {
  pod
  container 'sleep 60' '.linux.resources = {memory_limit_in_bytes: 67108864, cpu_quota: 30000, cpu_period: 100000,
    cpu_shares: 512, cpuset_cpus: "0"}'
  eq 67108864 "$(cri_value memory memory.limit_in_bytes memory.max)"
  has 30000 "$(cri_value cpu cpu.cfs_quota_us cpu.max)"
  eq 0 "$(cri_value cpuset cpuset.cpus cpuset.cpus)"
}
case_cri_update() {
  pod; container 'sleep 60'
  cri update --memory 134217728 --cpu-quota 20000 --cpu-period 100000 "$CON"
  eq 134217728 "$(cri_value memory memory.limit_in_bytes memory.max)"
  has 20000 "$(cri_value cpu cpu.cfs_quota_us cpu.max)"
}
case_cri_stats() { pod; container 'sleep 60'; (($(cri stats -o json "$CON" | jq -r '.stats[0].memory.workingSetBytes.value') > 0)); }
case_cri_oom_killed() {
  pod; container 'tail /dev/zero' '.linux.resources = {memory_limit_in_bytes: 25165824}'
  eq 137 "$(ended)"; eq OOMKilled "$(cri_get .status.reason)"
}
case_cri_security() {
  pod
  container 'id -u; touch /x; grep -E "NoNewPrivs|CapBnd" /proc/self/status' '.linux.security_context = {
    run_as_user: {value: 1000}, readonly_rootfs: true, no_new_privs: true, capabilities: {drop_capabilities: ["ALL"]}}'
  eq 0 "$(ended)"
  local out
  out=$(cri logs "$CON" 2>&1 | tr '\t' ' ')
  has 1000 "$out"; has "Read-only file system" "$out"; has "NoNewPrivs: 1" "$out"; has "CapBnd: 0000000000000000" "$out"
}
case_cri_seccomp() {
  write_seccomp "$TMP/seccomp.json"
  pod
  container 'grep Seccomp: /proc/self/status; mkdir /tmp/x' '.linux.security_context.seccomp =
    {profile_type: 2, localhost_ref: "'"$TMP/seccomp.json"'"}'
  eq 1 "$(ended)"; has "Numerical argument" "$(cri logs "$CON" 2>&1)"
}
case_cri_mount() {
  mkdir -p "$TMP/m"; echo data >"$TMP/m/f"
  pod; container 'cat /m/f; touch /m/x' '.mounts = [{container_path: "/m", host_path: "'"$TMP/m"'", readonly: true}]'
  eq 1 "$(ended)"; has data "$(cri logs "$CON" 2>/dev/null)"
}
case_cri_host_namespaces() {
  pod 'del(.hostname) | .linux.security_context.namespace_options = {network: 2, pid: 2, ipc: 2}'
  container 'for n in net pid ipc; do readlink /proc/self/ns/$n; done' \
    '.linux.security_context.namespace_options = {network: 2, pid: 2, ipc: 2}'
  eq 0 "$(ended)"; eq "$(readlink /proc/self/ns/{net,pid,ipc})" "$(cri logs "$CON")"
}
case_cri_pod_pid() {
  pod '.linux.security_context.namespace_options = {pid: 0}'
  container 'cat /proc/1/comm' '.linux.security_context.namespace_options = {pid: 0}'
  eq 0 "$(ended)"; eq sleep "$(cri logs "$CON")"
}
case_cri_privileged() {
  pod '.linux.security_context.privileged = true'
  container 'mkdir /m && mount -t tmpfs x /m' '.linux.security_context.privileged = true'
  eq 0 "$(ended)"
}
case_cri_sysctl() {
  pod '.linux.sysctls = {"net.ipv4.ip_forward": "1"}'
  container 'cat /proc/sys/net/ipv4/ip_forward'
  eq 0 "$(ended)"; eq 1 "$(cri logs "$CON")"
}
# The whole suite, with the local images; it takes minutes, so only where CRITEST names it.
case_critest() {
  [[ -n ${CRITEST:-} ]] || skip "CRITEST does not name a critest (kubernetes-sigs/cri-tools)"
  printf '%s: docker.io/library/bb:latest\n' defaultTestContainerImage >"$TMP/images.yaml"
  (cd "$TMP" && "$CRITEST" -runtime-endpoint "unix://$TMP/c.sock" -image-endpoint "unix://$TMP/c.sock" \
    -test-images-file "$TMP/images.yaml" -ginkgo.no-color -ginkgo.skip "${CRITEST_SKIP:-[Ii]mage}")
}
case_nothing_left() {
  after_case
  eq "" "$(find /run/containerd/s -type s 2>/dev/null)"
  eq "" "$(find "$state" -mindepth 2 -maxdepth 2 ! -name '.*' 2>/dev/null)"
  eq "" "$(find /sys/fs/cgroup -mindepth 3 -type d -path "*/$parent/*")"
  eq "" "$(find "$TMP/state/io.containerd.runtime.v2.task" -mindepth 2 -maxdepth 2 ! -name '.*' 2>/dev/null)"
}

bench="command ctr -a $TMP/c.sock run --rm ${flags[*]} $bb c1 true"
run_cases "$@"
