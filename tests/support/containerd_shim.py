# SPDX-License-Identifier: Apache-2.0
"""A client of containerd's shims, as containerd is one: `start`, calls by ttrpc, events, `delete`.

    shim = Shim(program, bundle, "c1")
    shim.call("Create", {1: "c1", 2: bundle})
"""

import os
import socket
import struct
import subprocess
import threading

from protobuf import decode, encode

TASK = "containerd.task.v2.Task"
OK, INVALID, NOT_FOUND, EXISTS, EXHAUSTED, PRECONDITION, UNIMPLEMENTED = 0, 3, 5, 6, 8, 9, 12


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


def frame(kind, stream, message):
    return struct.pack(">IIBB", len(message), stream, kind, 0) + message


def read_exactly(connection, size):
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def read_frame(connection):
    length, stream, kind, _ = struct.unpack(">IIBB", read_exactly(connection, 10))
    return kind, stream, read_exactly(connection, length)


class Client:
    """One connection; its calls are made one after the other."""

    def __init__(self, path, patience=30):
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.connect(path)  # waits while the queue is full, which it would not with a timeout
        self.connection.settimeout(patience)
        self.stream = -1

    def send(self, method, fields, service=TASK):
        self.stream += 2
        self.connection.sendall(frame(1, self.stream, encode({1: service, 2: method, 3: encode(fields), 4: 10**10})))
        return self.stream

    def receive(self):
        """The stream and the answer of whichever call is answered next."""
        _, stream, message = read_frame(self.connection)
        response = decode(message)
        if 1 in response:
            status = decode(response[1][0])
            return stream, Refused(status[1][0], status.get(2, [b""])[0].decode())
        return stream, decode(response.get(2, [b""])[0])

    def call(self, method, fields, service=TASK):
        stream = self.send(method, fields, service)
        answered, answer = self.receive()
        assert answered == stream, (answered, stream)
        if isinstance(answer, Refused):
            raise answer
        return answer


class Events(threading.Thread):
    """containerd's side of the events: (topic, fields) in the order in which they came."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.seen, self.changed = [], threading.Condition()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        self.start()

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            while True:
                _, stream, message = read_frame(connection)
                request = decode(message)
                assert request[1] == [b"containerd.services.events.ttrpc.v1.Events"], request
                envelope = decode(decode(request[3][0])[1][0])
                event = decode(envelope[4][0])
                with self.changed:
                    self.seen.append((envelope[3][0].decode(), decode(event[2][0])))
                    self.changed.notify_all()
                connection.sendall(frame(2, stream, b""))
        except (EOFError, ConnectionError):
            pass

    def wait(self, topic, times=1, patience=10):
        """The fields of the event, once it has come so often."""
        with self.changed:
            self.changed.wait_for(lambda: len(self.of(topic)) >= times, patience)
            assert len(self.of(topic)) >= times, (topic, self.seen)
            return self.of(topic)[times - 1]

    def of(self, topic):
        return [fields for name, fields in self.seen if name == topic]

    def topics(self):
        with self.changed:
            return [topic.removeprefix("/tasks/") for topic, _ in self.seen]


class Shim:
    def __init__(self, program, bundle, name, address, namespace="test", options=b""):
        self.words = [program, "-namespace", namespace, "-address", address, "-publish-binary", "/nowhere", "-id", name]
        self.bundle, self.name = bundle, name
        self.environment = {"PATH": os.environ["PATH"], "TTRPC_ADDRESS": address + ".ttrpc"}
        started = self.run(["start"], options)
        self.address = started.stdout.decode()
        assert self.address.startswith("unix://"), started
        self.path = self.address.removeprefix("unix://")
        self.client = Client(self.path)
        self.pid = self.call("Connect", {1: name})[1][0]

    def run(self, words, stdin=b""):
        return subprocess.run(self.words + words, cwd=self.bundle, env=self.environment, input=stdin,
                              capture_output=True, timeout=30, check=True)

    def call(self, method, fields=None):
        return self.client.call(method, {1: self.name} if fields is None else fields)

    def delete(self):
        """What containerd calls once a shim has gone: pid, status."""
        answer = decode(self.run(["-bundle", self.bundle, "delete"]).stdout)
        return answer.get(1, [0])[0], answer[2][0]


def refused(code, function, *arguments):
    try:
        answer = function(*arguments)
    except Refused as refusal:
        assert refusal.code == code, refusal
        return refusal.message
    raise AssertionError(f"{arguments} was answered: {answer}")
