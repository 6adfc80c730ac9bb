#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Listens on the unix socket SOCKET for one pidfd, and prints the text that came with it, how many fds came, and the
# process that the first stands for.
import array
import socket
import sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(sys.argv[1])
listener.listen(1)
text, ancillary, _, _ = listener.accept()[0].recvmsg(4096, 1024)
fds = array.array("i", ancillary[0][2])
with open(f"/proc/self/fdinfo/{fds[0]}") as info:
    pid = next(line.split()[1] for line in info if line.startswith("Pid:"))
print(text.decode(), len(fds), pid)
