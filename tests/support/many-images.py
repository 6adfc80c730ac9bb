#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""many-images.py LAYOUT FOLDER: to FOLDER, an OCI layout with an index of what LAYOUT's image is, and for other platforms of
images without layers, with attestations between; under further tags an artifact and an image without layers for this machine.
"""

import hashlib
import json
import os
import shutil
import sys
from base64 import b64encode

source, folder = sys.argv[1:3]
shutil.copytree(source, folder)
with open(folder + "/index.json", encoding="utf-8") as file:
    ours = json.load(file)["manifests"][0]
machine = {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine]
OCI = "application/vnd.oci."


def blob(kind, data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    digest = hashlib.sha256(data).hexdigest()
    with open(f"{folder}/blobs/sha256/{digest}", "wb") as file:
        file.write(data)
    return {"mediaType": OCI + kind, "digest": "sha256:" + digest, "size": len(data)}


def image(architecture, variant, **more):
    config = {"architecture": architecture, "os": "linux", "variant": variant, "config": {"Env": ["VARIANT=" + variant]},
              "rootfs": {"type": "layers", "diff_ids": []}}
    described = blob("image.config.v1+json", config)
    described["data"] = b64encode(json.dumps(config).encode()).decode()
    return blob("image.manifest.v1+json", {"schemaVersion": 2, "mediaType": OCI + "image.manifest.v1+json", "config": described, "layers": [], **more})


def entry(what, name=None, **platform):
    out = dict(what)
    if platform:
        out["platform"] = platform
    out["annotations"] = {"org.opencontainers.image.ref.name": name} if name else {"vnd.docker.reference.type": "attestation-manifest"}
    return out


statement = blob("empty.v1+json", {"_type": "https://in-toto.io/Statement/v0.1"})
statement["mediaType"] = "application/vnd.in-toto+json"
attestation = blob("image.manifest.v1+json", {"schemaVersion": 2, "mediaType": OCI + "image.manifest.v1+json",
                                              "config": blob("image.config.v1+json", {"rootfs": {"type": "layers", "diff_ids": []}}),
                                              "layers": [statement]})
artifact = blob("image.manifest.v1+json", {"schemaVersion": 2, "mediaType": OCI + "image.manifest.v1+json", "artifactType": "text/x-note",
                                           "config": blob("empty.v1+json", b"{}"), "layers": [statement]})
index = blob("image.index.v1+json", {
    "schemaVersion": 2, "mediaType": OCI + "image.index.v1+json",
    "manifests": [
        entry(attestation, os="unknown", architecture="unknown"),
        entry(image("arm", "v6"), os="linux", architecture="arm", variant="v6"),
        entry(image("arm", "v7"), os="linux", architecture="arm", variant="v7"),
        entry({key: ours[key] for key in ("mediaType", "digest", "size")}, os="linux", architecture=machine),
        entry(attestation, os="unknown", architecture="unknown"),
    ]})
with open(folder + "/index.json", "w", encoding="utf-8") as file:
    json.dump({"schemaVersion": 2, "manifests": [entry(index, "many"), entry(artifact, "artifact"), entry(image(machine, ""), "bare")]}, file)
