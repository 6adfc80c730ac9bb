#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a program as the messiest of callers would: with all that a process can hand down to its children.

messy-caller.py SECRET [--user ID] PROGRAM ARG...: descriptors, a controlling terminal, a session keyring with the key
SECRET, ignored and blocked signals, a file mode mask and a death signal; of root also groups, capabilities in every set
and securebits, which an ordinary user (--user) does not have or cannot be rid of.
"""
import ctypes
import fcntl
import os
import pty
import signal
import sys
import termios

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG, PR_SET_SECUREBITS, PR_SET_CHILD_SUBREAPER, PR_CAP_AMBIENT = 1, 28, 36, 47
SECBIT_NO_SETUID_FIXUP = 4
SYS_ADD_KEY, SYS_KEYCTL = {"x86_64": (248, 250), "aarch64": (217, 219)}[os.uname().machine]
KEYCTL_JOIN_SESSION, SESSION_KEYRING = 1, -3


def must(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def give_all_capabilities():
    """Whatever is permitted becomes inheritable and ambient too (capabilities(7))."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)()
    must(LIBC.capget(header, data))
    data[2], data[5] = data[1], data[4]
    must(LIBC.capset(header, data))
    for number in range(64):
        if data[1 if number < 32 else 4] >> number % 32 & 1:
            must(LIBC.prctl(PR_CAP_AMBIENT, 2, number, 0, 0))


def take_terminal():
    """A session of our own, led by us, with a controlling terminal. Its descriptors stay open."""
    leader, follower = pty.openpty()
    os.setsid()
    fcntl.ioctl(follower, termios.TIOCSCTTY, 0)
    for descriptor in (leader, follower):
        os.set_inheritable(descriptor, True)


def become(user):
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def main(secret, program):
    if program[0] == "--user":
        become(int(program[1]))
        program = program[2:]
    for number, path in ((5, "/etc"), (9, "/"), (33, "/etc/passwd")):
        os.dup2(os.open(path, os.O_RDONLY), number)
    take_terminal()
    must(LIBC.syscall(SYS_KEYCTL, KEYCTL_JOIN_SESSION, b"of-the-caller"))
    must(LIBC.syscall(SYS_ADD_KEY, b"user", secret.encode(), b"x", 1, SESSION_KEYRING))
    for number in (signal.SIGINT, signal.SIGUSR1, signal.SIGCHLD, signal.SIGRTMIN + 4):
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2, signal.SIGWINCH, signal.SIGRTMIN + 3})
    must(LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
    if os.geteuid() == 0:
        must(LIBC.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
        os.setgroups([0, 4321])
        give_all_capabilities()
    must(LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0))
    os.umask(0o000)
    os.environ["SECRET"] = secret
    os.execv(program[0], program)


main(sys.argv[1], sys.argv[2:])
