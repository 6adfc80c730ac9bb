#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""subreaper.py PIDFILE -- COMMAND...  : what a shim does. Becomes a child subreaper, runs the shell command line,
then waits for the pid in PIDFILE as its own child and prints its exit code (128+N for a signal)."""
import ctypes
import os
import subprocess
import sys

PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
pid_file, command = sys.argv[1], sys.argv[3:]
if code := subprocess.call(["sh", "-c", *command], stdin=subprocess.DEVNULL):
    sys.exit(code)
with open(pid_file, encoding="ascii") as file:
    pid = int(file.read())
_, wait_status = os.waitpid(pid, 0)
code = os.waitstatus_to_exitcode(wait_status)
print(code if code >= 0 else 128 - code)
