#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""shim-api-check.py DOCUMENT SOCKET: sends each request of an OpenAPI document to a running shim, and requests that it does
not have. Statuses, types of content and JSON have to be those of the document; of each operation at least one
success has to be seen."""

import http.client
import json
import socket
import sys

import yaml

METHODS = ("get", "post", "delete", "put", "patch")
# What to send so that an operation succeeds; the container runs. In this order: the last ones end it.
REQUESTS = [
    ("get", "/", ""), ("post", "/", "cmd=pause"), ("post", "/", "cmd=resume"), ("post", "/", "cmd=fly"),
    ("post", "/", "cmd=start"), ("post", "/", "cmd=delete"), ("get", "/logs", ""), ("get", "/logs?tail=x", ""),
    ("post", "/logs/rotate", ""), ("post", "/logs/reopen", ""), ("post", "/attach", "upgrade"), ("post", "/attach", ""),
    ("post", "/resize", "rows=1&columns=1"), ("post", "/resize", "rows=x"), ("get", "/events?since=0", "head"),
    ("get", "/events?since=x", ""), ("get", "/stats", ""), ("get", "/pids", ""),
    ("post", "/update", '{"pids": {"limit": 100}}'), ("post", "/update", "[]"), ("post", "/checkpoint", "path=/nowhere/x"),
    ("post", "/checkpoint", ""), ("get", "/metrics", ""), ("get", "/health", ""), ("post", "/health", ""),
    ("post", "/exec", '{"args": ["sleep", "1000"]}'), ("post", "/exec", "{}"), ("get", "/exec", ""), ("get", "/exec/e1", ""),
    ("post", "/exec/e1/attach", "upgrade"), ("post", "/exec/e1/attach", ""), ("post", "/exec/e1/start", ""),
    ("post", "/exec/e1/start", ""), ("post", "/exec/e1/resize", "rows=1&columns=1"), ("delete", "/exec/e1", ""),
    ("post", "/exec/e1/kill", "signal=KILL"), ("get", "/exec/e1/wait", ""), ("delete", "/exec/e1", ""), ("get", "/exec/e1", ""),
    ("delete", "/stdin", ""), ("post", "/", "cmd=stop&timeout=0"), ("get", "/wait", ""), ("post", "/attach", "upgrade"),
    ("post", "/exec", '{"args": ["true"]}'), ("post", "/", "cmd=delete"), ("get", "/", ""),
]
# Of these a success needs a terminal (shim-attach.bats, shim-exec.bats), a runtime that has it (shim-life.bats) or ends the shim (each test does).
NOT_HERE = {("post", "/resize"), ("post", "/exec/{id}/resize"), ("delete", "/"), ("post", "/checkpoint")}

document = yaml.safe_load(open(sys.argv[1]))
complaints = []


class Client(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(sys.argv[2])


def send(method, path, body):
    client = Client("shim")
    headers = {}
    if body == "upgrade":
        headers = {"Connection": "Upgrade", "Upgrade": "masu-attach"}
    elif body.startswith("{"):
        headers = {"Content-Type": "application/json"}
    elif body:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
    client.request(method.upper(), path, body=None if body in ("upgrade", "head", "") else body, headers=headers)
    answer = client.getresponse()
    content = b"" if body in ("upgrade", "head") and answer.status in (101, 200) else answer.read()
    client.close()
    return answer.status, (answer.getheader("Content-Type") or "").split(";")[0], content


def resolve(schema):
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}


def conforms(value, schema, where):
    schema = resolve(schema)
    if "enum" in schema and value not in schema["enum"]:
        complaints.append(f"{where}: {value!r} is none of {schema['enum']}")
    if "type" in schema and not isinstance(value, TYPES[schema["type"]]):
        complaints.append(f"{where}: {value!r} is no {schema['type']}")
    if "properties" not in schema or not isinstance(value, dict):
        return
    for name in schema.get("required", []):
        if name not in value:
            complaints.append(f"{where}: {name} is missing")
    for name, member in value.items():
        if name not in schema["properties"]:
            complaints.append(f"{where}: {name} is not documented")
        else:
            conforms(member, schema["properties"][name], f"{where}.{name}")


def documented(path):
    path = path.split("?")[0]
    return "/exec/{id}" + path[len("/exec/e1"):] if path.startswith("/exec/") else path


seen = set()
for method, path, body in REQUESTS:
    status, kind, content = send(method, path, body)
    where = f"{method.upper()} {path} {body}: {status}"
    operation = document["paths"][documented(path)][method]
    response = operation["responses"].get(str(status))
    if response is None:
        complaints.append(f"{where} is not documented: {content[:200]!r}")
        continue
    if status < 300:
        seen.add((method, documented(path)))
    if not content:
        continue
    if kind not in response.get("content", {}):
        complaints.append(f"{where}: content of type {kind}")
    elif kind == "application/json":
        conforms(json.loads(content), response["content"][kind]["schema"], where)

for path, operations in document["paths"].items():
    for method in METHODS:
        if method in operations:
            if (method, path) not in seen | NOT_HERE and (method, path) not in {("post", "/attach"), ("post", "/exec/{id}/attach")}:
                complaints.append(f"{method.upper()} {path}: no success seen")
            continue
        status, _, _ = send(method, path.replace("{id}", "e9"), "")
        if status not in (404, 405):
            complaints.append(f"{method.upper()} {path} is not documented, and answered by {status}")

print("\n".join(complaints))
sys.exit(bool(complaints))
