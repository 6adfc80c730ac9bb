#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""seccomp-agent.py SOCKET ERRNO  : a seccomp agent. Takes one connection with one message, the container process state
and the notify descriptor, prints the state, and answers every notified call with ERRNO until the filter is gone."""
import array
import errno
import fcntl
import json
import os
import select
import socket
import struct
import sys

NOTIF_RECV, NOTIF_SEND = 0xC0502100, 0xC0182101  # _IOWR('!', 0, 80 bytes), _IOWR('!', 1, 24 bytes): linux/seccomp.h

listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(sys.argv[1])
listener.listen(1)
listener.settimeout(20)
connection, _ = listener.accept()
fds, state = array.array("i"), b""
while True:
    data, ancillary, _, _ = connection.recvmsg(65536, socket.CMSG_SPACE(64))
    for level, kind, payload in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(payload[: len(payload) - len(payload) % fds.itemsize])
    state += data
    try:
        json.loads(state)
        break
    except ValueError:
        if not data:
            sys.exit(f"not a JSON document: {state!r}")
if len(fds) != 1:
    sys.exit(f"expected one descriptor, got {len(fds)}")
print(state.decode(), flush=True)
poll = select.poll()
poll.register(fds[0], select.POLLIN)
while True:
    events = poll.poll(20000)
    if not events or events[0][1] & select.POLLHUP and not events[0][1] & select.POLLIN:
        sys.exit(0)
    request = bytearray(80)
    try:
        fcntl.ioctl(fds[0], NOTIF_RECV, request)
        (number,) = struct.unpack_from("Q", request, 0)
        fcntl.ioctl(fds[0], NOTIF_SEND, struct.pack("Qqii", number, 0, -int(sys.argv[2]), 0))
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.EINTR):  # the caller has died meanwhile
            raise
