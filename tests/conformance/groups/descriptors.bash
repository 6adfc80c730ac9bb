# SPDX-License-Identifier: Apache-2.0
# What the program is born with beyond config.json: file descriptors, session, streams.

#: nothing but 0, 1 and 2 is open
none_of_the_runtime() { check descriptors; }

#: what the caller of the runtime has open does not get in
none_of_the_caller() {
  local fd
  exec {fd}</etc
  check descriptors
  exec {fd}<&-
}

#: --preserve-fds passes that many on from 3
preserved() {
  echo preserved >"$T/file"
  program cat /proc/self/fd/3 ';' link /proc/self/fd/4
  exec 3<"$T/file" 4</dev/null
  call_with_output create --bundle "$BUNDLE" --preserve-fds 1 "$ID"
  exec 3<&- 4<&-
  start
  finish
  is $'preserved\n/proc/self/fd/4 -> ' "$output"
}

#: LISTEN_FDS of the caller passes sockets on
listen_fds() {
  echo listening >"$T/file"
  printf '#!/bin/sh\nLISTEN_PID=$$ LISTEN_FDS=1 exec "$@"\n' >"$T/activated"
  chmod +x "$T/activated"
  program cat /proc/self/fd/3
  exec 3<"$T/file"
  RUN_UNDER=$T/activated call_with_output create --bundle "$BUNDLE" "$ID"
  exec 3<&-
  start
  finish
  is listening "$output"
}

#: stdin and stdout are those of create
streams() {
  program cat /dev/stdin
  call_with_output create --bundle "$BUNDLE" "$ID" <<<typed
  start
  finish
  is typed "$output"
}

#: the program leads a session of its own
session() {
  inside session
  is 'pid 1 session own group own' "$output"
}

#: no signal is blocked or ignored
signals() {
  inside signals
  is 'signals blocked 0000000000000000 ignored 0000000000000000' "$output"
}
