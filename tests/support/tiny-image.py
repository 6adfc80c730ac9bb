#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tiny-image.py FOLDER [--config JSON] [--name NAME] [--platform OS/ARCHITECTURE] [LAYER.tar…]: writes an OCI image layout with busybox in it.

Without layers the image has one, with busybox and the files that a container expects; those given stand above it.
"""

import argparse
import gzip
import hashlib
import io
import json
import os
import tarfile

APPLETS = """sh awk cat chmod cp date dd df echo env false grep head hostname id kill ln ls mkdir mount nproc ping ps pwd rm sed seq
sleep stat stty sync tail test touch tr true tty umount wc""".split()
GO_NAMES = {"x86_64": "amd64", "aarch64": "arm64"}
FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nsomeone:x:1000:1000::/home/someone:/bin/sh\n",
    "etc/group": "root:x:0:\nsomeone:x:1000:\nextra:x:77:someone\n",
}


def busybox_layer():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:

        def add(name, kind, mode, data=b"", link=""):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode, entry.size, entry.linkname, entry.mtime = kind, mode, len(data), link, 1700000000
            tar.addfile(entry, io.BytesIO(data))

        for name in "bin dev etc home home/someone proc root sys tmp var".split():
            add(name + "/", tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755)
        with open("/bin/busybox", "rb") as busybox:
            add("bin/busybox", tarfile.REGTYPE, 0o755, busybox.read())
        for name in APPLETS:
            add("bin/" + name, tarfile.LNKTYPE, 0o755, link="bin/busybox")
        for name, text in FILES.items():
            add(name, tarfile.REGTYPE, 0o644, text.encode())
    return out.getvalue()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--config", default="{}")
    parser.add_argument("--name", default="busybox:latest")
    parser.add_argument("--platform", default="linux/" + GO_NAMES.get(os.uname().machine, os.uname().machine))
    parser.add_argument("layers", nargs="*")
    options = parser.parse_args()
    os.makedirs(options.folder + "/blobs/sha256", exist_ok=True)

    def blob(kind, data):
        digest = hashlib.sha256(data).hexdigest()
        with open(f"{options.folder}/blobs/sha256/{digest}", "wb") as file:
            file.write(data)
        return {"mediaType": "application/vnd.oci.image." + kind, "digest": "sha256:" + digest, "size": len(data)}

    tars = [busybox_layer()]
    for path in options.layers:
        with open(path, "rb") as file:
            tars.append(file.read())
    system, architecture = options.platform.split("/")
    config = {
        "created": "2023-11-14T22:13:20Z",
        "architecture": architecture,
        "os": system,
        "config": {"Env": ["PATH=/bin", "GREETING=hello"], "Cmd": ["sh"], **json.loads(options.config)},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(tar).hexdigest() for tar in tars]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob("config.v1+json", json.dumps(config).encode()),
        "layers": [blob("layer.v1.tar+gzip", gzip.compress(tar, 1, mtime=0)) for tar in tars],
    }
    entry = blob("manifest.v1+json", json.dumps(manifest).encode())
    entry["annotations"] = {"org.opencontainers.image.ref.name": options.name}
    with open(options.folder + "/index.json", "w", encoding="utf-8") as file:
        json.dump({"schemaVersion": 2, "manifests": [entry]}, file)
    with open(options.folder + "/oci-layout", "w", encoding="utf-8") as file:
        file.write('{"imageLayoutVersion":"1.0.0"}')


main()
