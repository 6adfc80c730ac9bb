#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tiny-proxy.py PORT PORT-FILE LOG [USER:PASSWORD]: a proxy on the loopback that asks the server at 127.0.0.1:PORT, whatever
host is asked for. Each request is a line in LOG. With a password it answers 407 to who has it not."""

import base64
import os
import socket
import sys
import threading

upstream, port_file, log_path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
wanted = "basic " + base64.b64encode(sys.argv[4].encode()).decode() if len(sys.argv) > 4 else None


def pump(one, other):
    try:
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(client):
    head = b""
    while b"\r\n\r\n" not in head:
        more = client.recv(65536)
        if not more:
            return
        head += more
    head, _, rest = head.partition(b"\r\n\r\n")
    first, *headers = head.decode().split("\r\n")
    with open(log_path, "a", encoding="utf-8") as log:
        log.write(first + "\n")
    given = [line.partition(": ")[2] for line in headers if line.lower().startswith("proxy-authorization:")]
    if wanted and [text[:6].lower() + text[6:] for text in given] != [wanted]:
        client.sendall(b'HTTP/1.1 407 no\r\nProxy-Authenticate: Basic realm="proxy"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
        return client.close()
    server = socket.create_connection(("127.0.0.1", upstream))
    method, target, version = first.split(" ")
    if method == "CONNECT":
        client.sendall(b"HTTP/1.1 200 connected\r\n\r\n")
        server.sendall(rest)
    else:  # one request a connection
        kept = [line for line in headers if not line.lower().startswith(("proxy-", "connection:"))]
        path = "/" + target.split("/", 3)[3]
        server.sendall("\r\n".join([f"{method} {path} {version}", *kept, "Connection: close", "", ""]).encode() + rest)
    thread = threading.Thread(target=pump, args=(client, server), daemon=True)
    thread.start()
    pump(server, client)
    client.close()


with socket.create_server(("127.0.0.1", 0)) as listener:
    with open(port_file + ".new", "w", encoding="utf-8") as file:
        file.write(str(listener.getsockname()[1]))
    os.rename(port_file + ".new", port_file)
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
