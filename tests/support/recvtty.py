#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""recvtty.py SOCKET OUTPUT [INPUT]  : a client's side of --console-socket. Listens on SOCKET, takes one connection with
one descriptor, the master of a pty, and one name; types INPUT (if given) once the other side has printed something;
copies what the terminal prints to OUTPUT until it hangs up. Says on stdout what was received:
"fds=1 name=/dev/pts/0 tty=yes size=ROWSxCOLUMNS". Fails if a second connection comes."""
import array
import fcntl
import os
import select
import socket
import struct
import sys
import termios

socket_path, output_path = sys.argv[1], sys.argv[2]
typed = sys.argv[3].encode() if len(sys.argv) > 3 else b""

listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(socket_path)
listener.listen(2)
listener.settimeout(20)
connection, _ = listener.accept()
connection.settimeout(20)
name, ancillary, flags, _ = connection.recvmsg(4096, socket.CMSG_SPACE(16 * 4))
fds = array.array("i")
for level, kind, data in ancillary:
    if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
        fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
if len(fds) != 1 or not 0 < len(name) < 4096 or flags & socket.MSG_CTRUNC:
    sys.exit(f"expected one descriptor and a name, got {len(fds)} and {name!r}")
master = fds[0]
rows, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(master, termios.TIOCGWINSZ, bytes(8)))
print(f"fds=1 name={name.decode()} tty={'yes' if os.isatty(master) else 'no'} size={rows}x{columns}", flush=True)

with open(output_path, "wb", buffering=0) as output:
    while True:
        ready, _, _ = select.select([master], [], [], 20)
        if not ready:
            sys.exit("the terminal was silent for 20 s")
        try:
            data = os.read(master, 65536)
        except OSError:  # EIO: the last process has closed its side
            break
        if not data:
            break
        output.write(data)
        if typed:
            os.write(master, typed)
            typed = b""
listener.settimeout(0)
try:
    listener.accept()
except BlockingIOError:
    sys.exit(0)
sys.exit("a second connection came")
