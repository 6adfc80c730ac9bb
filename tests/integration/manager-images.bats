#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Names and lists of images: history, untag, prune, filters, short names, registries.conf, policy.json.

load helpers
load manager

setup_file() { [[ $EUID == 0 ]] && make_image && start_registry && push_image "$IMAGE_LAYOUT" team/box:v1; }
teardown_file() { end_registry; }
setup() {
  make_store
  export HOME=$T/home XDG_CONFIG_HOME=$T/home/.config
  unset XDG_RUNTIME_DIR
  CONF=$XDG_CONFIG_HOME/containers
  mkdir -p "$CONF"
}
teardown() { end_store; }

@test "history, from the last step to the first" {
  mkdir "$T/tree"
  tar -C "$T/tree" -cf "$T/tree.tar" .
  ok import -m "a comment" "$T/tree.tar" made
  ok history made
  has "CREATED BY" "masu import" "a comment"
  ok history --no-trunc -q made
  [[ $output == sha256:* ]]
  ok history --format '{{.CreatedBy}} {{.Comment}}' made
  is "masu import a comment"
  ok history --format json busybox
  [[ $(jq length <<<"$output") == 1 ]]
  exits 1 history nothing
  says "no such image: nothing"
}

@test "an image that loses its names stays, until it is pruned" {
  ok tag busybox other.org/b:1
  ok untag busybox other.org/b:1
  ok images --format '{{.Repository}}:{{.Tag}}'
  is docker.io/library/busybox:latest
  exits 1 untag busybox other.org/b:1
  says "has no name other.org/b:1"
  ok untag busybox
  ok images --format '{{.Repository}}:{{.Tag}}'
  is "<none>:<none>"
  local id
  id=$(ok images -q && echo "$output")
  ok run --rm "$id" echo still
  is still
  ok images -q -f dangling=false
  is ""
  ok run -d --name user "$id" sleep 100
  ok image prune -f
  ok images -q
  is "$id" # of a container
  ok rm -f user
  exits 1 image prune
  says "Are you sure" "nobody answers"
  ok images -q
  is "$id"
  ok image prune -f
  has "deleted: sha256:$id" "Total reclaimed space: 1.1 MB"
  ok images -q
  is ""
  [[ -z $(find "$STORE/layers" "$STORE/blobs" -type f) ]]
}

@test "rmi -a takes all but what a container has; --ignore" {
  ok tag busybox one
  ok create --name c busybox true
  ok tag busybox other:v1
  exits 1 rmi nobody
  says "nobody"
  ok rmi --ignore nobody
  exits 1 rmi
  says "'rmi' requires an image"
  exits 1 rmi -a
  says "is that of container c"
  ok rm c
  ok rmi -a
  ok images -q
  is ""
  ok rmi -a
  [[ -z $(find "$STORE/layers" "$STORE/blobs" -type f) ]]
}

@test "a name that becomes another's leaves the image before without one; rmi takes it by its id" {
  mkdir "$T/tree"
  tar -C "$T/tree" -cf "$T/tree.tar" .
  ok import "$T/tree.tar" busybox
  ok images -f dangling=true -q
  local before=$output
  [[ -n $before ]]
  ok rmi "$before"
  has "Deleted: sha256:$before"
  ok images -q
  [[ $output != *$before* ]]
  ok image prune -a -f
  has "untagged: docker.io/library/busybox:latest"
}

@test "image prune takes those alone that match" {
  mkdir "$T/tree"
  local name
  for name in one two three; do
    echo "$name" >"$T/tree/$name"
    tar -C "$T/tree" -cf "$T/tree.tar" .
    ok import -c "LABEL name=$name" "$T/tree.tar" "$name"
  done
  left() { ok images --format '{{.Repository}}' && is "$(printf 'docker.io/library/%s\n' "$@")"; }
  ok image prune -f --filter label=name # they have names
  left busybox one three two
  ok image prune -a -f --filter until=24h --filter label=name
  left busybox one three two
  ok image prune -a -f --filter label=name=one
  has "untagged: docker.io/library/one:latest"
  left busybox three two
  ok untag two
  ok image prune -f --filter 'label!=name'
  ok images -q -f dangling=true
  [[ -n $output ]]
  ok image prune -f --filter label=name=two
  left busybox three
  ok image prune -a -f --filter 'label!=name'
  left three
  exits 1 image prune -f --filter nonsense=1
  says nonsense
}

@test "images: filters, formats, columns" {
  ok tag busybox other.org/team/app:2
  ok images -n other.org/team/app
  [[ $output == "other.org/team/app"*2* ]] && [[ $(wc -l <<<"$output") == 1 ]]
  ok images --digests --no-trunc busybox
  has DIGEST sha256: docker.io/library/busybox
  ok images --format json
  [[ $(jq -r '.[] | .Names[0]' <<<"$output") == $'docker.io/library/busybox:latest\nother.org/team/app:2' ]]
  for filter in reference=busybox 'reference=*/team/*' since=nothing label=no label!=no until=24h dangling=true; do
    ok images -q -f "$filter"
    case $filter in
      since* | label=no | dangling*) is "" ;;
      *) [[ -n $output ]] ;;
    esac
  done
  exits 1 images -f nonsense=1
  says nonsense
  ok image inspect busybox
  [[ $(jq -r '.[0] | .RepoTags[1], .Config.Env[1], .RootFS.Type, .Os, .GraphDriver.Name, (.RepoDigests | length)' <<<"$output") == \
    $'other.org/team/app:2\nGREETING=hello\nlayers\nlinux\noverlay\n2' ]]
}

@test "short names: aliases and registries to search" {
  cat >"$CONF/registries.conf" <<END
unqualified-search-registries = ["127.0.0.1:1", "$REGISTRY"]
[aliases]
"mine" = "$REGISTRY/team/box"
END
  masu pull -q mine:v1
  [[ $status == 0 ]]
  ok run --rm mine:v1 echo alias
  is alias
  ok run --rm box:v1 echo last part
  is "last part"
  masu rmi "$REGISTRY/team/box:v1"
  masu pull team/box:v1
  [[ $status == 0 ]]
  says "Pulling 127.0.0.1:1/team/box:v1" "Pulling $REGISTRY/team/box:v1"
  ok run --rm team/box:v1 echo found
  is found
  echo 'short-name-mode = "enforcing"' >"$T/enforcing"
  cat "$CONF/registries.conf" >>"$T/enforcing"
  CONTAINERS_REGISTRIES_CONF=$T/enforcing exits 1 pull -q team/box:v1
  says "may be any of" hint
  CONTAINERS_REGISTRIES_CONF=$T/none exits 1 pull -q team/box:v1
  says "$T/none"
  echo 'unqualified = [' >"$T/broken"
  CONTAINERS_REGISTRIES_CONF=$T/broken exits 1 pull -q team/box:v1
  says "$T/broken" "line 1"
}

@test "mirrors, other locations, blocked registries, drop-ins" {
  mkdir "$CONF/registries.conf.d"
  cat >"$CONF/registries.conf.d/10.conf" <<END
[[registry]]
prefix = "example.com/apps"
location = "$REGISTRY/team"
[[registry.mirror]]
location = "127.0.0.1:1/team"
[[registry]]
prefix = "blocked.example"
blocked = true
END
  masu pull example.com/apps/box:v1
  [[ $status == 0 ]]
  says "Mirror 127.0.0.1:1 failed" ECONNREFUSED
  ok run --rm example.com/apps/box:v1 echo renamed
  is renamed
  exits 1 pull -q blocked.example/x
  says "blocked.example is blocked" hint
}

@test "the policy is obeyed, and fails closed" {
  printf '{"default":[{"type":"reject"}],"transports":{"docker":{"%s/team":[{"type":"insecureAcceptAnything"}],"%s/signed":[{"type":"signedBy"}]}}}' \
    "$REGISTRY" "$REGISTRY" >"$CONF/policy.json"
  ok pull -q "$REGISTRY/team/box:v1"
  exits 1 pull -q "$REGISTRY/signed/box:v1"
  says signedBy "cannot check signatures" hint
  exits 1 pull -q "$REGISTRY/other/box:v1"
  says "refuses images by default"
  echo '{' >"$CONF/policy.json"
  exits 1 pull -q "$REGISTRY/team/box:v1"
  says policy.json
}

@test "pull policies and platforms" {
  ok pull -q "$REGISTRY/team/box:v1"
  local id=$output
  REGISTRY_WAS=$REGISTRY
  ok pull -q --policy missing "$REGISTRY/team/box:v1"
  is "$id"
  ok tag "$REGISTRY/team/box:v1" 127.0.0.1:1/gone:v1
  ok pull -q --policy missing 127.0.0.1:1/gone:v1
  is "$id"
  ok pull -q --policy newer 127.0.0.1:1/gone:v1
  is "$id"
  exits 1 pull -q --policy never 127.0.0.1:1/other:v1
  says "no such image" hint
  exits 1 pull -q --policy sometimes x
  exits 1 pull -q --platform nonsense "$REGISTRY_WAS/team/box:v1"
  says "OS/ARCHITECTURE"
  ok pull -q "oci:$IMAGE_LAYOUT"
}
