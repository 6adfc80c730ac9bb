#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the options of masu run do, as seen from inside; and what is said of wrong ones.

# shellcheck disable=SC2030,SC2031 # each test is a process of its own
load helpers
load manager

setup_file() { make_image; }
setup() { make_store; }
teardown() { end_store; }

@test "environment: image, host, file, option, in this order; patterns, and what is left out" {
  printf '# comment\nA=file\nONLY_HOST\nB="as it is"\n\nGREETING=changed\n' >"$T/env"
  export A=host ONLY_HOST=yes MY_ONE=1 MY_TWO=2 http_proxy=http://proxy:1
  ok run --rm --env-file "$T/env" -e 'MY_*' -e C=d -e NOT_THERE busybox sh -c 'echo "$A $ONLY_HOST $B $GREETING $MY_ONE$MY_TWO $C ${NOT_THERE-unset} $http_proxy"'
  is 'file yes "as it is" changed 12 d unset http://proxy:1'
  ok run --rm --env-host --http-proxy=false --unsetenv GREETING -e A=option busybox sh -c 'echo "$A $ONLY_HOST ${GREETING-unset}"'
  is "option yes unset"
  ok run --rm --unsetenv-all --http-proxy=false busybox sh -c 'echo "${GREETING-unset} ${http_proxy-unset}"'
  is "unset unset"
}

@test "identity: an entry of passwd for whom there is none, groups, umask, working directory, time zone" {
  ok run --rm -u 4321:55 --group-add 77 --umask 077 -w /made/for/it busybox sh -c 'id -u; id -G; grep 4321 /etc/passwd; grep :55: /etc/group; umask; pwd; touch /tmp/x; stat -c %a /tmp/x'
  is $'4321\n55 77\n4321:*:4321:55:container user:/made/for/it:/bin/sh\n55:x:55:\n0077\n/made/for/it\n600'
  ok run --rm -u 4321 --passwd-entry 'me:x:$UID:$GID::/tmp:/bin/sh' busybox id -un
  is me
  ok run --rm -u 4321 --passwd=false busybox sh -c 'grep -c 4321 /etc/passwd || true; umask'
  is $'0\n0022'
  ok run --rm --tz local busybox sh -c 'test -s /etc/localtime && echo there'
  is there
}

@test "--init: signals, orphans, the exit code, and what cannot be run" {
  ok run --rm --init busybox sh -c 'tr "\0" " " </proc/1/cmdline; echo; echo $$'
  has "/run/masu-init -- sh -c"
  [[ $output != *$'\n1' ]]
  exits 3 run --rm --init busybox sh -c 'exit 3'
  exits 127 run --rm --init busybox no-such-program
  ok run --rm --init busybox sh -c '(sleep 0.1 &); sleep 0.3; ps -o stat,comm | grep -c "^Z" || true'
  is 0
  ok run -d --name one --init busybox sleep 1000
  ok stop -t 5 one
  ok inspect -f '{{.State.ExitCode}}' one
  is 143
  exits 125 run --rm --init-path /no/such busybox true
  says /no/such hint
}

@test "namespaces: of the host, of another container, of its own" {
  local mine
  ok run --rm --pid host --uts host --ipc host --cgroupns host busybox sh -c 'stat -L -c %i /proc/self/ns/uts /proc/self/ns/ipc /proc/self/ns/cgroup /proc/self/ns/pid; cat /proc/1/comm'
  mine=$(stat -L -c %i /proc/self/ns/uts /proc/self/ns/ipc /proc/self/ns/cgroup /proc/self/ns/pid; cat /proc/1/comm)
  is "$mine"
  ok run -d --name first --ipc shareable --hostname shared busybox sh -c 'echo seen >/dev/shm/file; sleep 1000'
  wait_until "$MASU" --root "$STORE" exec first test -e /dev/shm/file
  ok run --rm --pid container:first --ipc container:first --uts container:first busybox sh -c 'cat /dev/shm/file; hostname; tr "\0" " " </proc/1/cmdline | grep -o sleep; echo other >/dev/shm/other'
  is $'seen\nshared\nsleep'
  ok exec first cat /dev/shm/other
  is other
  ok run --rm --ipc none busybox sh -c 'grep -c " /dev/shm " /proc/mounts || true'
  is 0
  ok rm -f first
  exits 125 run --rm --pid container:first busybox true
  says first
}

@test "devices: one, with another name and permissions, a folder; rules; all with --privileged" {
  ok run --rm --device /dev/zero:/dev/other --device /dev/null busybox sh -c 'head -c 3 /dev/other | tr "\0" z; ls -l /dev/other | head -c 1'
  is zzzc
  ok run --rm --cap-add mknod --device-cgroup-rule 'c 1:5 rwm' busybox sh -c 'grep -c . /dev/null; true'
  [[ ! -e /dev/fuse ]] || { ok run --rm --device /dev/fuse:r busybox sh -c ': </dev/fuse && ! (: >/dev/fuse) 2>/dev/null && echo closed'; is closed; }
  [[ ! -e /dev/kmsg ]] || { ok run --rm --privileged busybox sh -c 'ls /dev/kmsg'; is /dev/kmsg; }
}

@test "security: masks, proc, seccomp, privileges" {
  ok run --rm busybox sh -c 'wc -c </proc/interrupts; touch /proc/sys/x 2>/dev/null || mount | grep -c " /proc/sys .*ro"'
  is $'0\n1'
  ok run --rm --security-opt systempaths=unconfined --security-opt mask=/etc/group:/var --security-opt proc-opts=hidepid=2 busybox sh -c 'grep -c " /proc/sys " /proc/mounts; wc -c </etc/group; touch /var/x 2>/dev/null || echo masked; grep " /proc " /proc/mounts | grep -c hidepid=invisible'
  is $'0\n0\nmasked\n1'
  ok run --rm --security-opt unmask=/proc/sys --security-opt label=disable --security-opt apparmor=unconfined --security-opt no-new-privileges=true busybox sh -c 'grep -c " /proc/sys " /proc/mounts; grep -c "NoNewPrivs:.*1" /proc/self/status'
  is $'0\n1'
  ok run --rm --personality LINUX32 --sysctl net.ipv4.ip_unprivileged_port_start=80 busybox sh -c 'cat /proc/sys/net/ipv4/ip_unprivileged_port_start'
  is 80
}

@test "resources: what is asked for is in the cgroup" {
  local path
  ok run -d --name one -m 64m --memory-reservation 32m --cpu-period 50000 --cpu-quota 25000 --cpu-shares 512 --pids-limit 77 --cpuset-cpus 0 --cpuset-mems 0 \
    --ulimit nofile=100:200 --ulimit core=0 --oom-score-adj 500 --cgroup-parent "/masu-test-$BASHPID" busybox sleep 1000
  ok inspect -f '{{.State.Pid}}' one
  path=$(grep -E ':(pids|):' "/proc/$output/cgroup" | grep masu-test | head -n 1)
  [[ $path == */masu-test-$BASHPID/* ]]
  [[ $(<"/proc/$output/oom_score_adj") == 500 ]]
  ok exec one sh -c 'ulimit -n; ulimit -Hn; ulimit -c; grep Cpus_allowed_list /proc/self/status'
  is $'100\n200\n0\nCpus_allowed_list:\t0'
  jq -e '.linux.resources | .memory.limit == 67108864 and .memory.reservation == 33554432 and .cpu.period == 50000 and .cpu.quota == 25000 and .cpu.shares == 512 and .cpu.mems == "0" and .pids.limit == 77' \
    "$STORE"/containers/*/bundle/config.json
  ok rm -f one
  find /sys/fs/cgroup -maxdepth 3 -type d -name "masu-test-$BASHPID" -exec rmdir {} + 2>/dev/null || true
  ok run --rm --cgroups disabled busybox echo without
  is without
}

@test "limits above the caller's are clamped to them" {
  exits 0 run --rm --ulimit nofile=99999999 --oom-score-adj -900 busybox sh -c 'ulimit -n >/dev/null'
  timeout 60 setpriv --bounding-set -sys_resource --inh-caps -sys_resource bash -c 'ulimit -n 500; echo 100 >/proc/self/oom_score_adj; exec "$@"' sh "$MASU" --root "$STORE" run --rm --ulimit nofile=1000:2000 --oom-score-adj -500 \
    busybox sh -c 'ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj' >"$T/said" 2>&1 </dev/null 3>&- 4>&-
  is $'500\n500\n100' "$(<"$T/said")"
}

health_is() { masu inspect -f '{{.State.Health.Status}}' one && [[ $output == "$1" ]]; }

@test "health: checked by the shim, of the option and of the image" {
  ok run -d --name one --health-cmd 'test -e /well' --health-interval 100ms --health-retries 2 busybox sh -c 'touch /well; sleep 1000'
  wait_until health_is healthy
  ok exec one rm /well
  wait_until health_is unhealthy
  /usr/bin/python3 "$SUPPORT/tiny-image.py" "$T/checked" --name checked:v1 --config '{"Healthcheck": {"Test": ["CMD", "false"], "Interval": 100000000, "Retries": 1}}'
  ok load -q -i "$T/checked"
  ok run -d --name two --health-on-failure kill checked:v1 sleep 1000
  ok wait two
  is 137
  ok run -d --name three --no-healthcheck checked:v1 sleep 1000
  ok inspect three
  jq -e '.[0].State | has("Health") | not' "$OUT"
}

@test "health: --health-startup-*: until the program is up" {
  ok run -d --name one --health-cmd 'test -e /well' --health-interval 1h --health-startup-cmd 'test -e /up' --health-startup-interval 100ms \
    --health-startup-success 2 --health-startup-timeout 10s busybox sleep 1000
  has_failed() { masu inspect -f '{{len .State.Health.Log}}' one && [[ $output -ge 2 ]]; }
  wait_until has_failed
  health_is starting
  ok exec one touch /up /well
  wait_until health_is healthy
}

@test "health: what is restarted for its health, or for the lack of it, is running again" {
  ok run -d --name one --health-cmd 'test ! -e /sick' --health-interval 100ms --health-retries 1 --health-on-failure restart --stop-timeout 0 \
    busybox sh -c 'rm -f /sick; sleep 1000'
  has_restarted() { masu inspect -f '{{.State.Status}} {{.RestartCount}}' "$1" && [[ $output == "running "[1-9]* ]]; }
  ok exec one touch /sick
  wait_until has_restarted one
  ok run -d --name two --health-cmd true --health-startup-cmd false --health-startup-interval 100ms --health-startup-retries 2 --stop-timeout 0 busybox sleep 1000
  wait_until has_restarted two
}

@test "journald: the container's name, and a tag by a template" {
  mkdir -p "$T/run/systemd/journal"
  # shellcheck disable=SC2016 # for the shell inside
  unshare --mount --propagation private bash -euc '
    mount --bind "$1/run" /run
    exec "${@:2}"' bash "$T" /usr/bin/python3 -c '
import socket, subprocess, sys
inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
inbox.bind("/run/systemd/journal/socket")
inbox.settimeout(30)
subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL, check=True)
open(sys.argv[1], "wb").write(inbox.recv(1 << 16))' "$T/sent" "$MASU" --root "$STORE" run --rm --name web --log-driver journald \
    --log-opt 'tag={{.Name}} of {{.ImageName}} {{len .ID}}' busybox echo hello >"$T/out" 3>&- 4>&-
  is hello "$(<"$T/out")"
  [[ $(tr -d '\0' <"$T/sent" | tr -c '[:print:]' ' ') =~ CONTAINER_NAME\ .*web.*CONTAINER_TAG\ .*"web of docker.io/library/busybox:latest 12".*SYSLOG_IDENTIFIER.*"web of" ]]
}

@test "healthcheck run: once, now, with the check's own result" {
  ok run -d --name one --health-cmd 'test -e /well' --health-interval 1h --health-start-interval 1h busybox sh -c 'sleep 1000'
  exits 1 healthcheck run one
  is unhealthy
  ok exec one touch /well
  ok healthcheck run one
  ok inspect -f '{{.State.Health.Status}} {{len .State.Health.Log}}' one
  is "healthy 2"
  ok create --name two busybox true
  exits 1 healthcheck run two
  says "no health check"
  ok stop -t 0 one
  exits 1 healthcheck run one
  says "not running"
}

@test "--timeout kills what runs too long" {
  exits 137 run --rm --timeout 1 busybox sleep 1000
  ok run --rm --timeout 60 busybox echo in time
  is "in time"
  exits 125 run --rm --timeout x busybox true
  says --timeout
}

@test "--rootfs: a folder in the image's place, written to or not" {
  cp -a "$BUSYBOX_ROOT" "$T/root"
  ok run --rm --rootfs "$T/root" sh -c 'echo there >/file; id -u'
  is 0
  is there "$(<"$T/root/file")"
  ok run --name one --rootfs "$T/root:O" sh -c 'cat /file; echo away >/file'
  is there
  is there "$(<"$T/root/file")"
  masu start -a one
  is away
  ok ls -a --format '{{.Image}}'
  is "$T/root"
  exits 1 diff one
  exits 125 run --rm --rootfs "$T/nothing" true
  says "--rootfs" "$T/nothing"
  exits 125 run --rm --gpus all busybox true
  says "--device"
}

@test "inspect has docker's HostConfig" {
  ok create --name one -m 64m --cpus 1.5 --restart on-failure:3 --ulimit nofile=10:20 --tmpfs /run:size=1m -v data:/data --device /dev/null:/dev/nothing:r \
    --security-opt no-new-privileges --pid host --sysctl net.ipv4.ip_forward=1 --userns host busybox true
  ok inspect one
  jq -e '.[0].HostConfig | .Memory == 67108864 and .NanoCpus == 1500000000 and .RestartPolicy == {"Name": "on-failure", "MaximumRetryCount": 3}
    and .Ulimits == [{"Name": "RLIMIT_NOFILE", "Soft": 10, "Hard": 20}] and (.Tmpfs | has("/run")) and (.Binds[0] | startswith("data:/data"))
    and .Devices == [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/nothing", "CgroupPermissions": "r"}]
    and .SecurityOpt == ["no-new-privileges"] and .PidMode == "host" and .IpcMode == "private" and .LogConfig.Type == "json"
    and .Sysctls == {"net.ipv4.ip_forward": "1"} and .BlkioDeviceReadBps == [] and .OomKillDisable == false' "$OUT"
}

@test "files, names and labels: --cidfile, --pidfile, --label-file, --replace, --annotation" {
  printf '# no\nfrom=file\nboth=file\n' >"$T/labels"
  ok run -d --name one --cidfile "$T/id" --pidfile "$T/pid" --label-file "$T/labels" -l both=option --annotation a.b=c busybox sleep 1000
  is "$(<"$T/id")"
  [[ -d /proc/$(<"$T/pid") ]]
  ok inspect -f '{{json .Config.Labels}}' one
  is '{"both":"option","from":"file"}'
  exits 125 run -d --name one busybox true
  ok run -d --name one --replace busybox sleep 1000
  [[ $output != "$(<"$T/id")" ]]
  exits 125 run --cidfile "$T/id" busybox true
  says "$T/id"
}

@test "logs: size and number of files, a path of one's own, none" {
  ok run --name one --log-opt max-size=4k --log-opt max-file=2 --log-opt "path=$T/log" busybox sh -c 'i=0; while [ $i -lt 400 ]; do echo line $i; i=$((i+1)); done'
  [[ -s $T/log && -e $T/log.1 && ! -e $T/log.2 && $(stat -c %s "$T/log") -le 4096 ]]
  masu logs -n 1 one
  is "line 399"
  ok run --rm --log-driver none busybox echo shown
  is shown
}

@test "what is wrong is said, with 125, and leaves nothing" {
  local bad
  while read -r bad; do
    # shellcheck disable=SC2086 # several words
    eval "set -- $bad"
    exits 125 run --rm "$@" busybox true
    [[ -n $errors && $(head -n 1 <<<"$errors") == "masu: "* ]] || { echo "$bad: $errors" >&2; return 1; }
  done <<'END'
-e =x
--env-file /no/such/file
--umask 999
--umask 01000
--tz Nowhere/City
--tz ../../etc/passwd
-u nobody-here
--group-add nogroup-here
--personality PDP11
--pid somewhere
--ipc container:
--uts shareable
--device /no/such
--device /etc/passwd
--device null
--device /dev/null:/dev/x:q
--device-cgroup-rule 'x 1:2 r'
--device-cgroup-rule 'c 1 r'
--security-opt colour=red
--security-opt mask=relative
--security-opt seccomp=/no/such
--cap-add flying
-m lots
-m 10m --memory-swap 5m
-m 10m --memory-reservation 20m
--memory-swappiness 101
--cpus 1 --cpu-quota 1000
--cpus none
--blkio-weight 5
--device-read-bps /dev/null:1m
--device-read-bps x
--oom-score-adj 1001
--ulimit what=1
--ulimit nofile=2:1
--cgroup-parent relative
--cgroup-parent /../x
--cgroup-conf x
--health-interval soon --health-cmd true
--health-cmd '["CMD"'
--health-cmd true --no-healthcheck
--health-startup-cmd true
--health-startup-interval 1s --health-cmd true
--health-cmd true --health-startup-cmd true --health-startup-interval soon
--health-cmd true --health-startup-cmd true --health-startup-success many
--health-cmd true --health-startup-cmd true --health-startup-retries 1001
--log-opt tag=x
--log-driver journald --log-opt tag={{.Nobody}}
--log-driver journald --log-opt 'tag={{'
--restart often
--rm --restart always
--log-opt colour=red
--log-opt max-size=big
--log-driver paper
--label-file /no/such
--replace
--stop-signal HELLO
--sysctl nothing
--hostname 'a b'
END
  ok ls -aq
  is ""
}
