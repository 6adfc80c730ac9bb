#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Containers with WebAssembly modules, which masu-runtime hands to masu-runtime-wasm; the modules are compiled here.

# shellcheck disable=SC2154,SC2034,SC2030,SC2031 # status, output and errors are set by helpers.bash, and read there; a test is a subshell
load helpers

setup_file() {
  [[ -e ${WASMTIME_LIBRARY:-} ]] || skip "no wasmtime: set WASMTIME_LIBRARY (./dev test integration installs it)"
  clang-19 --target=wasm32-wasi -O1 -o "$BATS_FILE_TMPDIR/guest.wasm" "$BATS_TEST_DIRNAME/wasm/guest.c"
}

setup() {
  make_bundle
  PATH=${MASU_RUNTIME_WASM%/*}:$PATH
  export MASU_WASM_ENGINE_PATH=$WASMTIME_LIBRARY XDG_CACHE_HOME=$BATS_FILE_TMPDIR/cache
  cp "$BATS_FILE_TMPDIR/guest.wasm" "$BUNDLE/rootfs/guest.wasm"
  annotate run.oci.handler wasm
}
teardown() { clean_up; }

# annotate NAME VALUE
annotate() { edit --arg name "$1" --arg value "$2" '.annotations[$name] = $value'; }

# guest ARG… : the container runs the module.
guest() { program /guest.wasm "$@"; }

# text BODY : a module in its text form, /module.wat, is the program.
text() {
  printf '(module %s)\n' "$1" >"$BUNDLE/rootfs/module.wat"
  program /module.wat
}

@test "a module runs: output, arguments, environment and nothing else of the host's" {
  guest hello
  ok run -b "$BUNDLE" "$ID"
  is "hello from wasm"
  guest args one 'two words' ''
  ok run -b "$BUNDLE" "$ID"
  is "$(printf '[%s]\n' /guest.wasm args one 'two words' '')"
  edit '.process.env = ["A=1", "B=two words", "EMPTY="]'
  guest env
  ok run -b "$BUNDLE" "$ID"
  is "$(printf '%s\n' A=1 'B=two words' EMPTY= HOME=/root)"
}

@test "exit codes are the module's" {
  for code in 0 1 42 125; do
    guest exit "$code"
    exits "$code" run -b "$BUNDLE" "$ID"
    is '' "$errors"
  done
}

@test "the container's root is the module's: read, written, and read-only if it is" {
  guest cat /etc/passwd
  ok run -b "$BUNDLE" "$ID"
  is "$(<"$BUNDLE/rootfs/etc/passwd")"
  guest write /tmp/made text
  ok run -b "$BUNDLE" "$ID"
  is text "$(<"$BUNDLE/rootfs/tmp/made")"
  edit '.root.readonly = true'
  guest write /tmp/other text
  exits 1 run -b "$BUNDLE" "$ID"
  says "guest: /tmp/other"
  [[ ! -e $BUNDLE/rootfs/tmp/other ]]
}

@test "standard input" {
  printf 'one\ntwo\n' >"$T/in"
  guest copy
  STDIN=$T/in ok run -b "$BUNDLE" "$ID"
  is $'one\ntwo'
}

@test "a trap is told on stderr, and is exit code 134" {
  guest trap
  exits 134 run -b "$BUNDLE" "$ID"
  says "the module trapped" "unreachable"
}

@test "the text form: .wat" {
  text '(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1) (func (export "_start") (call $exit (i32.const 7)))'
  exits 7 run -b "$BUNDLE" "$ID"
  is '' "$errors"
  text '(func (export "_start") (i32.const))'
  refused run -b "$BUNDLE" "$ID"
  says "module '/module.wat'" "read the text of the module"
}

@test "which containers hold modules" {
  edit 'del(.annotations)'
  guest hello
  refused run -b "$BUNDLE" "$ID"
  annotate module.wasm.image/variant compat
  ok run -b "$BUNDLE" "$ID"
  annotate module.wasm.image/variant compat-smart
  ok run -b "$BUNDLE" "$ID"
  is "hello from wasm"
  in_container 'echo native'
  is native
  annotate module.wasm.image/variant other
  refused run -b "$BUNDLE" "$ID"
  says "'other' is neither compat nor compat-smart"
  annotate run.oci.handler wasm-smart
  in_container 'echo native'
  annotate run.oci.handler wasmtime
  guest hello
  ok run -b "$BUNDLE" "$ID"
  annotate run.oci.handler krun
  refused run -b "$BUNDLE" "$ID"
  says "annotations.run.oci.handler" "'krun' is no handler"
}

@test "called by its own name, the program takes all containers for modules" {
  edit 'del(.annotations)'
  guest hello
  MASU_RUNTIME=$MASU_RUNTIME_WASM ok run -b "$BUNDLE" "$ID"
  is "hello from wasm"
}

@test "what is no module, or cannot be read, is refused with its name, and nothing is left" {
  printf 'neither\n' >"$BUNDLE/rootfs/text"
  printf '\0asm\r\0\1\0' >"$BUNDLE/rootfs/component.wasm"
  printf '\0asm\1\0\0\0\xff\xff' >"$BUNDLE/rootfs/broken.wasm"
  program /text
  refused run -b "$BUNDLE" "$ID"
  says "module '/text'" "neither a WebAssembly module nor the text of one"
  program /component.wasm
  refused run -b "$BUNDLE" "$ID"
  says "it is a component"
  program /broken.wasm
  refused create -b "$BUNDLE" "$ID"
  says "module '/broken.wasm'" "compile the module"
  [[ $(wc -l <<<"$errors") == 1 ]]
  program /missing.wasm
  refused run -b "$BUNDLE" "$ID"
  says "/missing.wasm" "no such file"
  program /tmp
  refused run -b "$BUNDLE" "$ID"
  chmod 000 "$BUNDLE/rootfs/guest.wasm"
  edit '.process.user = {uid: 1000, gid: 1000} | .process.capabilities = {}'
  guest hello
  refused run -b "$BUNDLE" "$ID"
  says "/guest.wasm" "permission denied"
}

@test "a module that wants what is not there cannot be run: 126" {
  text '(import "elsewhere" "function" (func)) (func (export "_start"))'
  exits 126 run -b "$BUNDLE" "$ID"
  says "link the module" "elsewhere"
}

@test "a module on a mount, in the working directory, and in PATH" {
  mkdir "$T/volume"
  mv "$BUNDLE/rootfs/guest.wasm" "$T/volume/hello.wasm"
  add_mount "{\"destination\": \"/volume\", \"type\": \"bind\", \"source\": \"$T/volume\", \"options\": [\"bind\", \"ro\"]}"
  program /volume/hello.wasm
  ok run -b "$BUNDLE" "$ID"
  program hello.wasm
  edit '.process.env = ["PATH=/bin:/volume"]'
  ok run -b "$BUNDLE" "$ID"
  edit '.process.env = [] | .process.cwd = "/volume"'
  ok run -b "$BUNDLE" "$ID"
  is "hello from wasm"
}

@test "create, start, signals: a module ends on TERM, of which it can know nothing" {
  guest sleep
  create_container
  has_status "$ID" created
  ok start "$ID"
  wait_until grep -q asleep "$CONTAINER_OUT"
  has_status "$ID" running
  pid=$(pid_of "$ID")
  is guest.wasm "$(<"/proc/$pid/comm")"
  is "/guest.wasm sleep " "$(tr '\0' ' ' <"/proc/$pid/cmdline" | sed 's/ *$/ /')"
  ok kill "$ID" TERM
  wait_for_stop
  ok delete "$ID"
  guest sleep
  rt run -b "$BUNDLE" "$ID" &
  wait_until has_status "$ID" running
  wait_until grep -q guest.wasm "/proc/$(pid_of "$ID")/comm"
  "$MASU_RUNTIME" --root "$ROOT" kill "$ID" INT
  wait
}

@test "exec of a module, and of a program, in a container with a module" {
  guest sleep
  start_container
  wait_until grep -q asleep "$CONTAINER_OUT"
  exits 9 exec "$ID" /guest.wasm exit 9
  ok exec --env "NAME=value" "$ID" /guest.wasm env
  has NAME=value
  ok exec "$ID" echo native
  is native
  cp "$BUNDLE/rootfs/guest.wasm" "$BUNDLE/rootfs/bin/tool"
  chmod 755 "$BUNDLE/rootfs/bin/tool"
  ok exec "$ID" tool hello
  is "hello from wasm"
  exits 134 exec "$ID" /guest.wasm trap
  refused exec "$ID" /missing.wasm
  says "/missing.wasm"
  ok delete --force "$ID"
}

@test "the container has nothing of the host's: open files, variables, memory" {
  export SECRET_OF_THE_HOST=1
  guest sleep
  start_container
  wait_until grep -q asleep "$CONTAINER_OUT"
  pid=$(pid_of "$ID")
  [[ $(tr "\0" "\n" <"/proc/$pid/environ") != *SECRET_OF_THE_HOST* ]]
  for file in "/proc/$pid"/fd/*; do
    [[ ${file##*/} -gt 2 ]] || continue
    # The engine's own; and the root that is open to the module, which is the container's.
    [[ ! $(readlink "$file") =~ ^(anon_inode|socket|pipe|/memfd): ]] || continue
    is "$(stat -Lc %d:%i "/proc/$pid/root")" "$(stat -Lc %d:%i "$file")"
  done
  ok exec "$ID" sh -c 'exec 2>&1
    for file in environ maps mem; do cat /proc/1/$file && exit 1; done
    readlink /proc/1/fd/3 && exit 1
    (: >/proc/1/exe) && exit 1
    exit 0'
  [[ $(head -c 4 "$MASU_RUNTIME_WASM") == $'\x7fELF' ]]
  ok delete --force "$ID"
}

@test "user, capabilities, no_new_privs and seccomp hold for a module as after an exec" {
  edit '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["keyctl"], action: "SCMP_ACT_ERRNO"}]}'
  for privileges in true false; do
    edit --argjson value "$privileges" '.process.noNewPrivileges = $value'
    for user in 0 1000; do
      edit --argjson uid "$user" '.process.user = {uid: $uid, gid: 7, additionalGids: [8]}'
      fields='^(Uid|Gid|Groups|Cap...|NoNewPrivs|Seccomp):'
      program cat /proc/self/status
      annotate run.oci.handler wasm-smart
      ok run -b "$BUNDLE" "$ID"
      native=$(grep -E "$fields" <<<"$output")
      guest cat /proc/self/status
      ok run -b "$BUNDLE" "$ID"
      is "$native" "$(grep -E "$fields" <<<"$output")"
      [[ $native == *"Uid:"*"$user"*"Seccomp:"*2* ]]
    done
  done
}

@test "ambient capabilities stay with a module" {
  edit '.process.user = {uid: 1000, gid: 1000} | .process.capabilities |= (.inheritable = ["CAP_KILL"] | .ambient = ["CAP_KILL"])'
  guest cat /proc/self/status
  ok run -b "$BUNDLE" "$ID"
  has $'CapEff:\t0000000000000020' $'CapPrm:\t0000000000000020' $'CapAmb:\t0000000000000020'
}

@test "in a user namespace" {
  edit '.linux.namespaces += [{type: "user"}]
        | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  chown -R 100000:100000 "$BUNDLE/rootfs"
  guest cat /proc/self/uid_map
  ok run -b "$BUNDLE" "$ID"
  has 100000
  guest sleep
  start_container
  exits 5 exec "$ID" /guest.wasm exit 5
  ok delete --force "$ID"
}

@test "machine code is made once, and kept where only the caller may write" {
  export XDG_CACHE_HOME=$T/cache
  folder=$XDG_CACHE_HOME/masu/wasm
  # A module of this test's alone.
  text "(func (export \"_start\") (drop (i64.const $RANDOM$RANDOM$RANDOM)))"
  key=$(sha256sum <"$BUNDLE/rootfs/module.wat" | cut -d' ' -f1)
  ok run -b "$BUNDLE" "$ID"
  kept=("$folder/$key"-*)
  [[ ${#kept[@]} == 1 && -s ${kept[0]} ]]
  is '700 0' "$(stat -c '%a %u' "$folder")"
  is '400 0' "$(stat -c '%a %u' "${kept[0]}")"
  inode=$(stat -c %i "${kept[0]}")
  touch -d '2 days ago' "${kept[0]}"
  ok run -b "$BUNDLE" "$ID"
  is "$inode" "$(stat -c %i "${kept[0]}")"
  [[ $(stat -c %Y "${kept[0]}") -gt $(($(date +%s) - 3600)) ]] # it was used
  # Code that another could have put there is not run.
  printf 'planted' >"$T/planted"
  rm "${kept[0]}"
  install -m 0666 "$T/planted" "${kept[0]}"
  ok run -b "$BUNDLE" "$ID"
  rm -f "${kept[0]}"
}

@test "without the engine, or the program: what to install" {
  export MASU_WASM_ENGINE_PATH=/nonexistent
  annotate run.oci.handler wamr
  guest hello
  refused run -b "$BUNDLE" "$ID"
  says "the WebAssembly engine wamr is not installed" "install WAMR"
  annotate run.oci.handler wasmedge
  refused run -b "$BUNDLE" "$ID"
  says "the WebAssembly engine wasmedge is not supported"
  mkdir "$T/alone"
  cp "$MASU_RUNTIME" "$T/alone/masu-runtime"
  PATH=/usr/bin:/bin MASU_RUNTIME=$T/alone/masu-runtime refused run -b "$BUNDLE" "$ID"
  says "masu-runtime-wasm is not installed"
  printf 'int x;' | cc -shared -fPIC -o "$T/libiwasm.so" -x c -
  annotate run.oci.handler wamr
  MASU_WASM_ENGINE_PATH=$T refused run -b "$BUNDLE" "$ID"
  says "it lacks wasm_runtime_init()"
}

@test "an engine of the user's own Python, unless another could have put it there" {
  local folder=$T/home/.local/lib/python3.11/site-packages/wasmtime/linux-any
  mkdir -p "$folder"
  cp "$WASMTIME_LIBRARY" "$folder/_libwasmtime.so"
  unset MASU_WASM_ENGINE_PATH
  annotate run.oci.handler wasmtime
  guest hello
  HOME=/nonexistent rt run -b "$BUNDLE" "$ID"
  [[ $status != 0 ]] || skip "the machine has a wasmtime already"
  says "the WebAssembly engine wasmtime is not installed" "pip install wasmtime"
  chmod 777 "$folder/_libwasmtime.so"
  HOME=$T/home refused run -b "$BUNDLE" "$ID"
  says "the WebAssembly engine wasmtime is not installed"
  chmod 755 "$folder/_libwasmtime.so"
  HOME=$T/home ok run -b "$BUNDLE" "$ID"
  is "hello from wasm"
}

@test "too few tasks are refused, since the engine would hang" {
  need_controller pids
  guest both /etc/passwd
  for limit in 1 3; do
    edit --argjson limit "$limit" '.linux.resources.pids.limit = $limit'
    refused run -b "$BUNDLE" "$ID"
    says "wasmtime needs 4 tasks" "linux.resources.pids.limit"
  done
  edit '.linux.resources.pids.limit = 4'
  # Standard input that does not end keeps a thread busy while files are read.
  mkfifo "$T/in"
  exec 7<>"$T/in"
  printf x >&7
  STDIN=$T/in ok run -b "$BUNDLE" "$ID"
  exec 7>&-
  is "x$(<"$BUNDLE/rootfs/etc/passwd")"
}

@test "wamr: the same, without threads or a compiler; it reads no text" {
  [[ -e ${WAMR_LIBRARY:-} ]] || skip "no wamr: set WAMR_LIBRARY to a libiwasm.so of WAMR 2 (no package has one)"
  export MASU_WASM_ENGINE_PATH=$WAMR_LIBRARY
  edit '.linux.resources.pids.limit = 1 | .process.env = ["A=1"]'
  guest hello
  ok run -b "$BUNDLE" "$ID"
  is "hello from wasm"
  guest args one 'two words'
  ok run -b "$BUNDLE" "$ID"
  is "$(printf '[%s]\n' /guest.wasm args one 'two words')"
  guest env
  ok run -b "$BUNDLE" "$ID"
  has A=1
  guest cat /etc/passwd
  ok run -b "$BUNDLE" "$ID"
  is "$(<"$BUNDLE/rootfs/etc/passwd")"
  guest write /tmp/made text
  ok run -b "$BUNDLE" "$ID"
  is text "$(<"$BUNDLE/rootfs/tmp/made")"
  guest exit 42
  exits 42 run -b "$BUNDLE" "$ID"
  guest trap
  exits 134 run -b "$BUNDLE" "$ID"
  says "the module trapped" unreachable
  text '(func (export "_start"))'
  refused run -b "$BUNDLE" "$ID"
  says "wamr does not read the text of modules" wat2wasm
}
