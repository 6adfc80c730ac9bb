#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# masu secret, and --secret of run and create.

load helpers
load manager
setup_file() { make_image; }
setup() { make_store; }
teardown() { end_store; }

# make NAME TEXT [ARG…]
make() { printf %s "$2" >"$T/in.$1" && ok secret create "${@:3}" "$1" "$T/in.$1"; }

@test "create, ls, inspect and rm; by name, id and the beginning of an id" {
  make one first -l a=b
  local id=$output
  [[ $id =~ ^[0-9a-f]{25}$ ]]
  is "600 700" "$(stat -c %a "$STORE/secrets/one" "$STORE/secrets" | paste -sd ' ')"
  printf 'a\0b' >"$T/pipe"
  STDIN=$T/pipe ok secret create two -
  A_SECRET=third ok secret create --env three A_SECRET
  ok secret ls
  [[ ${output%%$'\n'*} =~ ^ID\ +NAME\ +DRIVER\ +CREATED\ +UPDATED$ ]]
  [[ $output =~ $id\ +one\ +file\ +[^\ ] ]]
  is 4 "$(wc -l <"$OUT")"
  ok secret ls -n --filter name=t --format '{{.Spec.Name}}'
  is $'three\ntwo'
  ok secret inspect "${id:0:6}"
  is "$id one file b" "$(jq -r '.[] | "\(.ID) \(.Spec.Name) \(.Spec.Driver.Name) \(.Spec.Labels.a)"' "$OUT")"
  is "" "$(grep -E 'first|SecretData' "$OUT" || true)"
  ok secret inspect --showsecret -f '{{.SecretData}}' three
  is third
  ok secret rm "$id" two
  ok secret list -q
  is 1 "$(wc -l <"$OUT")"
  ok secret rm -a
  is "" "$(ls -A "$STORE/secrets")"
}

@test "a secret is a file in /run/secrets with owner and mode, and is on no other path" {
  make token hunter2
  ok run --rm --secret token busybox sh -c 'cat /run/secrets/token; stat -c " %u:%g %a" /run/secrets/token; (echo x >/run/secrets/token) 2>/dev/null || echo read-only'
  is $'hunter2 0:0 444\nread-only'
  ok run --rm -u 1000:77 --secret token,type=mount,target=sub/t,uid=1000,gid=77,mode=0400 --secret source=token,target=/etc/t busybox \
    sh -c 'stat -c "%u:%g %a" /run/secrets/sub/t; cat /run/secrets/sub/t /etc/t'
  is $'1000:77 400\nhunter2hunter2'
  ok run --rm --read-only --uidmap 0:100000:65536 --gidmap 0:100000:65536 --secret token,uid=5,mode=0 busybox stat -c "%u:%g %a" /run/secrets/token
  is "5:0 0"
}

@test "a secret is a variable, which exec has too, and inspect and commit do not" {
  make token hunter2
  ok run -d --name c --secret token,type=env,target=TOKEN --secret token --secret token,type=env busybox sleep 1000
  ok exec c sh -c 'echo $TOKEN $token'
  is "hunter2 hunter2"
  ok inspect c
  is "" "$(grep -F hunter2 "$OUT" || true)"
  is "token 292" "$(jq -r '.[0].Config.Secrets[1] | "\(.Name) \(.Mode)"' "$OUT")"
  is "" "$(grep -F hunter2 "$STORE"/containers/*/container.json || true)"
  exits 0 commit -q c kept
  ok run --rm kept sh -c 'env; find /run/secrets -type f'
  is "" "$(grep -E 'hunter2|token' "$OUT" || true)"
  ok export -o "$T/all.tar" c
  is "" "$(grep -qaF hunter2 "$T/all.tar" || true)"
}

@test "a container keeps its copy: the secret may be replaced and removed, and it starts again" {
  make token former-text
  ok create --name c --secret token busybox cat /run/secrets/token
  make token later-text --replace
  ok run --rm --secret token busybox cat /run/secrets/token
  is later-text
  ok secret rm token
  ok start -a c
  is former-text
  ok start -a c
  is former-text
  exits 125 run --rm --secret token busybox true
  says "no such secret: token"
  ok rm c
  is "" "$(grep -rlaE 'former-text|later-text' "$STORE"/{containers,secrets,state} 2>/dev/null)"
}

@test "wrong secrets and options: one line each, and nothing is left" {
  make token x
  local bad
  for bad in nobody token,mode=9 token,uid=-1 token,gid=x token,type=file token,what=1 token,target= token,target=../../etc/t \
    token,type=env,mode=0400 token,type=env,target=A=B ''; do
    exits 125 create --secret "$bad" busybox true
    says "masu: --secret '$bad'"
    is 1 "$(grep -cv ^hint: "$ERR")"
    is "" "$(containers_here)"
  done
  exits 125 create --secret token --secret token busybox true
  says "something else has the target '/run/secrets/token'"
  exits 1 secret create token "$T/in.token"
  says "there is a secret 'token' already"
  exits 1 secret create .hidden "$T/in.token"
  says "invalid secret name"
  : >"$T/empty"
  exits 1 secret create empty "$T/empty"
  says "1 to 512000 bytes"
  head -c 512001 /dev/zero >"$T/large"
  exits 1 secret create large "$T/large"
  says "1 to 512000 bytes"
  exits 1 secret create gone "$T/no-such-file"
  says "make the secret gone: " "no-such-file" ENOENT
  exits 1 secret create --env gone NO_SUCH_VARIABLE
  says "'NO_SUCH_VARIABLE' is not set"
  head -c 512000 /dev/zero >"$T/largest"
  ok secret create largest "$T/largest"
  exits 125 create --secret largest,type=env busybox true
  says "zero byte"
  exits 1 secret rm nobody
  says "no such secret: nobody"
  ok secret rm -i nobody
  exits 1 secret inspect nobody
  exits 1 secret rm
  says "requires a secret"
  echo '{"id":' >"$STORE/secrets/token"
  exits 125 create --secret token busybox true
  says "the secret token is damaged"
}

@test "of two that make a secret of one name, one does" {
  local i pids=() made=0
  printf x >"$T/data"
  for i in {1..8}; do
    "$MASU" --root "$STORE" secret create same "$T/data" >"$T/made.$i" 2>&1 3>&- 4>&- &
    pids+=($!)
  done
  for i in "${pids[@]}"; do if wait "$i"; then made=$((made + 1)); fi; done
  is 1 "$made"
}
