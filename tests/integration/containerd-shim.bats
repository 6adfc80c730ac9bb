#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# containerd-shim-masu-v2, called as containerd calls it: by a client that sees each answer and each event.

# shellcheck disable=SC2034,SC2154 # helpers.bash reads ROOT, and sets status, output and errors
load helpers
setup() {
  make_bundle
  SHIM=${MASU_RUNTIME%/*}/containerd-shim-masu-v2
  [[ -x $SHIM ]] || { echo "no such program: $SHIM" >&2; return 1; }
  mkfifo "$BUNDLE/log"
  STATE=$T/state
}
teardown() {
  local pid
  touch "$T/pids"
  while read -r pid; do
    ! grep -qsaF "$T" "/proc/$pid/cmdline" || kill -KILL "$pid" || true
  done <"$T/pids"
  ROOT=$STATE/test
  clean_up
}

# talk PYTHON : with `shim`, whose state is below $STATE, and `events`.  What it prints is $output.
talk() {
  status=0
  CALLS=$((CALLS + 1))
  # A path of a socket is short.
  ln -sfn "$T" "/tmp/$ID"
  PYTHONPATH=$SUPPORT timeout -k 5 100 /usr/bin/python3 -B -c "
import os, signal, sys, time
from containerd_shim import *
T, ID, BUNDLE, STATE = '$T', '$ID', '$BUNDLE', '$STATE'
OPTIONS = {1: 'containerd.runc.v1.Options', 2: {7: STATE}}
def start_shim(bundle=BUNDLE, name=ID):
    shim = Shim('$SHIM', bundle, name, '/tmp/$ID/c.sock')
    with open(T + '/pids', 'a') as file:
        print(shim.pid, file=file)
    return shim
def create(shim, **more):
    fields = {1: shim.name, 2: shim.bundle, 10: OPTIONS}
    fields.update({int(key[1:]): value for key, value in more.items()})
    return shim.call('Create', fields)[1][0]
def fifo(name, mode=os.O_RDONLY | os.O_NONBLOCK):
    path = T + '/' + name
    os.mkfifo(path)
    return path, os.open(path, mode)
def read_all(fd):
    os.set_blocking(fd, True)
    out = b''
    while piece := os.read(fd, 65536):
        out += piece
    return out.decode()
def gone(pid):
    for _ in range(200):
        if not os.path.exists(f'/proc/{pid}'):
            return True
        time.sleep(0.05)
events = Events('/tmp/$ID/c.sock.ttrpc')
shim = start_shim()
$1" >"$T/talk.$CALLS" 2>"$T/talk-errors.$CALLS" 3>&- 4>&- || status=$?
  rm -f "/tmp/$ID"
  output=$(<"$T/talk.$CALLS")
  errors=$(<"$T/talk-errors.$CALLS")
  [[ $status == 0 && -z $errors ]] || { printf '%s\n' "$output" "$errors" >&2; return 1; }
}

@test "a task from create to delete, with its output, its events and its end" {
  sh_program 'echo out; echo err >&2; exit 7'
  talk "
out, read_out = fifo('out')
err, read_err = fifo('err')
pid = create(shim, f6=out, f7=err)
assert decode(shim.call('State').get(0, [b''])[0]) == {} and shim.call('State')[4] == [1]
waiting = Client(shim.path)
waiting.send('Wait', {1: ID})
assert shim.call('Start')[1] == [pid]
_, ended = waiting.receive()
assert ended[1] == [7], ended
print(read_all(read_out).strip(), read_all(read_err).strip())
state = shim.call('State')
assert state[4] == [3] and state[9] == [7] and state[3] == [pid], state
deleted = shim.call('Delete')
assert deleted[1] == [pid] and deleted[2] == [7], deleted
assert events.wait('/tasks/exit')[4] == [7]
events.wait('/tasks/delete')
assert events.topics() == ['create', 'start', 'exit', 'delete'], events.topics()
shim.call('Shutdown')
assert gone(shim.pid) and not os.path.exists(shim.path)
"
  [[ $output == 'out err' ]]
}

@test "stdin ends when the client says so, and not when it lets go" {
  program cat
  talk "
out, reader = fifo('out')
path = T + '/in'
os.mkfifo(path)
create(shim, f5=path, f6=out)
shim.call('Start')
for text in (b'one\n', b'two\n'):
    with open(path, 'wb', buffering=0) as writer:
        writer.write(text)
    time.sleep(0.2)
assert shim.call('State')[4] == [2]
shim.call('CloseIO', {1: ID, 3: 1})
assert shim.call('Wait').get(1, [0]) == [0]
print(read_all(reader))
shim.call('Delete')
shim.call('Shutdown')
"
  [[ $output == $'one\ntwo' ]]
}

@test "a megabyte of output goes through a reader that is slow, and one that is late" {
  sh_program 'dd if=/dev/zero bs=1024 count=1024 2>/dev/null | tr "\0" x; echo end'
  talk "
out, reader = fifo('out')
create(shim, f6=out)
shim.call('Start')
time.sleep(0.5)
assert shim.call('State')[4] == [2]  # it waits
text = read_all(reader)
assert len(text) == (1 << 20) + 4 and text.endswith('xend\n'), len(text)
assert shim.call('Wait').get(1, [0]) == [0]
shim.call('Delete')
shim.call('Shutdown')
"
}

@test "exec: streams, exit code, terminal, signals, what is refused" {
  program sleep 1000
  talk "
import json, struct, fcntl, termios
create(shim)
shim.call('Start')
process = json.load(open(BUNDLE + '/config.json'))['process']
def execute(name, words, terminal=0, **more):
    spec = json.dumps(dict(process, args=words, terminal=False))
    fields = {1: ID, 2: name, 3: terminal, 7: {1: 'x', 2: spec}}
    fields.update({int(key[1:]): value for key, value in more.items()})
    shim.call('Exec', fields)
out, reader = fifo('out')
execute('e1', ['sh', '-c', 'echo hello; exit 3'], f5=out)
refused(EXISTS, shim.call, 'Exec', {1: ID, 2: 'e1', 7: {1: 'x', 2: '{}'}})
refused(PRECONDITION, shim.call, 'Kill', {1: ID, 2: 'e1', 3: 9})
pid = shim.call('Start', {1: ID, 2: 'e1'})[1][0]
assert shim.call('Wait', {1: ID, 2: 'e1'})[1] == [3]
assert read_all(reader) == 'hello\n'
refused(NOT_FOUND, shim.call, 'Kill', {1: ID, 2: 'e1', 3: 9})
assert shim.call('Delete', {1: ID, 2: 'e1'})[2] == [3]
refused(NOT_FOUND, shim.call, 'State', {1: ID, 2: 'e1'})

tty, reader = fifo('tty')
execute('e2', ['sh', '-c', 'stty size; sleep 1000'], 1, f5=tty)
pid = shim.call('Start', {1: ID, 2: 'e2'})[1][0]
shim.call('ResizePty', {1: ID, 2: 'e2', 3: 111, 4: 33})
refused(PRECONDITION, shim.call, 'Delete', {1: ID, 2: 'e2'})
names = shim.call('Pids')[1]
assert any(decode(one).get(1) == [pid] and b'e2' in one for one in names), names
shim.call('Kill', {1: ID, 2: 'e2', 3: 9})
assert shim.call('Wait', {1: ID, 2: 'e2'})[1] == [137]
shim.call('Delete', {1: ID, 2: 'e2'})

execute('e3', ['/no/such/program'])
assert '/no/such/program' in refused(2, shim.call, 'Start', {1: ID, 2: 'e3'})
shim.call('Delete', {1: ID, 2: 'e3'})
assert events.wait('/tasks/exec-started', 2)[2] == [b'e2']
shim.call('Kill', {1: ID, 3: 9, 4: 1})
assert shim.call('Wait')[1] == [137]
shim.call('Delete')
shim.call('Shutdown')
"
}

@test "output to a file, and to a program that logs" {
  sh_program 'echo out; echo err >&2'
  cat >"$T/logger" <<'SH'
#!/bin/sh
echo "$CONTAINER_NAMESPACE $CONTAINER_ID $*" >"$2.who"
exec 5>&-
cat <&3 >"$2.out" &
cat <&4 >"$2.err" &
wait
SH
  chmod +x "$T/logger"
  talk "
def run(uri, errors=''):
    create(shim, f6=uri, f7=errors)
    shim.call('Start')
    assert shim.call('Wait').get(1, [0]) == [0]
    shim.call('Delete')
def text(name):
    for _ in range(100):
        if os.path.exists(f'{T}/{name}') and os.path.getsize(f'{T}/{name}'):
            break
        time.sleep(0.05)
    return open(f'{T}/{name}').read()
run(f'file://{T}/new/folder/log')
assert sorted(text('new/folder/log').split()) == ['err', 'out']
run(f'binary://{T}/logger?--to={T}/got%20it')
assert text('got it.who') == f'test {ID} --to {T}/got it\\n', text('got it.who')
assert (text('got it.out'), text('got it.err')) == ('out\\n', 'err\\n')
message = refused(2, shim.call, 'Create', {1: ID, 2: BUNDLE, 6: 'binary:///no/such/logger', 10: OPTIONS})
assert '/no/such/logger' in message, message
shim.call('Shutdown')
"
}

@test "the OOM killer is told of before the end that it caused" {
  sh_program 'tail /dev/zero'
  edit --arg path "/$ID" '.linux.cgroupsPath = $path | .linux.resources.memory = {limit: 16777216}'
  talk "
create(shim)
shim.call('Start')
assert shim.call('Wait')[1] == [137]
events.wait('/tasks/exit')
topics = events.topics()
assert 'oom' in topics and topics.index('oom') < topics.index('exit'), topics
shim.call('Delete')
shim.call('Shutdown')
"
}

@test "pause, resume, update, stats" {
  limits='{"memory": {"limit": 67108864}}'
  sh_program 'while :; do sleep 1; done'
  edit --arg path "/$ID" '.linux.cgroupsPath = $path'
  talk "
create(shim)
shim.call('Start')
shim.call('Pause')
assert shim.call('State')[4] == [4]
refused(PRECONDITION, shim.call, 'Pause')
shim.call('Resume')
assert shim.call('State')[4] == [2]
shim.call('Update', {1: ID, 2: {1: 'x', 2: '$limits'}})
stats = decode(shim.call('Stats')[1][0])
assert stats[1][0] in (b'io.containerd.cgroups.v1.Metrics', b'io.containerd.cgroups.v2.Metrics'), stats
memory = decode(decode(stats[2][0])[4][0])
limit = decode(memory[33][0])[1] if b'v1' in stats[1][0] else memory[33]
assert limit == [67108864], memory
shim.call('Kill', {1: ID, 3: 15})
shim.call('Kill', {1: ID, 3: 9})
shim.call('Wait')
shim.call('Delete')
shim.call('Shutdown')
events.wait('/tasks/resumed')
assert [topic for topic in events.topics() if 'ed' in topic] == ['paused', 'resumed'], events.topics()
"
}

@test "the containers of a pod share one shim, which ends with the last" {
  program sleep 1000
  cp -a "$BUNDLE" "$T/other"
  jq --arg id "$ID" '.annotations["io.kubernetes.cri.sandbox-id"] = $id' config.json >"$T/other/config.json"
  talk "
create(shim)
shim.call('Start')
other = start_shim(T + '/other', ID + '-2')
assert other.pid == shim.pid and other.address == shim.address
create(other)
other.call('Start')
for one in (shim, other):
    one.call('Kill', {1: one.name, 3: 9})
    one.call('Wait')
    one.call('Delete')
    one.call('Shutdown')
    if one is shim:
        assert other.call('State')[4] == [2]
assert gone(shim.pid)
"
}

@test "whoever waits for what is deleted is told, and no fd is left" {
  program sleep 1000
  talk "
create(shim)
waiting = Client(shim.path)
waiting.send('Wait', {1: ID})
shim.call('Connect')
shim.call('Delete')
assert waiting.receive()[1].code == NOT_FOUND
waiting.connection.close()
time.sleep(0.3)
def count():
    shim.call('Connect')
    return len(os.listdir(f'/proc/{shim.pid}/fd'))
before = count()
for i in range(5):
    out, reader = fifo(f'out{i}')
    err, errors = fifo(f'err{i}')
    os.mkfifo(T + f'/in{i}')
    create(shim, f5=T + f'/in{i}', f6=out, f7=err)
    shim.call('Start')
    shim.call('Kill', {1: ID, 3: 9})
    shim.call('Wait')
    shim.call('Delete')
    os.close(reader)
    os.close(errors)
assert count() == before, os.listdir(f'/proc/{shim.pid}/fd')
shim.call('Shutdown')
assert gone(shim.pid)
"
}

@test "what a killed shim leaves is removed by delete" {
  program sleep 1000
  talk "
pid = create(shim)
shim.call('Start')
os.kill(shim.pid, signal.SIGKILL)
assert gone(shim.pid)
os.kill(pid, 0)
assert shim.delete() == (pid, 137)
assert gone(pid) and not os.path.exists(shim.path)
assert shim.delete() == (pid, 137)  # again
"
  [[ -z $(ls "$STATE/test") ]]
}

@test "a start that fails says why and leaves nothing" {
  program sleep 1000
  edit '.root.path = "/no/such/root"'
  talk "
message = refused(2, create, shim)
assert message.startswith('OCI runtime create failed: ') and '/no/such/root' in message, message
refused(NOT_FOUND, shim.call, 'Start')
shim.call('Shutdown')
assert gone(shim.pid)
"
  [[ -z $(ls "$STATE/test") ]]
}

@test "garbage, half frames, what is unknown" {
  program sleep 1000
  talk "
import random
refused(UNIMPLEMENTED, shim.client.call, 'Nothing', {})
refused(UNIMPLEMENTED, shim.client.call, 'State', {}, 'no.such.Service')
for method in ('State', 'Start', 'Delete', 'Pids', 'Pause', 'Resume', 'Checkpoint', 'Kill', 'Exec', 'ResizePty', 'CloseIO',
               'Update', 'Wait', 'Stats'):
    refused(NOT_FOUND, shim.call, method, {1: 'nobody'})
refused(INVALID, shim.call, 'Create', {1: '../x', 2: BUNDLE})
refused(INVALID, shim.call, 'Create', {1: ID, 2: 'relative'})
refused(UNIMPLEMENTED, shim.call, 'Create', {1: ID, 2: BUNDLE, 10: {1: 'no.such.Options', 2: ''}})
refused(UNIMPLEMENTED, shim.call, 'Create', {1: ID, 2: BUNDLE, 6: 'ftp://x', 10: OPTIONS})
assert shim.client.call('Connect', {1: ID}, 'containerd.task.v3.Task')[1] == [shim.pid]

half = Client(shim.path)
half.connection.sendall(frame(1, 1, b'x' * 100)[:50])
bad = Client(shim.path)
bad.connection.sendall(frame(1, 1, b'\xff\xff'))
assert bad.receive()[1].code == INVALID
bad.connection.sendall(struct.pack('>IIBB', 5 << 20, 3, 1, 0) + b'x' * (5 << 20))
assert bad.receive()[1].code == EXHAUSTED
bad.stream = 3
assert bad.call('Connect', {1: ID})[1] == [shim.pid]

random.seed(1)
seed = frame(1, 1, encode({1: TASK, 2: 'Create', 3: {1: ID, 2: '/nowhere', 3: {1: 'bind', 2: '/x', 4: 'ro'}}}))
for _ in range(200):
    text = bytearray(seed)
    for _ in range(4):
        text[random.randrange(4, len(text))] = random.randrange(256)
    one = Client(shim.path)
    one.connection.sendall(bytes(text))
    one.connection.close()
many = [Client(shim.path) for _ in range(100)]
create(shim)
shim.call('Start')
for one in many:
    one.send('Wait', {1: ID})
    one.connection.close()
shim.call('Kill', {1: ID, 3: 9})
assert shim.call('Wait')[1] == [137]
shim.call('Delete')
shim.call('Shutdown')
assert gone(shim.pid)
"
}

@test "under Debian's containerd" {
  "$SUPPORT/../clients/containerd.sh" "$SHIM" run_true exec_stdin exec_tty oom parallel containerd_restart nothing_left \
    >"$T/client" 2>&1 3>&- || { cat "$T/client" >&2; return 1; }
  [[ $(grep -c '^ok' "$T/client") == 7 ]]
}
