#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""shim-attach.py SOCKET PATH [ACTION…]: attaches to a process of masu-shim, docs/src/shim.md, "Attaching".

Sends stdin as frames while the answer comes in; stdout and stderr of the process go to ours, the last frame (how it ended) to
file descriptor 3 if that is open. Actions, done in order before stdin is sent: `resize=ROWSxCOLUMNS`;
`keep-stdin` does not end the process' stdin with ours; `half-close` ends it by shutdown(2) instead of an empty
frame; `no-stdin` sends nothing; `pause` waits for a line on fd 4 before reading anything.
"""

import os
import socket
import struct
import sys
import threading


def frame(kind, data):
    return struct.pack(">BxxxI", kind, len(data)) + data


def send_input(client, actions):
    if "no-stdin" in actions:
        return
    while data := os.read(0, 32768):
        client.sendall(frame(0, data))
    if "half-close" in actions:
        client.shutdown(socket.SHUT_WR)
    elif "keep-stdin" not in actions:
        client.sendall(frame(0, b""))


def receive(stream, size):
    data = b""
    while len(data) < size:
        piece = stream.read(size - len(data))
        if not piece:
            sys.exit(4)  # cut off
        data += piece
    return data


def main():
    path, target, *actions = sys.argv[1:]
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(60)
    client.connect(path)
    client.sendall(f"POST {target} HTTP/1.1\r\nHost: shim\r\nConnection: Upgrade\r\nUpgrade: masu-attach\r\n\r\n".encode())
    stream = client.makefile("rb", buffering=0)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += receive(stream, 1)
    if not head.startswith(b"HTTP/1.1 101 "):
        sys.stderr.write(head.decode())
        sys.exit(3)
    for action in actions:
        if action.startswith("resize="):
            rows, columns = action[7:].split("x")
            client.sendall(frame(4, struct.pack(">HH", int(rows), int(columns))))
    if "pause" in actions:
        os.read(4, 1)
    threading.Thread(target=send_input, args=(client, actions), daemon=True).start()
    while True:
        kind, size = struct.unpack(">BxxxI", receive(stream, 8))
        data = receive(stream, size)
        if kind == 3:
            try:
                os.write(3, data)
            except OSError:
                pass
            return
        while data:
            data = data[os.write(kind, data):]


main()
