#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""hostile-registry.py LAYOUT PORT-FILE LOG: serves the image of an OCI layout as /v2/NAME/…, and misbehaves as NAME says.

  ok            as it should              unauthorized forbidden missing many broken    401, 403, 404, 429, 500 for ever
  later         429 with Retry-After: 1, then as it should
  flaky         503 twice for each thing, then as it should
  reset         closes each blob's connection after half of what is left; knows ranges
  restart       the same, and knows no ranges
  short         a blob ends early, for ever, and nobody can resume     long   a blob has more bytes than were said
  wrong         a blob has other bytes of the same number              manifest  the manifest asked for by digest is another
  silent        answers nothing                                        redirect  Basic; blobs are on another port: /elsewhere
  schema1 type big garbage deep    manifests that are not to be had
  data          the configuration is in its descriptor, and nowhere else     data-wrong   and is another there
  urls          the layer is not distributable, and at an address that asks for no password; the registry wants Basic
  urls-thief    the same, and that address asks for a token     urls-gone   and that address has nothing
  urls-file     the layer is said to be a file
  token         Bearer, whose tokens are good for two requests each (user u, password p)
  many-tags     tags/list in pages
  slow          a blob waits half a second; how many wait is in the log as "together N"

Each request is a line in LOG: method, path, Range, Authorization.
"""

import base64
import http.server
import json
import os
import sys
import threading
import time

layout, port_file, log_path = sys.argv[1:4]
index = json.load(open(layout + "/index.json", encoding="utf-8"))
entry = index["manifests"][0]


def blob(digest):
    with open(f"{layout}/blobs/{digest.replace(':', '/')}", "rb") as file:
        return file.read()


manifest = blob(entry["digest"])
lock = threading.Lock()
seen = {}
tokens = {}
waiting = set()


def count(key):
    with lock:
        seen[key] = seen.get(key, 0) + 1
        return seen[key]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def note(self):
        with lock, open(log_path, "a", encoding="utf-8") as log:
            log.write(f"{self.command} {self.server.server_port} {self.path} {self.headers.get('Range', '-')} "
                      f"{self.headers.get('Authorization', '-')}\n")

    def answer(self, status, body=b"", kind="application/json", headers=(), announced=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if announced is None else announced))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, message, headers=()):
        self.answer(status, json.dumps({"errors": [{"code": "TEST", "message": message}]}).encode(), headers=headers)

    def token_is_good(self):
        given = self.headers.get("Authorization", "")
        with lock:
            left = tokens.get(given, 0)
            tokens[given] = left - 1
        return left > 0

    def give_token(self):
        who = self.headers.get("Authorization", "")
        if who != "Basic " + base64.b64encode(b"u:p").decode():
            return self.refuse(401, "who are you?")
        with lock:
            token = f"token-{len(tokens)}"
            tokens["Bearer " + token] = 2
        return self.answer(200, json.dumps({"token": token, "expires_in": 60}).encode())

    def wait(self):
        with lock, open(log_path, "a", encoding="utf-8") as log:
            waiting.add(self)
            log.write(f"together {len(waiting)}\n")
        time.sleep(0.5)
        with lock:
            waiting.discard(self)

    def send_blob(self, name, digest):
        if name == "slow":
            self.wait()
        data, start = blob(digest), 0
        is_layer = len(data) > 10000
        if name == "restart" or not self.headers.get("Range"):
            status, headers = 200, []
        else:
            start = int(self.headers["Range"].split("=")[1].split("-")[0])
            status, headers = 206, [("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")]
        if name == "redirect" and not self.path.startswith("/elsewhere"):
            return self.answer(307, headers=[("Location", f"http://127.0.0.1:{other.server_port}/elsewhere{self.path}")])
        if is_layer and name == "wrong":
            data = bytes([data[0]]) + data[1:-1] + bytes([data[-1] ^ 1])
        if is_layer and name == "long":
            return self.answer(200, data + b"more")
        if is_layer and name == "short":
            self.close_connection = True
            return self.answer(200, data[:1000], announced=1000)
        rest = data[start:]
        if is_layer and name in ("reset", "restart") and len(rest) > 2000 and count((name, digest)) < 4:
            self.close_connection = True
            return self.answer(status, rest[: len(rest) // 2], headers=headers, announced=len(rest))
        return self.answer(status, rest, "application/octet-stream", headers)

    def described(self, name):
        """The manifest, with what is said of its blobs changed."""
        document = json.loads(manifest)
        if name.startswith("data"):
            text = blob(document["config"]["digest"])
            document["config"]["data"] = base64.b64encode(text if name == "data" else text.swapcase()).decode()
        for layer in document["layers"] if name.startswith("urls") else []:
            layer["mediaType"] = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"
            layer["urls"] = ["ftp://127.0.0.1/x", f"http://127.0.0.1:{other.server_port}/elsewhere/v2/{name}/x/blobs/"
                             + layer["digest"]] if name != "urls-file" else ["file:///etc/passwd"]
        return json.dumps(document).encode()

    def send_elsewhere(self, name, digest):
        if name == "urls-thief":
            realm = f"http://127.0.0.1:{self.server.server_port}/token"
            return self.refuse(401, "a token!", [("WWW-Authenticate", f'Bearer realm="{realm}",service="s"')])
        return self.refuse(410, "no more") if name == "urls-gone" else self.send_blob(name, digest)

    def send_manifest(self, name, reference):
        kinds = {"type": "application/vnd.example.other+json",
                 "schema1": "application/vnd.docker.distribution.manifest.v1+prettyjws"}
        texts = {"schema1": b'{"schemaVersion": 1, "name": "x", "fsLayers": []}', "type": b'{"schemaVersion": 2}',
                 "big": b'{"schemaVersion": 2, "x": "' + b"x" * (5 << 20) + b'"}', "garbage": b"<html>no registry</html>",
                 "deep": b"[" * 100000}
        text = texts.get(name, manifest)
        if name == "manifest":
            text = manifest + b" "
        if name.startswith(("data", "urls")):
            text = self.described(name)
        return self.answer(200, text, kinds.get(name, entry["mediaType"]))

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        self.note()
        path = self.path.split("?")[0].removeprefix("/elsewhere")
        if path == "/token":
            return self.give_token()
        if path == "/v2/":
            return self.answer(200, b"{}")
        name, _, rest = path.removeprefix("/v2/").partition("/")
        kind = next(kind for kind in ("manifests", "blobs", "tags") if f"/{kind}/" in "/" + rest)
        reference = ("/" + rest).rpartition(f"/{kind}/")[2]
        statuses = {"unauthorized": 401, "forbidden": 403, "missing": 404, "many": 429, "broken": 500}
        if name in statuses:
            return self.refuse(statuses[name], f"this is {name}")
        if name == "redirect" and not self.path.startswith("/elsewhere") and "Authorization" not in self.headers:
            return self.refuse(401, "who?", [("WWW-Authenticate", 'Basic realm="test"')])
        if name.startswith("urls"):
            if self.path.startswith("/elsewhere"):
                return self.send_elsewhere(name, reference)
            if "Authorization" not in self.headers:
                return self.refuse(401, "who?", [("WWW-Authenticate", 'Basic realm="test"')])
            if kind == "blobs" and len(blob(reference)) > 10000:
                return self.refuse(404, "not handed on")
        if name.startswith("data") and kind == "blobs" and len(blob(reference)) < 10000:
            return self.refuse(404, "it is in the manifest")
        if name == "silent":
            return time.sleep(30)
        if name == "later" and count("later") == 1:
            return self.refuse(429, "slowly", [("Retry-After", "1")])
        if name == "flaky" and count((kind, reference)) <= 2:
            return self.refuse(503, "not now")
        if name == "token" and not self.token_is_good():
            realm = f"http://127.0.0.1:{self.server.server_port}/token"
            return self.refuse(401, "a token, please", [("WWW-Authenticate", f'Bearer realm="{realm}",service="s"')])
        if kind == "tags":
            last = self.path.partition("last=")[2]
            page = {"": ["v1", "v2"], "v2": ["v3"]}[last]
            return self.answer(200, json.dumps({"name": name, "tags": page}).encode(),
                               headers=[] if last else [("Link", '</v2/many-tags/tags/list?last=v2>; rel="next"')])
        return self.send_manifest(name, reference) if kind == "manifests" else self.send_blob(name, reference)


def serve():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    return server


other = serve()
threading.Thread(target=other.serve_forever, daemon=True).start()
main = serve()
with open(port_file + ".new", "w", encoding="utf-8") as file:
    file.write(str(main.server_port))
os.rename(port_file + ".new", port_file)
main.serve_forever()
