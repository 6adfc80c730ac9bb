#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The process object: user, groups, umask, cwd, capabilities, rlimits, no_new_privs, oom_score_adj.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
# shellcheck disable=SC2030,SC2031 # each test is a process of its own
load helpers
setup() { make_bundle; }
teardown() { clean_up; }

caps() { sh_program 'grep -E "^Cap(Inh|Prm|Eff|Bnd|Amb)" /proc/self/status | cut -f2 | tr "\n" " "'; ok run -b "$BUNDLE" "$ID"; }
NONE=0000000000000000

@test "user and group" {
  edit '.process.user = {uid: 1000, gid: 100}'
  in_container 'id -u; id -g; id -G'
  is $'1000\n100\n100'
}

@test "additional groups; the caller's own are dropped" {
  edit '.process.user = {uid: 0, gid: 0, additionalGids: [7, 65534]}'
  in_container 'grep ^Groups /proc/self/status | tr -d "\t"'
  is 'Groups:7 65534 '
  edit '.process.user = {uid: 0, gid: 0}'
  sh_program 'grep ^Groups /proc/self/status | tr -d " \t"'
  run -0 timeout 20 setpriv --groups 3,4,5 "$MASU_RUNTIME" --root "$ROOT" run -b "$BUNDLE" "$ID"
  is Groups:
}

@test "umask: of the config, else 0022 whatever the caller's" {
  umask 077
  in_container umask
  is 0022
  edit '.process.user.umask = 7'
  in_container 'umask; touch /tmp/f; stat -c %a /tmp/f'
  is $'0007\n660'
}

@test "stdio belongs to the user" {
  edit '.process.user = {uid: 1000, gid: 1000}'
  sh_program 'echo again >/dev/stdout; echo err >/dev/stderr'
  exits 0 run -b "$BUNDLE" "$ID"
  is again
  is err "$errors"
}

@test "/dev/null as stdio keeps its owner on the host" {
  edit '.process.user = {uid: 1000, gid: 1000}'
  program true
  run -0 timeout 20 "$MASU_RUNTIME" --root "$ROOT" run -b "$BUNDLE" "$ID" </dev/null >/dev/null 2>/dev/null
  is 0:0 "$(stat -c %u:%g /dev/null)"
}

@test "cwd: used, made when it is missing, absolute" {
  edit '.process.cwd = "/etc"'
  in_container pwd
  is /etc
  edit '.process.cwd = "/not/there"'
  in_container pwd
  is /not/there
  [[ $(stat -c '%a %u' rootfs/not/there) == "755 0" ]]
  edit '.process.cwd = "etc"'
  refused run -b "$BUNDLE" "$ID"
  says process.cwd
  assert_nothing_left "$ID"
}

@test "cwd: a directory of the user's, closed to root" {
  mkdir rootfs/private && chown 1000 rootfs/private && chmod 700 rootfs/private
  edit '.process.user = {uid: 1000, gid: 1000} | .process.cwd = "/private" | .process.capabilities = {}'
  in_container pwd
  is /private
}

@test "cwd: a file" {
  edit '.process.cwd = "/etc/passwd"'
  program true
  refused run -b "$BUNDLE" "$ID"
  says /etc/passwd "not a directory"
}

@test "capabilities: the five sets" {
  edit '.process.capabilities = {bounding: ["CAP_KILL", "CAP_CHOWN", "CAP_SYS_CHROOT"], permitted: ["CAP_KILL", "CAP_CHOWN"], effective: ["CAP_KILL"],
    inheritable: ["CAP_KILL", "CAP_CHOWN"], ambient: ["CAP_CHOWN"]} | .process.user = {uid: 1000, gid: 1000} | .process.noNewPrivileges = false'
  caps
  # After execve as an ordinary user: permitted and effective are the ambient set (capabilities(7)).
  is "0000000000000021 0000000000000001 0000000000000001 0000000000040021 0000000000000001 "
}

@test "capabilities: for root, exec gains what the bounding set allows" {
  edit '.process.capabilities = {bounding: ["CAP_KILL", "CAP_CHOWN"], permitted: ["CAP_KILL", "CAP_CHOWN"], effective: ["CAP_KILL", "CAP_CHOWN"]}'
  caps
  is "$NONE 0000000000000021 0000000000000021 0000000000000021 $NONE "
}

@test "capabilities: none" {
  edit '.process.capabilities = {}'
  caps
  is "$NONE $NONE $NONE $NONE $NONE "
}

@test "capabilities: an unknown one, and ambient without inheritable, are no errors" {
  edit '.process.capabilities.bounding += ["CAP_NO_SUCH"]'
  program echo ran
  rt run -b "$BUNDLE" "$ID"
  [[ $status == 0 && $output == ran ]]
  edit '.process.capabilities.bounding -= ["CAP_NO_SUCH"] | .process.capabilities.ambient = ["CAP_KILL"]'
  rt run -b "$BUNDLE" "$ID"
  [[ $status == 0 && $output == ran ]]
  rt --log-level warning run -b "$BUNDLE" "$ID"
  says "can't raise ambient capability CAP_KILL: operation not permitted (EPERM)"
}

@test "capabilities: an ordinary user without ambient ones has none" {
  edit '.process.user = {uid: 1000, gid: 1000}'
  caps
  is "$NONE $NONE $NONE 00000000080004eb $NONE "
}

@test "noNewPrivileges" {
  in_container 'grep NoNewPrivs /proc/self/status'
  is $'NoNewPrivs:\t1'
  edit '.process.noNewPrivileges = false'
  in_container 'grep NoNewPrivs /proc/self/status'
  is $'NoNewPrivs:\t0'
}

@test "rlimits" {
  edit '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 123, hard: 456}, {type: "RLIMIT_CORE", soft: 0, hard: 0}, {type: "RLIMIT_STACK", soft: 1048576, hard: 2097152}]'
  in_container 'ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Ss; ulimit -Hs'
  is $'123\n456\n0\n1024\n2048'
}

@test "rlimits that are not set are the caller's" {
  sh_program 'ulimit -Sn; ulimit -Hn'
  (ulimit -Sn 777 && ulimit -Hn 888 && ok run -b "$BUNDLE" "$ID" && is $'777\n888')
}

@test "rlimits: unknown, twice, soft above hard" {
  program true
  edit '.process.rlimits = [{type: "RLIMIT_FOO", soft: 1, hard: 1}]'
  refused run -b "$BUNDLE" "$ID"
  says "process.rlimits[0]" RLIMIT_FOO
  edit '.process.rlimits = [{type: "RLIMIT_CORE", soft: 1, hard: 1}, {type: "RLIMIT_CORE", soft: 1, hard: 1}]'
  refused run -b "$BUNDLE" "$ID"
  says "process.rlimits[1]"
  edit '.process.rlimits = [{type: "RLIMIT_CORE", soft: 2, hard: 1}]'
  refused run -b "$BUNDLE" "$ID"
  says "process.rlimits[0]"
  assert_nothing_left "$ID"
}

@test "rlimits: more than the caller may set is told with both values" {
  local hard
  hard=$(ulimit -Hn)
  [[ $hard != unlimited ]] || skip "the caller's RLIMIT_NOFILE is unlimited"
  ((16#$(awk '/^CapEff/ {print $2}' /proc/self/status) & 1 << 24)) && skip "the caller has CAP_SYS_RESOURCE"
  edit --argjson n $((hard + 1)) '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 10, hard: $n}]'
  program true
  refused run -b "$BUNDLE" "$ID"
  says RLIMIT_NOFILE $((hard + 1)) "operation not permitted"
  assert_nothing_left "$ID"
}

@test "oomScoreAdj: set, or the caller's" {
  edit '.process.oomScoreAdj = 500'
  in_container 'cat /proc/self/oom_score_adj'
  is 500
  edit 'del(.process.oomScoreAdj)'
  sh_program 'cat /proc/self/oom_score_adj'
  (echo 111 >/proc/self/oom_score_adj && ok run -b "$BUNDLE" "$ID" && is 111)
}

@test "oomScoreAdj out of range" {
  edit '.process.oomScoreAdj = 2000'
  program true
  refused run -b "$BUNDLE" "$ID"
  says process.oomScoreAdj
  assert_nothing_left "$ID"
}

# with_session_keyring NAME : from now on the runtime is called with this session keyring.
with_session_keyring() {
  local runtime=$MASU_RUNTIME
  printf '#!/usr/bin/python3\nimport ctypes, os, sys\nctypes.CDLL(None).syscall(250, 1, b"%s")\nos.execv("%s", sys.argv)\n' \
    "$1" "$runtime" >"$T/with-keyring" # keyctl(KEYCTL_JOIN_SESSION_KEYRING)
  chmod +x "$T/with-keyring"
  MASU_RUNTIME=$T/with-keyring
}

@test "the session keyring is new; --no-new-keyring keeps the caller's" {
  use_probe
  program probe keyring
  with_session_keyring "outer-$ID"
  ok run -b "$BUNDLE" "$ID"
  is "_ses.$ID"
  ok run --no-new-keyring -b "$BUNDLE" "$ID"
  is "outer-$ID"
}

@test "the caller's groups are left behind, unless an annotation keeps them" {
  local runtime=$MASU_RUNTIME
  printf '#!/bin/sh\nexec setpriv --groups 0,4321 %s "$@"\n' "$runtime" >"$T/with-groups"
  chmod +x "$T/with-groups"
  MASU_RUNTIME=$T/with-groups
  in_container 'id -G'
  is 0
  edit '.annotations["run.oci.keep_original_groups"] = "1"'
  in_container 'id -G'
  is "0 4321"
}

# Only a user namespace's limits are the runtime's to set; for another user's process that takes CAP_SYS_RESOURCE.
@test "limits of another user's program, with a hook and a terminal, without CAP_SYS_RESOURCE" {
  edit '.hooks.createRuntime = [{path: "/bin/true"}] | .process.user = {uid: 1000, gid: 1000} | .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}]'
  sh_program 'ulimit -n; ulimit -Hn'
  local runtime=$MASU_RUNTIME
  printf '#!/bin/sh\nexec setpriv --bounding-set -sys_resource --inh-caps -sys_resource %s "$@"\n' "$runtime" >"$T/without"
  chmod +x "$T/without"
  MASU_RUNTIME=$T/without
  ok run -b "$BUNDLE" "$ID"
  is $'100\n200'
}
