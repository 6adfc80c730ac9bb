#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs a container runtime under a private dockerd.
# usage: docker.sh RUNTIME [CASE...]   (root; see lib.sh for the variables)
# shellcheck disable=SC1091,SC2034,SC2317 # lib.sh is sourced, and calls cases and their functions by name
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need dockerd:docker.io docker:docker.io containerd:containerd iptables:iptables ip:iproute2 \
  busybox:busybox-static script:bsdutils jq:jq
set_runtime "$@"
[[ $(id -u) == 0 ]] || die "must run as root"
isolate "$@"
shift

parent=oci-docker-$$
[[ $CGROUP_MANAGER != systemd ]] || parent=ocidocker$$.slice
export DOCKER_HOST=unix://$TMP/d.sock DOCKER_CONFIG=$TMP/config DOCKER_BUILDKIT=0
client_cleanup() {
  after_case
  find /sys/fs/cgroup -depth -type d -path "*/$parent*" -exec rmdir {} + 2>/dev/null
}

cat >"$TMP/daemon.json" <<JSON
{"runtimes": {"tested": {"path": "$RUNTIME"},
              "tested-args": {"path": "$RUNTIME", "runtimeArgs": ["--debug"]}},
 "default-runtime": "tested", "experimental": true}
JSON
spawn dockerd dockerd --config-file "$TMP/daemon.json" --data-root "$TMP/data" --exec-root "$TMP/exec" \
  --pidfile "$TMP/d.pid" --host "$DOCKER_HOST" --cgroup-parent "/$parent" \
  --exec-opt "native.cgroupdriver=$CGROUP_MANAGER"
(within 30 docker info) || { tail "$TMP/dockerd.log"; die "dockerd does not start"; }
make_image "$TMP/bb.tar"
docker load -qi "$TMP/bb.tar" >/dev/null
echo "# docker $(docker version -f '{{.Server.Version}}'), $("$RUNTIME" --version | head -1)," \
  "cgroup v$(docker info -f '{{.CgroupVersion}}') $(docker info -f '{{.CgroupDriver}}')," \
  "storage $(docker info -f '{{.Driver}}')"

after_case() { docker ps -aq | xargs -r docker rm -f; }
run() { docker run --rm "$@"; }
bg() { docker run -d --name box "$@" >/dev/null; }
get() { docker inspect -f "$1" "${2:-box}"; }
is() { eq "$1" "$(get "$2")"; }
state() { [[ $(get '{{.State.Status}}') == "$1" ]]; }
value() { cgroup_value "$(get '{{.State.Pid}}')" "$@"; }
loop='i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done'

case_run_true() { run bb true; }
case_exit_code() { rc 37 run bb sh -c 'exit 37'; }
case_command_not_found() { rc 127 run bb no-such-command; }
case_path_not_found() { rc 127 run bb /no/such/path; }
case_command_not_executable() { rc 126 run bb /etc/passwd; }
case_bad_cwd_created() { eq /new/dir "$(run -w /new/dir bb pwd)"; }
case_env() { eq "b /usr/sbin:/usr/bin:/sbin:/bin" "$(run -e A=b bb sh -c 'echo $A $PATH')"; }
case_cwd() { eq /tmp "$(run -w /tmp bb pwd)"; }
case_user() { eq "1000 1000" "$(run -u tester bb sh -c 'echo $(id -u) $(id -g)')"; }
case_groups() { eq "1000 44 2000" "$(run -u tester --group-add 44 bb id -G)"; }
case_hostname() { eq box "$(run -h box bb hostname)"; }
case_stdin() { eq "hello" "$(echo hello | run -i bb cat)"; }
case_stdin_large() {
  head -c 3000000 /dev/urandom >"$TMP/large"
  eq "$(md5sum <"$TMP/large")" "$(run -i bb cat <"$TMP/large" | md5sum)"
}
case_stderr() { eq err "$(run bb sh -c 'echo out; echo err >&2' 2>&1 >/dev/null)"; }
case_tty() { has "got:42 33 111" "$(typed 'echo got:$((6*7)) $(stty size)\nexit\n' 'docker run --rm -it bb sh')"; }
case_tty_exit_code() { rc 5 typed 'exit 5\n' 'docker run --rm -it bb sh'; }
case_exec() { bg bb sleep 60; eq "sleep 60" "$(docker exec box sh -c "tr '\\0' ' ' </proc/1/cmdline | xargs")"; }
case_exec_exit_code() { bg bb sleep 60; rc 9 docker exec box sh -c 'exit 9'; }
case_exec_not_found() { # 126 from dockerd 20.10, 127 from later ones
  bg bb sleep 60
  local got=0
  docker exec box no-such-command || got=$?
  [[ $got == 126 || $got == 127 ]] || fail "exit status $got"
}
case_exec_env_user_cwd() {
  bg -e A=1 bb sleep 60
  eq "1 2 /tmp 1000" "$(docker exec -e B=2 -w /tmp -u tester box sh -c 'echo $A $B $(pwd) $(id -u)')"
}
case_exec_stdin() { bg bb sleep 60; eq hello "$(echo hello | docker exec -i box cat)"; }
case_exec_tty() {
  bg bb sleep 60
  has "got:42 33 111" "$(typed 'echo got:$((6*7)) $(stty size)\nexit\n' 'docker exec -it box sh')"
}
case_exec_detached() { bg bb sleep 60; docker exec -d box touch /tmp/x; within 5 docker exec box ls /tmp/x; }
case_exec_privileged() {
  cap_all || skip "dockerd asks for capabilities that are missing here"
  bg bb sleep 60
  has "$(cap_hex)" "$(docker exec --privileged box grep CapEff /proc/self/status)"
}
case_exec_in_cgroup() {
  bg bb sleep 60
  docker exec -d box sleep 61
  local procs
  procs=$(cgroup_dir "$(get '{{.State.Pid}}')" memory)/cgroup.procs
  within 5 test "$(wc -l <"$procs")" = 2 || true
  eq 2 "$(wc -l <"$procs")"
}
case_logs() {
  rc 0 docker run --name box bb sh -c 'echo out; echo err >&2' >/dev/null 2>&1
  eq "out" "$(docker logs box 2>/dev/null)"
  eq "err" "$(docker logs box 2>&1 >/dev/null)"
}
case_wait() { bg bb sh -c 'sleep 0.5; exit 4'; eq 4 "$(docker wait box)"; }
case_stop() { bg bb sh -c 'trap "exit 7" TERM; while :; do sleep 0.1; done'; sleep 0.3; docker stop box; is 7 '{{.State.ExitCode}}'; }
case_stop_timeout() { bg bb sh -c 'trap "" TERM; while :; do sleep 0.1; done'; docker stop -t 1 box; is 137 '{{.State.ExitCode}}'; }
case_stop_signal() {
  bg --stop-signal USR1 bb sh -c 'trap "exit 8" USR1; while :; do sleep 0.1; done'
  sleep 0.3; docker stop box; is 8 '{{.State.ExitCode}}'
}
case_kill() { bg bb sleep 60; docker kill box; within 5 state exited; is 137 '{{.State.ExitCode}}'; }
case_kill_signal() {
  bg bb sh -c 'trap "exit 6" HUP; while :; do sleep 0.1; done'
  sleep 0.3; docker kill -s HUP box; within 5 state exited; is 6 '{{.State.ExitCode}}'
}
case_restart() {
  bg bb sleep 60
  local before
  before=$(get '{{.State.Pid}}')
  docker restart -t 0 box
  state running
  [[ $before != "$(get '{{.State.Pid}}')" ]]
}
case_restart_policy() {
  bg --restart on-failure:2 bb sh -c 'exit 1'
  restarted() { [[ $(get '{{.RestartCount}} {{.State.Status}}') == "2 exited" ]]; }
  within 20 restarted
}
case_start_attach() { docker create --name box -i bb cat >/dev/null; eq again "$(echo again | docker start -ai box)"; }
case_pause() {
  bg bb sh -c "$loop"
  sleep 0.3; docker pause box; state paused; sleep 0.3
  local before after
  before=$(docker logs box | wc -l); sleep 0.5; after=$(docker logs box | wc -l)
  eq "$before" "$after"
  docker unpause box; sleep 0.5
  (($(docker logs box | wc -l) > after))
}
case_exec_while_paused() { bg bb sleep 60; docker pause box; rc 1 docker exec box true; docker unpause box; docker exec box true; }
case_kill_paused() { bg bb sleep 60; docker pause box; docker rm -f box; }
case_memory() {
  bg --memory 64m --memory-swap 64m --memory-reservation 32m bb sleep 60
  eq 67108864 "$(value memory memory.limit_in_bytes memory.max)"
  eq 33554432 "$(value memory memory.soft_limit_in_bytes memory.low)"
}
case_cpu() {
  bg --cpus 0.5 --cpu-shares 512 bb sleep 60
  eq "$(v1_v2 50000 '50000 100000')" "$(value cpu cpu.cfs_quota_us cpu.max)"
  if is_v2; then (($(value cpu - cpu.weight) < 100)); else eq 512 "$(value cpu cpu.shares -)"; fi
}
case_cpuset() {
  bg --cpuset-cpus 0 bb sleep 60
  eq 0 "$(value cpuset cpuset.cpus cpuset.cpus)"
  has "Cpus_allowed_list: 0" "$(docker exec box grep list: /proc/1/status | tr '\t' ' ')"
}
case_pids() {
  bg --pids-limit 12 bb sleep 60
  eq 12 "$(value pids pids.max pids.max)"
  has "can't fork" "$(docker exec box sh -c 'for i in $(seq 20); do sleep 1 & done' 2>&1 || true)"
}
case_blkio() {
  local dev
  dev=$(lsblk -dnpo NAME 2>/dev/null | head -1) || true
  [[ -b $dev ]] || skip "no block device"
  bg --device-write-bps "$dev:1mb" bb sleep 60
  has 1048576 "$(value blkio blkio.throttle.write_bps_device io.max)"
}
case_update() {
  bg --memory 64m --memory-swap 64m bb sleep 60
  docker update --memory 128m --memory-swap 128m --cpu-quota 20000 --pids-limit 77 --cpuset-cpus 0 box
  eq 134217728 "$(value memory memory.limit_in_bytes memory.max)"
  has 20000 "$(value cpu cpu.cfs_quota_us cpu.max)"
  eq 77 "$(value pids pids.max pids.max)"
  eq 0 "$(value cpuset cpuset.cpus cpuset.cpus)"
}
case_oom_kill() {
  rc 137 docker run --name box --memory 24m --memory-swap 24m bb tail /dev/zero
  is true '{{.State.OOMKilled}}'
}
case_oom_score_adj() { eq 500 "$(run --oom-score-adj 500 bb cat /proc/self/oom_score_adj)"; }
case_oom_score_adj_negative() {
  cap_has 24 || skip "no CAP_SYS_RESOURCE here"
  eq -500 "$(run --oom-score-adj -500 bb cat /proc/self/oom_score_adj)"
}
case_ulimit() { eq "100 200" "$(run --ulimit nofile=100:200 bb sh -c 'echo $(ulimit -Sn) $(ulimit -Hn)')"; }
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
case_volume_file() { echo one >"$TMP/one"; eq one "$(run -v "$TMP/one:/etc/one:ro" bb cat /etc/one)"; }
case_volume_named() { run -v vol:/v bb touch /v/x; run -v vol:/v bb ls /v/x; docker volume rm vol; }
case_volume_propagation() {
  mkdir -p "$TMP/p"; mount -t tmpfs tmpfs "$TMP/p"; mount --make-shared "$TMP/p"
  run --cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
    -v "$TMP/p:/p:rshared" bb sh -c 'mkdir /p/in; mount -t tmpfs x /p/in'
  mountpoint -q "$TMP/p/in"
  umount "$TMP/p/in" "$TMP/p"
}
case_caps_default() { has 00000000a80425fb "$(run bb grep CapEff /proc/self/status)"; }
case_cap_drop() { has 0000000000000000 "$(run --cap-drop ALL bb grep CapEff /proc/self/status)"; }
case_cap_add() { has 0000000000001000 "$(run --cap-drop ALL --cap-add NET_ADMIN bb grep CapEff /proc/self/status)"; }
case_caps_of_user() { has 0000000000000000 "$(run -u tester bb grep CapEff /proc/self/status)"; }
case_no_new_privileges() { has 1 "$(run --security-opt no-new-privileges bb grep NoNewPrivs /proc/self/status)"; }
case_seccomp_default() { has 2 "$(run bb grep Seccomp: /proc/self/status)"; }
case_seccomp_unconfined() { has 0 "$(run --security-opt seccomp=unconfined bb grep Seccomp: /proc/self/status)"; }
case_seccomp_profile() {
  write_seccomp "$TMP/seccomp.json"
  has "Numerical argument out of domain" \
    "$(run --security-opt "seccomp=$TMP/seccomp.json" bb mkdir /tmp/x 2>&1 || true)"
}
case_privileged() {
  cap_all || skip "dockerd asks for capabilities that are missing here"
  has "$(cap_hex)" "$(run --privileged bb grep CapEff /proc/self/status)"
  run --privileged bb sh -c 'mkdir /m && mount -t tmpfs x /m && test -c /dev/kmsg'
  rc 1 run bb sh -c 'mkdir /m; mount -t tmpfs x /m'
}
case_device() {
  local dev
  dev=$(find /dev/fuse /dev/net/tun /dev/loop-control -maxdepth 0 2>/dev/null | head -1) || true
  [[ -c $dev ]] || skip "no device to try"
  run --device "$dev:/dev/given" bb sh -c ': <>/dev/given'
  run --device "$dev:/dev/given:r" bb sh -c ': </dev/given'
  rc 1 run --device "$dev:/dev/given:r" bb sh -c ': <>/dev/given'
}
case_device_denied() {
  has "not permitted" "$(run --cap-add MKNOD bb sh -c 'mknod /tmp/kmsg c 1 11; cat /tmp/kmsg' 2>&1 || true)"
  run --device-cgroup-rule 'c 1:11 rmw' bb sh -c 'mknod /tmp/kmsg c 1 11; : >/tmp/kmsg'
}
case_masked_paths() {
  eq 0 "$(run bb sh -c 'cat /proc/keys /proc/timer_list 2>/dev/null | wc -c')"
  rc 1 run bb sh -c 'echo 1 >/proc/sys/kernel/domainname'
}
case_sysctl() { eq 1 "$(run --sysctl net.ipv4.ip_forward=1 bb cat /proc/sys/net/ipv4/ip_forward)"; }
case_init() {
  have docker-init || skip "no docker-init (Debian package tini)"
  has docker-init "$(run --init bb sh -c 'tr "\0" " " </proc/1/cmdline')"
}
case_pid_namespace() {
  bg bb sleep 60
  has "sleep 60" "$(run --pid container:box bb ps)"
  has dockerd "$(run --pid host bb ps)"
}
case_ipc_namespace() {
  bg --ipc shareable bb sleep 60
  eq "$(docker exec box readlink /proc/self/ns/ipc)" "$(run --ipc container:box bb readlink /proc/self/ns/ipc)"
  eq "$(readlink /proc/self/ns/ipc)" "$(run --ipc host bb readlink /proc/self/ns/ipc)"
}
case_net_namespace() {
  bg bb sleep 60
  eq "$(docker exec box readlink /proc/self/ns/net)" "$(run --net container:box bb readlink /proc/self/ns/net)"
  eq "$(readlink /proc/self/ns/net)" "$(run --net host bb readlink /proc/self/ns/net)"
}
case_uts_namespace() { eq "$(readlink /proc/self/ns/uts)" "$(run --uts host bb readlink /proc/self/ns/uts)"; }
case_cgroup_namespace() {
  eq "$(readlink /proc/self/ns/cgroup)" "$(run --cgroupns host bb readlink /proc/self/ns/cgroup)"
  has "memory:/" "$(run --cgroupns private bb cat /proc/self/cgroup | sed 's/^0::/memory:/')"
  eq "" "$(run --cgroupns private bb grep "$parent" /proc/self/cgroup || true)"
}
case_network() {
  bg -p 8080:80 bb sh -c 'mkdir /w; echo page >/w/index.html; exec httpd -f -h /w'
  page() { [[ $(busybox wget -qO- http://127.0.0.1:8080/) == page ]]; }
  within 5 page
  eq page "$(run bb wget -qO- "http://$(get '{{.NetworkSettings.IPAddress}}')/")"
}
case_health() {
  bg --health-cmd 'test -e /tmp/fine' --health-interval 0.3s --health-retries 2 bb sleep 60
  health() { [[ $(get '{{.State.Health.Status}}') == "$1" ]]; }
  within 10 health unhealthy
  docker exec box touch /tmp/fine
  within 10 health healthy
}
case_top() { bg bb sleep 60; has "sleep 60" "$(docker top box)"; has PID "$(docker top box -eo pid,comm)"; }
case_stats() {
  bg --memory 64m bb sleep 60
  has "64MiB" "$(docker stats --no-stream --format '{{.MemUsage}}' box)"
  eq 1 "$(docker stats --no-stream --format '{{.PIDs}}' box)"
}
case_events() {
  local since
  since=$(date +%s)
  run --name events1 bb true
  eq "create attach start die destroy" "$(docker events --since "$since" --until "$(date -d '+1 sec' +%s)" \
    --filter container=events1 --format '{{.Action}}' | xargs)"
}
case_inspect() {
  bg --memory 64m bb sleep 60
  is "running true tested 67108864" '{{.State.Status}} {{.State.Running}} {{.HostConfig.Runtime}} {{.HostConfig.Memory}}'
  test -d "/proc/$(get '{{.State.Pid}}')"
}
case_rm() { bg bb sleep 60; rc 1 docker rm box; docker rm -f box; rc 1 docker inspect box; }
case_commit() { docker run --name box bb touch /mark; docker commit box marked; run marked ls /mark; docker rmi -f marked; }
case_build() {
  mkdir -p "$TMP/ctx"
  printf 'FROM bb\nENV A=1\nUSER tester\nWORKDIR /home/tester\nRUN echo $A >f && id -u >>f\nCMD cat f\n' >"$TMP/ctx/Dockerfile"
  docker build -q -t built "$TMP/ctx"
  eq "1 1000" "$(run built | xargs)"
}
# A node of its own, whose tasks take the daemon's default runtime; on the host's network, as the mesh needs modules.
case_swarm_service() {
  docker swarm init --advertise-addr 127.0.0.1 --listen-addr 127.0.0.1:12377 >/dev/null
  trap 'docker swarm leave --force' EXIT
  docker service create -qd --name web --network host --no-resolve-image bb sleep 60 >/dev/null
  service_task() { docker ps -q --filter label=com.docker.swarm.service.name=web --filter status=running; }
  task_runs() { [[ -n $(service_task) ]]; }
  (within 20 task_runs) || { docker service ps --no-trunc web; fail "the task does not run"; }
  eq tested "$(get '{{.HostConfig.Runtime}}' "$(service_task)")"
  has "sleep 60" "$(docker exec "$(service_task)" sh -c "tr '\\0' ' ' </proc/1/cmdline")"
  docker service rm web >/dev/null
}
case_runtime_args() { eq hi "$(run --runtime tested-args bb echo hi)"; }
case_parallel() {
  local i pids=()
  for i in $(seq 8); do run bb sh -c "exit $i" & pids+=($!); done
  for i in $(seq 8); do rc "$i" wait "${pids[i - 1]}"; done
}
case_checkpoint() {
  { have criu && criu check >/dev/null 2>&1; } || skip "criu is missing or does not work here"
  bg --security-opt seccomp=unconfined --net none bb sh -c "$loop"
  sleep 0.5
  docker checkpoint create box cp || { find "$TMP/exec" -name 'dump.log' -exec tail -5 {} +; exit 1; }
  local before
  before=$(docker logs box | tail -1)
  docker start --checkpoint cp box
  sleep 0.5
  (($(docker logs box | tail -1) > before))
}
case_nothing_left() {
  after_case
  eq "" "$(docker ps -aq)"
  eq "" "$(find /sys/fs/cgroup -mindepth 3 -type d -path "*/$parent/*")"
  eq "" "$(find "$TMP"/exec/runtime-tested*/moby -mindepth 1 -maxdepth 1 ! -name '.*' 2>/dev/null)"
  eq "" "$(grep -o "$TMP/data/overlay2/[^ ]*merged" /proc/self/mountinfo || true)"
}

bench="docker run --rm bb true"
run_cases "$@"
