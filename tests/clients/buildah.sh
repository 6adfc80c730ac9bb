#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs a container runtime under buildah.
# usage: buildah.sh RUNTIME [CASE...]   (root; see lib.sh for the variables)
# shellcheck disable=SC1091,SC2034,SC2317 # lib.sh is sourced, and calls cases and their functions by name
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need buildah:buildah conmon:conmon busybox:busybox-static script:bsdutils /usr/lib/podman/netavark:netavark \
  ip:iproute2 iptables:iptables jq:jq
set_runtime "$@"
[[ $(id -u) == 0 ]] || die "must run as root"
isolate "$@"
shift

export CONTAINERS_CONF=$TMP/containers.conf CONTAINERS_STORAGE_CONF=$TMP/storage.conf
export BUILDAH_ISOLATION=oci BUILDAH_RUNTIME=$RUNTIME
cat >"$CONTAINERS_CONF" <<TOML
[containers]
default_ulimits = [$(ulimits)]
[engine]
cgroup_manager = "$CGROUP_MANAGER"
[network]
network_config_dir = "$TMP/net"
TOML
cat >"$CONTAINERS_STORAGE_CONF" <<TOML
[storage]
driver = "${STORAGE_DRIVER:-overlay}"
graphroot = "$TMP/store"
runroot = "$TMP/run-store"
TOML
client_cleanup() { after_case; }
after_case() { buildah rm -a; }
make_image "$TMP/bb.tar"
buildah pull -q "docker-archive:$TMP/bb.tar" >/dev/null || die "buildah does not start"
buildah tag docker.io/library/bb localhost/bb
echo "# $(buildah --version), $("$RUNTIME" --version | head -1), cgroup v$(v1_v2 1 2)"

# run [OPTION...] -- COMMAND...
run() {
  [[ -n $(buildah containers -q) ]] || buildah from -q --name box localhost/bb >/dev/null
  local opts=()
  while [[ $1 != -- ]]; do opts+=("$1"); shift; done
  shift
  buildah run "${opts[@]}" box -- "$@"
}
# build LINE... : an image `built` from these Dockerfile lines after FROM.
build() {
  mkdir -p "$TMP/ctx"
  printf '%s\n' 'FROM localhost/bb' "$@" >"$TMP/ctx/Dockerfile"
  buildah build -q --layers=false "${build_opts[@]}" -t built "$TMP/ctx"
}
build_opts=()

case_run_true() { run -- true; }
case_exit_code() { rc 37 run -- sh -c 'exit 37'; }
case_command_not_found() { local got=0; run -- no-such-command || got=$?; ((got != 0)); }
case_env() { eq b "$(run -e A=b -- sh -c 'echo $A')"; }
case_cwd() { eq /tmp "$(run --workingdir /tmp -- pwd)"; }
case_user() { eq "1000 1000" "$(run --user tester -- sh -c 'echo $(id -u) $(id -g)')"; }
case_hostname() { eq box "$(run --hostname box -- hostname)"; }
case_stdin() { eq hello "$(echo hello | run -- cat)"; }
case_tty() {
  buildah from -q --name box localhost/bb >/dev/null
  has "got:42 33 111" "$(typed 'echo got:$((6*7)) $(stty size)\nexit\n' 'buildah run -t box -- sh')"
}
case_persists() { run -- touch /mark; run -- ls /mark; }
case_volume() {
  mkdir -p "$TMP/v"; echo data >"$TMP/v/f"
  eq data "$(run -v "$TMP/v:/v" -- cat /v/f)"
  rc 1 run -v "$TMP/v:/v:ro" -- touch /v/x
}
case_tmpfs() { has 1024 "$(run --mount type=tmpfs,target=/t,tmpfs-size=1048576 -- df -k /t)"; }
case_cap_drop() { has 0000000000000000 "$(run --cap-drop all -- grep CapEff /proc/self/status)"; }
case_cap_add() {
  local caps
  caps=$(run --cap-add CAP_NET_ADMIN -- sed -n 's/CapEff:\t//p' /proc/self/status)
  (((0x$caps >> 12) & 1))
}
case_network_none() { eq 1 "$(run --network none -- sh -c 'ls /sys/class/net | wc -l')"; }
case_network_host() { eq "$(readlink /proc/self/ns/net)" "$(run --network host -- readlink /proc/self/ns/net)"; }
case_seccomp() { has 2 "$(run -- grep Seccomp: /proc/self/status)"; }
case_parallel() {
  local i pids=()
  for i in 1 2 3 4; do buildah from -q --name "p$i" localhost/bb >/dev/null; done
  for i in 1 2 3 4; do buildah run "p$i" -- sh -c "exit $i" & pids+=($!); done
  for i in 1 2 3 4; do rc "$i" wait "${pids[i - 1]}"; done
}
case_build() {
  build 'ENV A=1' 'WORKDIR /home/tester' 'RUN echo $A >f' 'USER tester' 'RUN id -u >/tmp/g && cat f'
  buildah from -q --name box built >/dev/null
  eq "1 1000" "$(buildah run box -- cat /home/tester/f /tmp/g | xargs)"
}
case_build_fails() { rc 42 build "RUN exit 42"; }
case_build_memory() {
  build_opts=(--memory 64m --cpu-quota 50000)
  build "RUN cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max >/limit 2>/dev/null || true"
  buildah from -q --name box built >/dev/null
  eq 67108864 "$(buildah run box -- cat /limit)"
}
case_build_ulimit() { build_opts=(--ulimit nofile=100:200); build 'RUN test $(ulimit -Hn) = 200'; }
case_build_shm_size() { build_opts=(--shm-size 2m); build 'RUN df -k /dev/shm | grep 2048'; }
case_build_cache_mount() { build 'RUN --mount=type=cache,target=/c touch /c/x' 'RUN --mount=type=cache,target=/c ls /c/x'; }
case_build_secret() {
  echo word >"$TMP/secret"
  build_opts=(--secret "id=s,src=$TMP/secret")
  build 'RUN --mount=type=secret,id=s cat /run/secrets/s | grep word'
}
case_nothing_left() {
  after_case
  eq "" "$(grep -o "$TMP/store/overlay/[^ ]*merged" /proc/self/mountinfo || true)"
  eq "" "$(find /run/runc /run/crun "/run/$(basename "$RUNTIME")" -mindepth 1 -maxdepth 1 ! -name '.*' 2>/dev/null)"
}

bench="buildah run box -- true"
[[ -z ${BENCH:-} ]] || buildah from -q --name box localhost/bb >/dev/null
run_cases "$@"
