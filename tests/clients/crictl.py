#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What containerd.sh calls of crictl, for where that is not installed: Debian 12 does not have it. It speaks the CRI
(k8s.io/cri-api, runtime/v1/api.proto) by python3-grpcio; exec is ExecSync, without streams."""

import json
import re
import sys
from pathlib import Path

import grpc

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from protobuf import decode, encode  # noqa: E402  (its folder is known only now)

# Messages by name: each member's field, and the message that it is ("" for a plain value, {} for a map of text).
WRAPPED = {"value": (1, "")}
SCHEMA = {
    "namespaces": {"network": (1, ""), "pid": (2, ""), "ipc": (3, ""), "target_id": (4, "")},
    "profile": {"profile_type": (1, ""), "localhost_ref": (2, "")},
    "int": WRAPPED,
    "resources": {"cpu_period": (1, ""), "cpu_quota": (2, ""), "cpu_shares": (3, ""), "memory_limit_in_bytes": (4, ""),
                  "oom_score_adj": (5, ""), "cpuset_cpus": (6, ""), "cpuset_mems": (7, "")},
    "pod": {"metadata": (1, "pod_name"), "hostname": (2, ""), "log_directory": (3, ""), "linux": (8, "pod_linux")},
    "pod_name": {"name": (1, ""), "uid": (2, ""), "namespace": (3, ""), "attempt": (4, "")},
    "pod_linux": {"cgroup_parent": (1, ""), "security_context": (2, "pod_security"), "sysctls": (3, {})},
    "pod_security": {"namespace_options": (1, "namespaces"), "run_as_user": (3, "int"), "readonly_rootfs": (4, ""),
                     "privileged": (6, ""), "seccomp": (9, "profile")},
    "container": {"metadata": (1, "name"), "image": (2, "image"), "command": (3, ""), "args": (4, ""), "mounts": (7, "mount"),
                  "log_path": (11, ""), "linux": (15, "linux")},
    "name": {"name": (1, ""), "attempt": (2, "")},
    "image": {"image": (1, "")},
    "mount": {"container_path": (1, ""), "host_path": (2, ""), "readonly": (3, "")},
    "linux": {"resources": (1, "resources"), "security_context": (2, "security")},
    "security": {"capabilities": (1, "capabilities"), "privileged": (2, ""), "namespace_options": (3, "namespaces"),
                 "run_as_user": (5, "int"), "readonly_rootfs": (7, ""), "no_new_privs": (11, ""), "seccomp": (15, "profile")},
    "capabilities": {"add_capabilities": (1, ""), "drop_capabilities": (2, "")},
}
STATES = ["CONTAINER_CREATED", "CONTAINER_RUNNING", "CONTAINER_EXITED", "CONTAINER_UNKNOWN"]


def message(value, kind):
    """A JSON document as {field: value}."""
    out = {}
    for key, item in value.items():
        field, inner = SCHEMA[kind][key]
        if inner == {}:
            out[field] = [{1: name, 2: text} for name, text in item.items()]
        elif inner:
            out[field] = [message(one, inner) for one in item] if isinstance(item, list) else message(item, inner)
        else:
            out[field] = int(item) if isinstance(item, bool) else item
    return out


def text(fields, number):
    return fields.get(number, [b""])[0].decode()


def inside(fields, *path):
    for number in path:
        fields = decode(fields.get(number, [b""])[0])
    return fields


class Runtime:
    def __init__(self, address):
        self.channel = grpc.insecure_channel(address)

    def call(self, method, fields):
        answer = self.channel.unary_unary(f"/runtime.v1.RuntimeService/{method}")(encode(fields), timeout=60)
        return decode(answer)

    def container(self, name):
        answer = self.call("ContainerStatus", {1: name, 2: 1})
        status = inside(answer, 1)
        info = {text(decode(one), 1): text(decode(one), 2) for one in answer.get(2, [])}
        return {"status": {"state": STATES[status.get(3, [0])[0]], "exitCode": status.get(7, [0])[0], "reason": text(status, 10),
                           "logPath": text(status, 15)}, "info": json.loads(info.get("info", "{}"))}


def load(path):
    return json.loads(Path(path).read_text())


def print_log(path):
    for line in Path(path).read_bytes().splitlines():
        _, stream, tag, rest = (line + b" ").split(b" ", 3)
        out = sys.stderr.buffer if stream == b"stderr" else sys.stdout.buffer
        out.write(rest[:-1] + (b"\n" if tag == b"F" else b""))


def update_resources(words):
    names = {"--memory": 4, "--cpu-quota": 2, "--cpu-period": 1, "--cpu-share": 3}
    resources = {names[word]: int(value) for word, value in zip(words[0:-1:2], words[1:-1:2])}
    return {1: words[-1], 2: resources}


def remove_pods(runtime):
    for pod in runtime.call("ListPodSandbox", {}).get(1, []):
        name = text(decode(pod), 1)
        runtime.call("StopPodSandbox", {1: name})
        runtime.call("RemovePodSandbox", {1: name})


def run(runtime, command, words):
    if command == "runp":
        print(text(runtime.call("RunPodSandbox", {1: message(load(words[0]), "pod")}), 1))
    elif command == "create":
        pod, container, sandbox = words
        print(text(runtime.call("CreateContainer", {1: pod, 2: message(load(container), "container"),
                                                    3: message(load(sandbox), "pod")}), 1))
    elif command == "start":
        runtime.call("StartContainer", {1: words[0]})
    elif command == "stop":
        runtime.call("StopContainer", {1: words[-1], 2: int(words[1]) if words[0] == "-t" else 0})
    elif command == "inspect":
        print(json.dumps(runtime.container(words[0])))
    elif command == "inspectp":
        network = inside(runtime.call("PodSandboxStatus", {1: words[0], 2: 1}), 1, 5)
        print(json.dumps({"status": {"network": {"ip": text(network, 1)}}}))
    elif command == "logs":
        print_log(runtime.container(words[0])["status"]["logPath"])
    elif command == "exec" and words[0] == "-s":
        answer = runtime.call("ExecSync", {1: words[1], 2: words[2:], 3: 30})
        sys.stdout.buffer.write(answer.get(1, [b""])[0])
        sys.stderr.buffer.write(answer.get(2, [b""])[0])
        return answer.get(3, [0])[0]
    elif command == "update":
        runtime.call("UpdateContainerResources", update_resources(words))
    elif command == "stats":
        used = inside(runtime.call("ContainerStats", {1: words[-1]}), 1, 3, 2)
        print(json.dumps({"stats": [{"memory": {"workingSetBytes": {"value": str(used.get(1, [0])[0])}}}]}))
    elif command == "rmp":
        remove_pods(runtime)
    else:
        sys.exit(f"crictl.py: {command} {' '.join(words)}: not here")
    return 0


def main():
    words, address = sys.argv[1:], None
    while words and re.match("--|-[ri]$", words[0]):
        if words[0] in ("--runtime-endpoint", "-r"):
            address = words[1]
        words = words[2:]
    try:
        sys.exit(run(Runtime(address), words[0], words[1:]))
    except grpc.RpcError as error:
        sys.exit(f"crictl.py: {words[0]}: {error.code().name}: {error.details()}")


main()
