# SPDX-License-Identifier: Apache-2.0
# process.terminal: the pty, and how its master reaches the client.

# with_terminal WORD… : creates and starts a container whose master is taken from --console-socket; output is what it prints.
with_terminal() {
  needs tool:python3
  local client
  config '.process.terminal = true'
  program "$@"
  cp "$BUNDLE/config.json" "$T/host.json" "$ROOTFS/"
  python3 "$here/../support/recvtty.py" "$T/console" "$T/printed" >"$T/client" 2>&1 &
  client=$!
  until_true test -S "$T/console"
  ok create --bundle "$BUNDLE" --console-socket "$T/console" "$ID"
  start
  wait $client || { cat "$T/client" && return 1; }
  output=$(tr -d '\r' <"$T/printed")
}

#: the three streams are the terminal, which controls the process, and /dev/console is it
terminal() {
  with_terminal check process.terminal
  judge
}

#: one descriptor is sent, with a name, and it is a terminal
message() {
  with_terminal exit 0
  has 'fds=1 name=' "$(cat "$T/client")"
  has 'tty=yes' "$(cat "$T/client")"
}

#: consoleSize
size() {
  config '.process.consoleSize = {height: 30, width: 100}'
  with_terminal check process.consoleSize
  judge
}

#: the terminal belongs to the user of the process
owner() {
  needs ids
  config '.process.user = {uid: 1000, gid: 1000}'
  with_terminal check process.terminal process.user
  judge
}

#: the terminal is of the container's own devpts
own_devpts() {
  with_terminal link /proc/self/fd/0 ';' list /dev/pts
  is $'/proc/self/fd/0 -> /dev/pts/0\n/dev/pts: 0 ptmx' "$output"
}

#: in a user namespace
in_user_namespace() {
  needs root userns
  add_namespace user
  config '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  with_terminal check process.terminal
  judge
}

#: exec with a terminal, as conmon calls it
exec_terminal() {
  needs command:exec tool:python3
  local client
  runs
  jq -c '.process | .terminal = true | .args = ["/checker", "check", "process.terminal"]' <"$BUNDLE/config.json" >"$T/process.json"
  jq -c --slurpfile process "$T/process.json" '.process = $process[0]' "$BUNDLE/config.json" >"$ROOTFS/config.json"
  cp "$T/host.json" "$ROOTFS/"
  python3 "$here/../support/recvtty.py" "$T/console" "$T/printed" >"$T/client" 2>&1 &
  client=$!
  until_true test -S "$T/console"
  ok exec --detach --process "$T/process.json" --pid-file "$T/exec.pid" --console-socket "$T/console" "$ID"
  wait $client || { cat "$T/client" && return 1; }
  output=$(tr -d '\r' <"$T/printed")
  judge
}

#: create with a terminal and without --console-socket is refused
no_socket() {
  config '.process.terminal = true'
  never_runs
}

#: a --console-socket that nobody listens on is refused
dead_socket() {
  config '.process.terminal = true'
  call_with_output create --bundle "$BUNDLE" --console-socket "$T/none" "$ID"
  [[ $status != 0 && -n $errors ]]
}

#: without a terminal the streams are none
none() {
  config '.process.terminal = false'
  inside link /proc/self/fd/0
  not has /dev/pts
}
