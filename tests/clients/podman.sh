#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs a container runtime under podman, with private storage and configuration.  As root it
# tests rootful podman; as an ordinary user (see podman-rootless.sh) rootless podman.
# usage: podman.sh RUNTIME [CASE...]   (see lib.sh for the variables)
# shellcheck disable=SC1091,SC2034,SC2317 # lib.sh is sourced, and calls cases and their functions by name
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need podman:podman conmon:conmon busybox:busybox-static script:bsdutils jq:jq
root=$([[ $(id -u) == 0 ]] && echo 1 || echo)
if [[ $root ]]; then need /usr/lib/podman/netavark:netavark ip:iproute2 iptables:iptables
else need slirp4netns:slirp4netns newuidmap:uidmap; fi
set_runtime "$@"
isolate "$@"
shift

parent=oci-podman-$$
[[ $CGROUP_MANAGER != systemd ]] || parent=ocipodman$$.slice
[[ -n $root || ($CGROUP_MANAGER == systemd && -n ${XDG_RUNTIME_DIR:-}) ]] || {
  export XDG_RUNTIME_DIR=$TMP/xdg
  mkdir -p "$XDG_RUNTIME_DIR"
  chmod 700 "$XDG_RUNTIME_DIR"
}
mkdir -p "$TMP/hooks"
export CONTAINERS_CONF=$TMP/containers.conf CONTAINERS_STORAGE_CONF=$TMP/storage.conf
no_cgroups=
[[ $("$RUNTIME" --help 2>&1) != *--cgroup-manager* ]] || no_cgroups='"tested"'
cat >"$CONTAINERS_CONF" <<TOML
[containers]
default_ulimits = [$(ulimits)]
[engine]
runtime = "tested"
cgroup_manager = "$CGROUP_MANAGER"
events_logger = "file"
conmon_env_vars = ["PATH=$PATH", "MASU_WASM_ENGINE_PATH=${MASU_WASM_ENGINE_PATH:-}"]
lock_type = "file"
tmp_dir = "$TMP/libpod"
hooks_dir = ["$TMP/hooks"]
runtime_supports_json = ["tested"]
runtime_supports_nocgroup = [$no_cgroups] # 4.3 reads this key
runtime_supports_nocgroups = [$no_cgroups]
[engine.runtimes]
tested = ["$RUNTIME"]
[network]
network_config_dir = "$TMP/net"
TOML
cat >"$CONTAINERS_STORAGE_CONF" <<TOML
[storage]
driver = "${STORAGE_DRIVER:-overlay}"
graphroot = "$TMP/store"
rootless_storage_path = "$TMP/store"
runroot = "$TMP/run-store"
TOML
client_cleanup() {
  podman rm -fat 0
  podman pod rm -fat 0
  find /sys/fs/cgroup -depth -type d -path "*/$parent*" -exec rmdir {} + 2>/dev/null
  # Layers belong to subordinate users: only their namespace may remove them.
  [[ -n $root ]] || { podman unshare rm -rf "$TMP/store" "$TMP"/mapped* "$TMP/rootfs"; podman system migrate; }
}
make_image "$TMP/bb.tar"
podman load -qi "$TMP/bb.tar" >/dev/null || die "podman does not start"
podman tag docker.io/library/bb localhost/bb
info() { podman info -f "{{.Host.$1}}"; }
echo "# $(podman --version), $("$RUNTIME" --version | head -1), cgroup $(info CgroupsVersion) $(info CgroupManager)," \
  "$([[ $root ]] && echo rootful || echo rootless), storage $(podman info -f '{{.Store.GraphDriverName}}')"

after_case() { podman rm -fat 0; podman pod rm -fa; rm -f "$TMP"/hooks/*.json; }
run() { podman run --rm "$@"; }
bg() { podman run -d --name box "$@" >/dev/null; }
get() { podman inspect -f "$1" "${2:-box}"; }
is() { eq "$1" "$(get "$2")"; }
state() { [[ $(get '{{.State.Status}}') == "$1" ]]; }
value() { cgroup_value "$(get '{{.State.Pid}}')" "$@"; }
# controller NAME : skip the case where this user has no such cgroup controller.
controller() { [[ " $(info CgroupControllers | tr -d '[]') " == *" $1 "* ]] || skip "no cgroup controller $1 for this user"; }
freezable() { [[ $root ]] || is_v2 || skip "ordinary users cannot freeze cgroup v1"; }
cgroups() { [[ $root ]] || is_v2 || skip "ordinary users have no cgroup v1"; }
loop='i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done'

case_run_true() { run bb true; }
case_exit_code() { rc 37 run bb sh -c 'exit 37'; }
case_command_not_found() { rc 127 run bb no-such-command; }
case_path_not_found() { rc 127 run bb /no/such/path; }
case_command_not_executable() { rc 126 run bb /etc/passwd; }
case_runtime_flags() { eq hi "$(podman --runtime "$RUNTIME" --runtime-flag debug run --rm bb echo hi)"; }
case_env() { eq "b" "$(run -e A=b bb sh -c 'echo $A')"; }
case_cwd() { eq /tmp "$(run -w /tmp bb pwd)"; }
case_user() { eq "1000 1000" "$(run -u tester bb sh -c 'echo $(id -u) $(id -g)')"; }
case_groups() { has "44" "$(run -u tester --group-add 44 bb id -G)"; }
case_umask() { eq 0077 "$(run --umask 0077 bb sh -c umask)"; }
case_hostname() { eq box "$(run -h box bb hostname)"; }
case_stdin() { eq "hello" "$(echo hello | run -i bb cat)"; }
case_stdin_large() {
  head -c 3000000 /dev/urandom >"$TMP/large"
  eq "$(md5sum <"$TMP/large")" "$(run -i bb cat <"$TMP/large" | md5sum)"
}
case_stderr() { eq err "$(run bb sh -c 'echo out; echo err >&2' 2>&1 >/dev/null)"; }
case_preserve_fds() { eq passed "$(echo passed >"$TMP/fd3"; exec 3<"$TMP/fd3"; run --preserve-fds 1 bb sh -c 'cat <&3')"; }
case_tty() { has "got:42 33 111" "$(typed 'echo got:$((6*7)) $(stty size)\nexit\n' 'podman run --rm -it bb sh')"; }
case_tty_exit_code() { rc 5 typed 'exit 5\n' 'podman run --rm -it bb sh'; }
case_exec() { bg bb sleep 60; eq "1 sleep" "$(podman exec box sh -c 'echo 1 $(cat /proc/1/comm)')"; }
case_exec_exit_code() { bg bb sleep 60; rc 9 podman exec box sh -c 'exit 9'; }
case_exec_not_found() { bg bb sleep 60; rc 127 podman exec box no-such-command; }
case_exec_env_user_cwd() {
  bg -e A=1 bb sleep 60
  eq "1 2 /tmp 1000" "$(podman exec -e B=2 -w /tmp -u tester box sh -c 'echo $A $B $(pwd) $(id -u)')"
}
case_exec_stdin() { bg bb sleep 60; eq hello "$(echo hello | podman exec -i box cat)"; }
case_exec_tty() {
  bg bb sleep 60
  has "got:42 33 111" "$(typed 'echo got:$((6*7)) $(stty size)\nexit\n' 'podman exec -it box sh')"
}
case_exec_detached() { bg bb sleep 60; podman exec -d box touch /tmp/x; within 5 podman exec box ls /tmp/x; }
case_exec_privileged() {
  bg bb sleep 60
  podman exec --privileged box sh -c 'mkdir /tmp/m && mount -t tmpfs x /tmp/m' || cap_all || skip "some capabilities are missing here"
}
case_logs() {
  podman run --name box bb sh -c 'echo out; echo err >&2' >/dev/null 2>&1
  eq "out" "$(podman logs box 2>/dev/null)"
  eq "err" "$(podman logs box 2>&1 >/dev/null)"
}
case_wait() { bg bb sh -c 'sleep 0.5; exit 4'; eq 4 "$(podman wait box)"; }
case_attach() {
  podman run -di --name box bb cat >/dev/null
  (sleep 0.5; echo typed; sleep 0.5) | timeout 10 podman attach box >"$TMP/attached"
  eq typed "$(cat "$TMP/attached")"
}
case_stop() { bg bb sh -c 'trap "exit 7" TERM; while :; do sleep 0.1; done'; sleep 0.3; podman stop box; is 7 '{{.State.ExitCode}}'; }
case_stop_timeout() { bg bb sh -c 'trap "" TERM; while :; do sleep 0.1; done'; podman stop -t 1 box; is 137 '{{.State.ExitCode}}'; }
case_stop_signal() {
  bg --stop-signal USR1 bb sh -c 'trap "exit 8" USR1; while :; do sleep 0.1; done'
  sleep 0.3; podman stop box; is 8 '{{.State.ExitCode}}'
}
case_kill() { bg bb sleep 60; podman kill box; within 5 state exited; is 137 '{{.State.ExitCode}}'; }
case_kill_signal() {
  bg bb sh -c 'trap "exit 6" HUP; while :; do sleep 0.1; done'
  sleep 0.3; podman kill -s HUP box; within 5 state exited; is 6 '{{.State.ExitCode}}'
}
case_timeout() { local start=$SECONDS; run --timeout 1 bb sleep 30 || true; ((SECONDS - start < 20)); }
case_restart() {
  bg bb sleep 60
  local before
  before=$(get '{{.State.Pid}}')
  podman restart -t 0 box
  state running
  [[ $before != "$(get '{{.State.Pid}}')" ]]
}
case_restart_policy() {
  bg --restart on-failure:2 bb sh -c 'exit 1'
  restarted() { [[ $(get '{{.RestartCount}} {{.State.Status}}') == "2 exited" ]]; }
  within 20 restarted
}
case_create_start() { podman create --name box -i bb cat >/dev/null; eq again "$(echo again | podman start -ai box)"; }
case_init_state() { podman create --name box bb sleep 60 >/dev/null; podman init box; state initialized; podman start box; state running; }
case_pause() {
  freezable
  bg bb sh -c "$loop"
  sleep 0.3; podman pause box; state paused; sleep 0.3
  local before after
  before=$(podman logs box | wc -l); sleep 0.5; after=$(podman logs box | wc -l)
  eq "$before" "$after"
  podman unpause box; sleep 0.5
  (($(podman logs box | wc -l) > after))
}
case_kill_paused() { freezable; bg bb sleep 60; podman pause box; podman rm -ft 0 box; }
case_memory() {
  controller memory
  bg --memory 64m --memory-swap 64m --memory-reservation 32m bb sleep 60
  eq 67108864 "$(value memory memory.limit_in_bytes memory.max)"
  eq 33554432 "$(value memory memory.soft_limit_in_bytes memory.low)"
}
case_cpu() {
  controller cpu
  bg --cpus 0.5 --cpu-shares 512 bb sleep 60
  eq "$(v1_v2 50000 '50000 100000')" "$(value cpu cpu.cfs_quota_us cpu.max)"
  if is_v2; then (($(value cpu - cpu.weight) < 100)); else eq 512 "$(value cpu cpu.shares -)"; fi
}
case_cpuset() { controller cpuset; bg --cpuset-cpus 0 bb sleep 60; eq 0 "$(value cpuset cpuset.cpus cpuset.cpus)"; }
case_pids() {
  controller pids
  bg --pids-limit 12 bb sleep 60
  eq 12 "$(value pids pids.max pids.max)"
  has "can't fork" "$(podman exec box sh -c 'for i in $(seq 20); do sleep 1 & done' 2>&1 || true)"
}
case_unified() { is_v2 || skip "cgroup v2 only"; controller memory; bg --cgroup-conf memory.high=50000000 bb sleep 60; value memory - memory.high; }
case_update() {
  controller memory
  bg --memory 64m --memory-swap 64m bb sleep 60
  podman update --memory 128m --memory-swap 128m --cpu-quota 20000 box
  eq 134217728 "$(value memory memory.limit_in_bytes memory.max)"
  has 20000 "$(value cpu cpu.cfs_quota_us cpu.max)"
}
case_cgroup_parent() {
  cgroups
  bg --cgroup-parent "$(v1_v2 "/$parent" "$parent")" bb sleep 60
  has "$parent" "$(cat "/proc/$(get '{{.State.Pid}}')/cgroup")"
}
case_cgroups_disabled() {
  [[ $no_cgroups ]] || skip "the runtime has no crun-like option --cgroup-manager"
  run --cgroups disabled bb true
}
case_oom_kill() {
  controller memory
  rc 137 podman run --name box --memory 24m --memory-swap 24m bb tail /dev/zero
  ! is_v2 || is true '{{.State.OOMKilled}}' # conmon 2.1 misses it under v1
}
case_oom_score_adj() { eq 500 "$(run --oom-score-adj 500 bb cat /proc/self/oom_score_adj)"; }
case_ulimit() { eq "100 200" "$(run --ulimit nofile=100:200 --ulimit nproc=1000:1000 bb sh -c 'echo $(ulimit -Sn) $(ulimit -Hn)')"; }
case_read_only() { rc 1 run --read-only bb touch /x; run --read-only --tmpfs /t bb touch /t/x; }
case_tmpfs() {
  has "1024 " "$(run --tmpfs /t:size=1m,mode=1700 bb df -k /t)"
  eq 1700 "$(run --tmpfs /t:size=1m,mode=1700 bb stat -c %a /t)"
}
case_shm_size() { has 2048 "$(run --shm-size 2m bb df -k /dev/shm)"; }
case_volume_bind() {
  mkdir -p "$TMP/v"; echo data >"$TMP/v/f"
  eq data "$(run -v "$TMP/v:/v" bb sh -c 'cat /v/f; touch /v/new')"
  test -e "$TMP/v/new"
  rc 1 run -v "$TMP/v:/v:ro" bb touch /v/other
}
case_volume_options() {
  mkdir -p "$TMP/v"
  has noexec "$(run -v "$TMP/v:/v:noexec,nosuid,nodev" bb grep ' /v ' /proc/mounts)"
}
case_volume_file() { echo one >"$TMP/one"; eq one "$(run -v "$TMP/one:/etc/one:ro" bb cat /etc/one)"; }
case_volume_named() { run -v vol:/v bb touch /v/x; run -v vol:/v bb ls /v/x; podman volume rm vol; }
case_rootfs() { make_rootfs "$TMP/rootfs"; eq hi "$(podman run --rm --rootfs "$TMP/rootfs" echo hi)"; }
case_cap_drop() { has 0000000000000000 "$(run --cap-drop ALL bb grep CapEff /proc/self/status)"; }
case_cap_add() { has 0000000000001000 "$(run --cap-drop ALL --cap-add NET_ADMIN bb grep CapEff /proc/self/status)"; }
case_no_new_privileges() { has 1 "$(run --security-opt no-new-privileges bb grep NoNewPrivs /proc/self/status)"; }
case_seccomp_default() { has 2 "$(run bb grep Seccomp: /proc/self/status)"; }
case_seccomp_unconfined() { has 0 "$(run --security-opt seccomp=unconfined bb grep Seccomp: /proc/self/status)"; }
case_seccomp_profile() {
  write_seccomp "$TMP/seccomp.json"
  has "Numerical argument out of domain" \
    "$(run --security-opt "seccomp=$TMP/seccomp.json" bb mkdir /tmp/x 2>&1 || true)"
}
case_privileged() {
  run --privileged bb sh -c 'mkdir /m && mount -t tmpfs x /m'
  rc 1 run bb sh -c 'mkdir /m; mount -t tmpfs x /m'
}
case_device() {
  local dev
  dev=$(find /dev/net/tun /dev/fuse -maxdepth 0 2>/dev/null | head -1) || true
  [[ -r $dev ]] || skip "no device to try"
  run --device "$dev:/dev/given" bb sh -c ': <>/dev/given'
}
case_masked_paths() {
  eq 0 "$(run bb sh -c 'cat /proc/keys /proc/timer_list 2>/dev/null | wc -c')"
  rc 1 run bb sh -c 'echo 1 >/proc/sys/kernel/domainname'
}
case_sysctl() { eq 1 "$(run --sysctl net.ipv4.ip_forward=1 bb cat /proc/sys/net/ipv4/ip_forward)"; }
case_init() {
  [[ -x /usr/libexec/podman/catatonit || -x /usr/bin/catatonit ]] || skip "no catatonit (Debian package catatonit)"
  has podman-init "$(run --init bb sh -c 'tr "\0" " " </proc/1/cmdline')"
}
case_systemd_mode() { cgroups; run --systemd always bb sh -c 'grep -q " /run tmpfs " /proc/mounts && grep -q " /tmp tmpfs " /proc/mounts'; }
case_pid_namespace() {
  bg bb sleep 60
  has "sleep 60" "$(run --pid container:box bb ps)"
  eq "$(readlink /proc/self/ns/pid)" "$(run --pid host bb readlink /proc/self/ns/pid)"
}
case_ipc_namespace() {
  bg --ipc shareable bb sleep 60
  eq "$(podman exec box readlink /proc/self/ns/ipc)" "$(run --ipc container:box bb readlink /proc/self/ns/ipc)"
}
case_net_namespace() {
  bg bb sleep 60
  eq "$(podman exec box readlink /proc/self/ns/net)" "$(run --net container:box bb readlink /proc/self/ns/net)"
  eq "$(readlink /proc/self/ns/net)" "$(run --net host bb readlink /proc/self/ns/net)"
  has "lo:" "$(run --net none bb ip addr)"
}
case_uts_namespace() { eq "$(readlink /proc/self/ns/uts)" "$(run --uts host bb readlink /proc/self/ns/uts)"; }
case_cgroup_namespace() {
  eq "$(readlink /proc/self/ns/cgroup)" "$(run --cgroupns host bb readlink /proc/self/ns/cgroup)"
  run --cgroupns private bb sh -c 'grep -qE ":/$|:/container$" /proc/self/cgroup'
}
case_user_namespace() {
  local map=(--uidmap 0:100000:65536 --gidmap 0:100000:65536) want="0 0 100000 65536"
  if [[ -z $root ]]; then # with the owner of the storage in the map: its folders are private
    map=(--uidmap 0:1:1000 --uidmap 1000:0:1 --gidmap 0:1:1000 --gidmap 1000:0:1) want="0 0 1 1000"
  fi
  eq "$want" "$(run "${map[@]}" bb sh -c 'echo $(id -u) $(head -1 /proc/self/uid_map)')"
}
case_keep_id() { [[ -z $root ]] || skip "rootless only"; eq "$(id -u)" "$(run --userns keep-id bb id -u)"; }
case_network() {
  bg -p 127.0.0.1:18080:80 bb sh -c 'mkdir /w; echo page >/w/index.html; exec httpd -f -h /w'
  page() { [[ $(busybox wget -qO- http://127.0.0.1:18080/) == page ]]; }
  within 10 page
}
case_kube_play() {
  controller memory
  cat >"$TMP/pod.yaml" <<YAML
apiVersion: v1
kind: Pod
metadata: {name: kube}
spec:
  containers:
    - {name: box, image: localhost/bb, command: [sh, -c, "echo ready; sleep 60"], resources: {limits: {memory: 64Mi}}}
YAML
  podman kube play "$TMP/pod.yaml" >/dev/null
  eq running "$(podman inspect -f '{{.State.Status}}' kube-box)"
  eq tested "$(podman inspect -f '{{.OCIRuntime}}' kube-box)"
  within 10 grep -q ready < <(podman logs kube-box)
  podman pod stop -t 0 kube
}
case_pod() {
  podman pod create --name pod >/dev/null || skip "no infra container"
  podman run -d --pod pod --name box bb httpd -f -p 81 -h /etc >/dev/null
  has root "$(podman run --rm --pod pod bb sh -c 'sleep 0.5; wget -qO- http://127.0.0.1:81/passwd')"
  podman pod stop -t 0 pod
}
case_health() {
  bg --health-cmd 'test -e /tmp/fine' --health-interval disable bb sleep 60
  rc 1 podman healthcheck run box
  podman exec box touch /tmp/fine
  podman healthcheck run box
}
case_hooks() {
  local stage
  printf '#!/bin/sh\ncat >%s/hook.$1\n' "$TMP" >"$TMP/hook.sh"; chmod +x "$TMP/hook.sh"
  for stage in prestart createRuntime createContainer startContainer poststart poststop; do
    [[ $stage != startContainer ]] || continue # runs inside, where the script is not
    echo "{\"version\":\"1.0.0\",\"hook\":{\"path\":\"$TMP/hook.sh\",\"args\":[\"hook\",\"$stage\"]},
      \"when\":{\"always\":true},\"stages\":[\"$stage\"]}" >"$TMP/hooks/$stage.json"
  done
  run bb true
  for stage in prestart createRuntime createContainer poststart poststop; do
    test -s "$TMP/hook.$stage" || fail "no state came to the hook $stage"
  done
  eq "created created stopped" "$(for stage in prestart createRuntime poststop; do jq -r .status "$TMP/hook.$stage"; done |
    sed 's/creating/created/' | xargs)"
}
case_top() { bg bb sleep 60; has "sleep 60" "$(podman top box)"; }
case_stats() {
  cgroups
  controller memory
  bg --memory 64m bb sleep 60
  has "67.11MB" "$(podman stats --no-stream --format '{{.MemUsage}}' box)"
}
case_events() {
  podman run --name events1 bb true
  local events
  events=$(podman events --stream=false --filter container=events1 --format '{{.Status}}' | xargs)
  has "create" "$events"; has "start" "$events"; has "died" "$events"
}
case_inspect() {
  bg bb sleep 60
  is "running true" '{{.State.Status}} {{.State.Running}}'
  test -d "/proc/$(get '{{.State.Pid}}')"
}
case_rm() { bg bb sleep 60; rc 2 podman rm box; podman rm -ft 0 box; rc 125 podman inspect --type container box; }
case_commit() { podman run --name box bb touch /mark; podman commit -q box marked; run marked ls /mark; podman rmi -f marked; }
case_build() {
  mkdir -p "$TMP/ctx"
  printf 'FROM localhost/bb\nENV A=1\nUSER tester\nWORKDIR /home/tester\nRUN echo $A >f && id -u >>f\nCMD cat f\n' >"$TMP/ctx/Dockerfile"
  podman --runtime "$RUNTIME" build --isolation "$([[ $root ]] && echo oci || echo rootless)" -q -t built "$TMP/ctx"
  eq "1 1000" "$(run built | xargs)"
}
case_parallel() {
  local i pids=()
  for i in $(seq 8); do run bb sh -c "exit $i" & pids+=($!); done
  for i in $(seq 8); do rc "$i" wait "${pids[i - 1]}"; done
}
case_checkpoint() {
  [[ $root ]] || skip "root only"
  { have criu && criu check >/dev/null 2>&1; } || skip "criu is missing or does not work here"
  bg bb sh -c "$loop"
  sleep 0.5
  podman container checkpoint box
  local before
  before=$(podman logs box | tail -1)
  podman container restore box
  sleep 0.5
  (($(podman logs box | tail -1) > before))
}
case_wasm() {
  wasm_module "$TMP/hello.wat"
  local options=(--annotation run.oci.handler=wasm -v "$TMP/hello.wat:/hello.wat:ro" bb /hello.wat)
  rc 7 run "${options[@]}"
  eq "hello from wasm" "$(run "${options[@]}" || true)"
}
case_nothing_left() {
  after_case
  eq "" "$(podman ps -aq)"
  eq "" "$(find "$TMP/store" -maxdepth 3 -name 'config.json' -path '*-containers/*/userdata/*' 2>/dev/null)"
  eq "" "$(grep -o "$TMP/store/overlay/[^ ]*merged" /proc/self/mountinfo || true)"
  [[ -z $root ]] || eq "" "$(find /run/runc /run/crun "/run/$(basename "$RUNTIME")" -mindepth 1 -maxdepth 1 ! -name '.*' 2>/dev/null)"
}

bench="podman run --rm bb true"
run_cases "$@"
