#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# contrib/kubernetes: the installer on a node with Debian's containerd, which reads what it has written, and the manifests.

load helpers
setup() {
  [[ $EUID == 0 ]] || skip "needs root"
  command -v containerd >/dev/null || skip "needs containerd"
  T=$BATS_TEST_TMPDIR
  KUBERNETES=$SUPPORT/../../contrib/kubernetes
  mkdir "$T/masu" "$T/etc" "$T/bin"
  cp "$KUBERNETES/install" "$T/masu/"
  ln -s install "$T/masu/uninstall"
  cp "$MASU_RUNTIME" "$T/masu/masu-runtime"
  cp "${MASU_RUNTIME%/*}/containerd-shim-masu-v2" "$T/masu/"
}

# on_node COMMAND : /masu/COMMAND on this machine as the node, with an /etc/containerd and a /usr/local/bin of the test's own.
on_node() {
  status=0
  # shellcheck disable=SC2016 # for the inner shell
  output=$(unshare --mount --propagation private sh -c '
    mkdir -p /etc/containerd && mount --bind "$1/etc" /etc/containerd && mount --bind "$1/bin" /usr/local/bin &&
      exec "$1/masu/$2" / --no-restart' - "$T" "$1" 2>&1 </dev/null 3>&- 4>&-) || status=$?
}

# handlers : what containerd makes of the configuration, by name.
handlers() {
  containerd --config "$T/etc/config.toml" config dump |
    sed -n 's/^ *\[plugins\."io.containerd.grpc.v1.cri".containerd.runtimes.\([a-z-]*\)\]$/\1/p'
}

@test "a node without a configuration gets one, with two handlers more" {
  on_node install
  is "masu: installed for containerd"
  is 0 "$status"
  is $'masu\nmasu-runtime\nrunc' "$(handlers)"
  cmp "$T/bin/masu-runtime" "$T/masu/masu-runtime"
  [[ -x $T/bin/containerd-shim-masu-v2 ]]
  is config.toml "$(ls -A "$T/etc")"
  is $'containerd-shim-masu-v2\nmasu-runtime' "$(ls -A "$T/bin")"
}

@test "what is in config.toml stays, twice is as once, and uninstall takes away what was added" {
  cat >"$T/etc/config.toml" <<'TOML'
# ours
version = 2
[plugins."io.containerd.grpc.v1.cri".containerd]
  default_runtime_name = "runc"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
    SystemdCgroup = true
TOML
  cp "$T/etc/config.toml" "$T/before"
  on_node install
  is 0 "$status"
  is $'masu\nmasu-runtime\nrunc' "$(handlers)"
  is 2 "$(containerd --config "$T/etc/config.toml" config dump | grep -c 'SystemdCgroup = true')" # as runc's
  cp "$T/etc/config.toml" "$T/once"
  on_node install
  is 0 "$status"
  cmp "$T/once" "$T/etc/config.toml"
  on_node uninstall
  is "masu: removed"
  cmp "$T/before" "$T/etc/config.toml"
  is "" "$(ls -A "$T/bin")"
  on_node uninstall
  is 0 "$status"
}

@test "the version 3 of containerd 2 names the plugin otherwise" {
  printf 'version = 3\n' >"$T/etc/config.toml"
  on_node install
  # Debian's containerd knows 2 at most: it says so, and nothing is changed. With a later one it is the text that counts.
  if [[ $status == 0 ]]; then
    grep -F "[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.masu]" "$T/etc/config.toml"
  else
    has "containerd does not take the addition"
    is "version = 3" "$(<"$T/etc/config.toml")"
    is "" "$(ls -A "$T/bin")"
  fi
}

@test "what is not understood is refused, and nothing is changed" {
  local text
  for text in $'root = "/old"\n' $'version = 2\nthis is no TOML\n' \
    $'version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.masu]\n  runtime_type = "other"\n'; do
    printf %s "$text" >"$T/etc/config.toml"
    on_node install
    is 1 "$status"
    [[ $output == "masu install: "*config.toml:* ]]
    is "$text" "$(<"$T/etc/config.toml")"$'\n'
    is config.toml "$(ls -A "$T/etc")"
    is "" "$(ls -A "$T/bin")"
  done
  rm "$T/masu/containerd-shim-masu-v2" "$T/etc/config.toml"
  on_node install
  is 1 "$status"
  has "containerd-shim-masu-v2: not there"
}

@test "a folder that is no node, and a node with neither containerd nor CRI-O" {
  run -1 "$T/masu/install" "$T/etc"
  is "masu install: '$T/etc': no root of a node (it has no usr)"
  cp -a "$BUSYBOX_ROOT" "$T/node"
  run -1 "$T/masu/install" "$T/node"
  is "masu install: '$T/node': neither containerd nor crio is there"
}

@test "CRI-O gets a file of its own" {
  cp -a "$BUSYBOX_ROOT" "$T/node"
  ln -s busybox "$T/node/bin/crio" # that it is there is all that is asked
  run -0 "$T/masu/install" "$T/node" --no-restart
  is "masu: installed for crio"
  grep -qxF 'runtime_path = "/usr/local/bin/masu-runtime"' "$T/node/etc/crio/crio.conf.d/10-masu.conf"
  cmp "$T/masu/masu-runtime" "$T/node/usr/local/bin/masu-runtime"
  run -0 "$T/masu/uninstall" "$T/node" --no-restart
  [[ ! -e $T/node/etc/crio/crio.conf.d/10-masu.conf && ! -e $T/node/usr/local/bin/masu-runtime ]]
}

@test "the manifests are YAML, their handlers those of the installer, and nothing privileged stays" {
  python3 - "$KUBERNETES" <<'PY'
import pathlib, re, sys, yaml
folder = pathlib.Path(sys.argv[1])
load = lambda name: list(yaml.safe_load_all((folder / name).read_text()))
handlers = re.findall(r'^\[\$table\.([a-z-]+)\]$', (folder / 'install').read_text(), re.M)
classes = load('runtimeclass.yaml')
assert [c['kind'] for c in classes] == ['RuntimeClass'] * 2
assert [c['handler'] for c in classes] == handlers, handlers
for action in ('install', 'uninstall'):
    daemons, = load(action + '.yaml')
    spec = daemons['spec']['template']['spec']
    assert daemons['spec']['selector']['matchLabels'] == daemons['spec']['template']['metadata']['labels']
    assert spec['hostPID'] and [c['command'] for c in spec['initContainers']] == [['/masu/' + action, '/host']]
    for container in spec['containers']:
        context = container['securityContext']
        assert not context.get('privileged') and context['runAsNonRoot'] and context['capabilities']['drop'] == ['ALL']
        assert 'volumeMounts' not in container
PY
}
