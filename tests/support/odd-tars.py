#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""odd-tars.py FOLDER [VICTIM]: writes tar archives that are unusual, to FOLDER/good, or hostile, to FOLDER/bad.

The hostile ones reach for VICTIM (/victim), a file that they must not change. Layers of images for manager-archives.bats,
and what the fuzzer archive_fuzz begins with.
"""

import io
import os
import subprocess
import sys
import tarfile
import tempfile

folder = sys.argv[1]
victim = sys.argv[2] if len(sys.argv) > 2 else "/victim"
up = "../" * 40 + victim.lstrip("/")
DIR, SYM, LNK, CHR, BLK, FIFO = (tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE,
                                 tarfile.FIFOTYPE)
GNU, PAX, USTAR = tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT


def entry(name, kind=tarfile.REGTYPE, data=b"", **more):
    out = tarfile.TarInfo(name)
    out.type, out.size, out.mode = kind, len(data), 0o755 if kind == DIR else 0o644
    for key, value in more.items():
        setattr(out, key, value)
    return out, data


def archive(*entries, form=PAX, end=True):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for info, data in entries:
            tar.addfile(info, io.BytesIO(data) if data else None)
        size = tar.offset
    return out.getvalue() if end else out.getvalue()[:size]


def pax(name, headers, data=b"", **more):
    return entry(name, data=data, pax_headers=headers, **more)


def raw(name, size=0, kind=b"0", link=b"", data=b""):
    """A header as it should not be: any bytes as its name, any text as its size."""
    size = b"%011o" % size if isinstance(size, int) else size
    header = bytearray(512)
    header[0:len(name)], header[100:107], header[108:115], header[116:123] = name, b"0000644", b"0000000", b"0000000"
    header[124:124 + len(size)], header[136:147], header[156:157] = size, b"00000000000", kind
    header[157:157 + len(link)], header[257:265], header[148:156] = link, b"ustar\x0000", b" " * 8
    header[148:155] = b"%06o\0" % sum(header)
    return bytes(header) + data + b"\0" * (-len(data) % 512)


def by_gnu_tar(*options, prepare):
    """What Debian's tar makes of a folder that prepare() fills."""
    with tempfile.TemporaryDirectory() as tree:
        prepare(tree)
        return subprocess.run(["tar", "-C", tree, "--owner=0", "--group=0", "--sort=name", "-cf", "-", *options, "."], check=True,
                              stdout=subprocess.PIPE).stdout


def holes(tree):
    with open(tree + "/sparse", "wb") as file:
        file.seek(64 << 20)
        file.write(b"end")
        file.truncate(100 << 20)


LONG = "long" * 60  # 240 bytes: too many for a header, few enough for Linux
good = {
    "ustar": archive(entry("d/", DIR), entry("d/file", data=b"text"), entry("d/link", SYM, linkname="/d/file"),
                     entry("d/hard", LNK, linkname="d/file"), form=USTAR),
    "gnu-long": archive(entry(f"{LONG}/{LONG}/{LONG}/file", data=b"text"), entry("link", SYM, linkname=f"{LONG}/{LONG}/{LONG}/file"),
                        entry("hard", LNK, linkname=f"{LONG}/{LONG}/{LONG}/file"), form=GNU),
    "pax-long": archive(entry(f"{LONG}/{LONG}/{LONG}/file", data=b"text"), entry("link", SYM, linkname=f"{LONG}/{LONG}/{LONG}/file"),
                        entry("hard", LNK, linkname=f"{LONG}/{LONG}/{LONG}/file")),
    "names": archive(entry("grüße", data=b"1"), entry("two\nlines", data=b"2"), entry("back\\slash", data=b"3"), entry("-rf", data=b"4")),
    "bytes": raw(b"caf\xe9", data=b"1", size=1) + archive(),
    "numbers": archive(entry("file", uid=3_000_000_000, gid=2_500_000, mtime=-86400), form=GNU),
    "pax-numbers": archive(pax("file", {"uid": "3000000000", "gid": "2500000", "mtime": "-86400.5"})),
    "attributes": archive(pax("file", {"SCHILY.xattr.user.mine": "yes", "SCHILY.xattr.trusted.overlay.opaque": "y",
                                       "SCHILY.xattr.user.overlay.opaque": "y", "SCHILY.xattr.security.selinux": "x"})),
    "nul": archive(pax("x", {"path": "a\0b"}, b"text")),
    "global": archive(entry("file", data=b"text", pax_headers={"comment": "of git"})),
    "nodes": archive(entry("fifo", FIFO), entry("null", CHR, devmajor=1, devminor=3), entry("loop", BLK, devmajor=7, devminor=0)),
    "modes": archive(entry("su", mode=0o4755), entry("t/", DIR, mode=0o1777), entry("none", mode=0), entry("closed/", DIR, mode=0),
                     entry("closed/file", data=b"text")),
    "parents": archive(entry("a/b/c/file", data=b"text"), entry("a/b/", DIR, mode=0o700, mtime=1_000_000_000)),
    "twice": archive(entry("x", data=b"first"), entry("x", data=b"second"), entry("y/", DIR), entry("y/in", data=b"1"),
                     entry("y", data=b"a file"), entry("z", SYM, linkname=victim), entry("z", data=b"mine")),
    "dots": archive(entry("./", DIR), entry(".//d/./file", data=b"text"), entry("/absolute", data=b"text")),
    "deep": archive(*(entry("d/" * (i + 1), DIR) for i in range(0, 1500, 10)), entry("d/" * 1500 + "file", data=b"text")),
    "empty": archive(),
    "no-end": archive(entry("file", data=b"text"), end=False),
    "deleted": archive(entry(".wh.gone"), entry("d/.wh..wh..opq"), entry("d/new", data=b"text"), entry(".wh.again"),
                       entry("again/new", data=b"text"), entry(".wh..wh.plnk/1.2", data=b"x")),
    "oldgnu-sparse": by_gnu_tar("--sparse", "--format=oldgnu", prepare=holes),
    "gnu-sparse": by_gnu_tar("--sparse", "--format=gnu", prepare=holes),
    "pax-sparse-0.0": by_gnu_tar("--sparse", "--format=posix", "--sparse-version=0.0", prepare=holes),
    "pax-sparse-0.1": by_gnu_tar("--sparse", "--format=posix", "--sparse-version=0.1", prepare=holes),
    "pax-sparse-1.0": by_gnu_tar("--sparse", "--format=posix", "--sparse-version=1.0", prepare=holes),
    "v7": by_gnu_tar("--format=v7", prepare=lambda tree: open(tree + "/file", "w").close()),
}
bad = {
    "up": archive(entry(up, data=b"x")),
    "up-pax": archive(pax("x", {"path": up}, b"x")),
    "up-link": archive(entry("l", SYM, linkname=up), entry("l", LNK, linkname=up)),
    "hard-link": archive(entry("l", LNK, linkname=victim), entry("l", data=b"x")),
    "hard-link-through": archive(entry("d", SYM, linkname=os.path.dirname(up) or "/"), entry("l", LNK, linkname="d/" + os.path.basename(victim))),
    "whiteout-of-nothing": archive(entry(".wh.")),
    "whiteout-up": archive(entry(".wh...")),
    "in-a-whiteout": archive(entry(".wh.d/file", data=b"x")),
    "device-that-deletes": archive(entry("x", CHR)),
    "long-part": archive(entry("n" * 256, data=b"x")),
    "long-path": archive(entry("d/" * 2100 + "x", data=b"x")),
    "root-is-a-file": archive(entry("./.", data=b"x")),
    "root-is-a-link": archive(entry(".", SYM, linkname=victim)),
    "file-as-parent": archive(entry("f", data=b"x"), entry("f/x", data=b"x")),
    "huge-pax-header": archive(pax("x", {"comment": "x" * (2 << 20)})),
    "truncated": archive(entry("x", data=b"x" * 5000))[:2000],
    "size-beyond": raw(b"x", size=1 << 32) + b"x" * 512,
    "size-negative": raw(b"x", size=b"\xff" * 12),
    "checksum": bytes(archive(entry("x", data=b"x")))[:148] + b"0000000\0" + archive(entry("x", data=b"x"))[156:],
    "garbage": bytes(range(256)) * 8,
    "unknown-owner": archive(pax("x", {"uid": "99999999999"})),
}
# Links out of the layer are legal, as long as nothing is written through them.
caught = {
    "link-then-file": archive(entry("l", SYM, linkname=victim), entry("l", data=b"x")),
    "link-then-below": archive(entry("l", SYM, linkname=os.path.dirname(victim)), entry("l/" + os.path.basename(victim), data=b"x")),
    "climbing-link-then-below": archive(entry("l", SYM, linkname=os.path.dirname(up)), entry("l/" + os.path.basename(victim), data=b"x")),
    "folder-becomes-link": archive(entry("d/", DIR), entry("d/one", data=b"1"), entry("d", SYM, linkname=os.path.dirname(victim)),
                                   entry("d/" + os.path.basename(victim), data=b"x")),
    "whiteout-through-link": archive(entry("l", SYM, linkname=os.path.dirname(victim)), entry("l/.wh." + os.path.basename(victim))),
    "opaque-through-link": archive(entry("l", SYM, linkname=os.path.dirname(victim)), entry("l/.wh..wh..opq")),
    "mode-through-link": archive(entry("l", SYM, linkname=victim, mode=0o777), entry("h", LNK, linkname="l", mode=0o777)),
    "absolute": archive(entry(victim, data=b"x")),
    "proc": archive(entry("p", SYM, linkname="/proc/self/root"), entry("p" + victim, data=b"x")),
}
for kind, archives in (("good", good), ("bad", bad), ("caught", caught)):
    os.makedirs(f"{folder}/{kind}", exist_ok=True)
    for name, data in archives.items():
        with open(f"{folder}/{kind}/{name}.tar", "wb") as file:
            file.write(data)
