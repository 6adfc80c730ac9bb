#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Landlock by the annotations masu.landlock.*, on this machine's kernel. What a kernel without it says: landlock_test.cc.

load helpers

setup() {
  make_bundle
  use_probe
  # landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION)
  ABI=$(python3 -c 'import ctypes; print(ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1))')
  ((ABI >= 1)) || skip "this kernel has no Landlock"
  edit '.process.args = ["/bin/sh"] | .process.noNewPrivileges = false'
  mkdir -p rootfs/data rootfs/tmp
  echo text | tee rootfs/data/file >rootfs/tmp/file
  chmod 777 rootfs/data rootfs/tmp
}
teardown() { clean_up; }

# annotate NAME VALUE
annotate() { edit --arg name "masu.landlock.$1" --arg value "$2" '.annotations[$name] = $value'; }

ATTEMPTS='cat /data/file 2>/dev/null || echo no read; (echo x >/data/new) 2>/dev/null || echo no write
  cat /tmp/file 2>/dev/null || echo no read; (echo x >/tmp/new) 2>/dev/null || echo no write; ls / >/dev/null 2>&1 || echo no list'

@test "what no list names is denied; read, execute and write allow what they say" {
  annotate execute /bin
  annotate read /data
  annotate write /tmp:/dev/null
  in_container "$ATTEMPTS"
  is $'text\nno write\ntext\nno list'
  annotate read /data/file # a file gets the rights that files have
  in_container "$ATTEMPTS"
  is $'text\nno write\ntext\nno list'
}

@test "for a user without rights, with and without noNewPrivileges, beside seccomp" {
  annotate execute /bin
  annotate write /tmp:/dev/null
  edit '.process.user = {uid: 1000, gid: 1000} | .process.capabilities = {} |
    .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["umask", "landlock_restrict_self"], action: "SCMP_ACT_ERRNO"}]}'
  in_container "$ATTEMPTS; probe syscall 95"
  is $'no read\nno write\ntext\nno list\nEPERM'
  edit '.process.noNewPrivileges = true'
  in_container "$ATTEMPTS; probe syscall 95; (: </proc/self/status) 2>/dev/null || echo no proc"
  is $'no read\nno write\ntext\nno list\nEPERM\nno proc'
}

@test "exec is held to it, and has no right that the container's program lacks" {
  annotate execute /bin
  annotate read /proc
  annotate write /dev/null
  sleeper
  ok exec "$ID" sh -c "$ATTEMPTS; sed -n 's/^CapEff:.*0*\(.\{6\}\)$/\1/p' /proc/self/status"
  is $'no read\nno write\nno read\nno write\nno list' "$(head -n 5 "$OUT")"
  is 0 $((0x$(tail -n 1 "$OUT") >> 21 & 1)) # CAP_SYS_ADMIN, kept up to the exec
}

@test "a program that may not be executed, and a path that is not there" {
  annotate execute /data
  program sh -c true
  refused run -b "$BUNDLE" "$ID"
  says "permission denied" "process.args[0]"
  annotate execute /bin:/no/such/path
  refused run -b "$BUNDLE" "$ID"
  says Landlock /no/such/path ENOENT
  annotate execute bin
  refused run -b "$BUNDLE" "$ID"
  says annotations.masu.landlock.execute "no absolute path"
  edit 'del(.annotations)'
  annotate reed /bin
  refused run -b "$BUNDLE" "$ID"
  says annotations.masu.landlock.reed unknown
  assert_nothing_left "$ID"
}

@test "TCP ports" {
  ((ABI >= 4)) || skip "this kernel's Landlock (ABI $ABI) knows no ports"
  annotate bind 8080
  annotate connect 8080,8081
  in_container 'for port in 8080 8081; do
      timeout 10 nc -l -p $port -e cat 2>/dev/null & server=$!
      i=0; while [ $i -lt 100 ] && kill -0 $server 2>/dev/null; do
        if echo hello | nc -w 2 127.0.0.1 $port 2>/dev/null; then break; fi; i=$((i + 1)); sleep 0.05; done
      wait $server && echo served $port || echo refused $port
    done; nc -w 2 127.0.0.1 22 2>&1 </dev/null | grep -o "ermission denied"'
  is $'hello\nserved 8080\nrefused 8081\nermission denied'
}

@test "signals to processes outside" {
  ((ABI >= 6)) || skip "this kernel's Landlock (ABI $ABI) knows no scope"
  annotate scope signals,sockets
  edit '.linux.namespaces = [.linux.namespaces[] | select(.type != "pid")]'
  in_container "kill -0 $$ 2>&1 | grep -o 'not permitted'; kill -0 \$\$ && echo own"
  is $'not permitted\nown'
}
