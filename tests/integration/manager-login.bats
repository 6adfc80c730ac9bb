#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# login, logout, credential helpers; a registry with TLS and passwords, and one that wants a client's certificate.

# shellcheck disable=SC2030,SC2031 # each test is a process of its own
load helpers
load manager

setup_file() {
  [[ $EUID == 0 ]] || return 0
  make_image || return
  CERTS=$BATS_FILE_TMPDIR/certs
  export CERTS
  mkdir "$CERTS"
  (
    cd "$CERTS" || exit
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=test-ca
    for name in server client; do
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $name.key -out $name.csr -subj /CN=$name
      openssl x509 -req -in $name.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out $name.crt -days 2 -extfile <(echo subjectAltName=IP:127.0.0.1)
    done
  ) >"$CERTS/log" 2>&1 || { cat "$CERTS/log" >&2; return 1; }
  htpasswd -Bbn me secret >"$CERTS/htpasswd"
  start_registry ", tls: {certificate: $CERTS/server.crt, key: $CERTS/server.key}" "auth: {htpasswd: {realm: test, path: $CERTS/htpasswd}}"
}
teardown_file() { end_registry; }
setup() {
  make_store
  export HOME=$T/home XDG_RUNTIME_DIR=$T/run
  AUTH=$XDG_RUNTIME_DIR/containers/auth.json
  mkdir -p "$HOME" "$T/authority"
  cp "$CERTS/ca.crt" "$T/authority/" 2>/dev/null || true
}
teardown() { end_store; }

login() { STDIN=$T/password masu login --cert-dir "$T/authority" -u me --password-stdin "$REGISTRY"; }

@test "a login is tried, kept for its owner alone, used, and forgotten" {
  echo wrong >"$T/password"
  login
  [[ $status == 1 ]]
  says "login $REGISTRY" 401 hint
  [[ ! -e $AUTH ]]
  echo secret >"$T/password"
  login
  [[ $status == 0 ]]
  is "Login Succeeded!"
  [[ $(stat -c %a "$AUTH") == 600 ]]
  [[ $(jq -r ".auths[\"$REGISTRY\"].auth" "$AUTH" | base64 -d) == me:secret ]]
  ok login --get-login "$REGISTRY"
  is me
  ok push -q --cert-dir "$T/authority" busybox "$REGISTRY/private/box:v1"
  ok pull -q --cert-dir "$T/authority" "$REGISTRY/private/box:v1"
  skopeo inspect --authfile "$AUTH" --cert-dir "$T/authority" "docker://$REGISTRY/private/box:v1" >/dev/null
  ok logout "$REGISTRY"
  has "Removed login credentials for $REGISTRY"
  exits 1 logout "$REGISTRY"
  says "not logged into"
  exits 1 login --get-login "$REGISTRY"
  exits 1 pull -q --cert-dir "$T/authority" "$REGISTRY/private/box:v1"
  says 401 "masu login $REGISTRY"
}

@test "what else is in the file stays; skopeo's login is ours" {
  echo secret >"$T/password"
  mkdir -p "${AUTH%/*}"
  echo '{"auths":{"other.org":{"auth":"eDp5"}},"psFormat":"x"}' >"$AUTH"
  login
  [[ $(jq -r '.psFormat, .auths["other.org"].auth' "$AUTH") == $'x\neDp5' ]]
  ok logout "$REGISTRY"
  skopeo login --authfile "$AUTH" --cert-dir "$T/authority" -u me -p secret "$REGISTRY" >/dev/null 3>&- 4>&-
  ok login --get-login "$REGISTRY"
  is me
  ok logout -a
  [[ $(jq -c .auths "$AUTH") == "{}" ]]
  echo '{' >"$AUTH"
  login
  [[ $status == 1 ]]
  says "$AUTH"
  [[ $(cat "$AUTH") == "{" ]]
}

@test "a helper keeps the secret" {
  mkdir "$T/bin"
  cat >"$T/bin/docker-credential-test" <<'END'
#!/bin/sh
file=$HELPER_FILE
case $1 in
  store) cat >"$file" ;;
  get) read -r server; [ -e "$file" ] && grep -q "$server" "$file" && cat "$file" || { echo "credentials not found in native keychain"; exit 1; } ;;
  erase) rm -f "$file" ;;
esac
END
  chmod +x "$T/bin/docker-credential-test"
  export PATH=$T/bin:$PATH HELPER_FILE=$T/kept
  mkdir -p "${AUTH%/*}"
  printf '{"credHelpers":{"%s":"test"}}' "$REGISTRY" >"$AUTH"
  echo secret >"$T/password"
  login
  [[ $status == 0 ]]
  [[ $(jq -r .Secret "$T/kept") == secret ]]
  [[ $(grep -c "$(printf me:secret | base64)" "$AUTH") == 0 ]]
  ok login --get-login "$REGISTRY"
  is me
  ok push -q --cert-dir "$T/authority" busybox "$REGISTRY/private/helped:v1"
  ok logout "$REGISTRY"
  [[ ! -e $T/kept ]]
  echo '{"credsStore":"not-there"}' >"$AUTH"
  exits 1 pull -q --cert-dir "$T/authority" "$REGISTRY/private/helped:v1"
  says "docker-credential-not-there" hint
}

# private : pulls an image that wants a password.
private() { ok pull -q --cert-dir "$T/authority" "$@" "$REGISTRY/private/forms:v1"; }

@test "every place and every form of an auth file" {
  ok push -q --creds me:secret --cert-dir "$T/authority" busybox "$REGISTRY/private/forms:v1"
  local good bad file
  good=$(printf me:secret | base64)
  bad=$(printf me:wrong | base64)
  export XDG_CONFIG_HOME=$T/config DOCKER_CONFIG=$T/docker
  for file in "$AUTH" "$T/config/containers/auth.json" "$HOME/.config/containers/auth.json" "$T/docker/config.json" "$HOME/.docker/config.json"; do
    exits 1 pull -q --cert-dir "$T/authority" "$REGISTRY/private/forms:v1"
    says 401 "masu login"
    mkdir -p "${file%/*}"
    printf '{"auths":{"%s":{"auth":"%s"}}}' "$REGISTRY" "$good" >"$file"
    private || { echo "$file" >&2; return 1; }
    rm "$file"
  done
  printf '{"https://%s/v1/":{"auth":"%s","email":""}}' "$REGISTRY" "$good" >"$HOME/.dockercfg"
  private
  rm "$HOME/.dockercfg"
  printf '{"auths":{"%s":{"auth":"%s"},"%s/private":{"auth":"%s"},"%s/private/other":{"auth":"%s"}}}' \
    "$REGISTRY" "$bad" "$REGISTRY" "$good" "$REGISTRY" "$bad" >"$T/by-path"
  REGISTRY_AUTH_FILE=$T/by-path private
  printf '{"auths":{"%s":{"auth":"%s"}}}' "$REGISTRY" "$bad" >"$T/wrong"
  REGISTRY_AUTH_FILE=$T/wrong exits 1 pull -q --cert-dir "$T/authority" "$REGISTRY/private/forms:v1"
  says 401 "do not allow this"
  REGISTRY_AUTH_FILE=$T/wrong private --authfile "$T/by-path"
  REGISTRY_AUTH_FILE=$T/wrong private --creds me:secret
  exits 1 pull -q --cert-dir "$T/authority" --authfile "$T/none" "$REGISTRY/private/forms:v1"
  says "$T/none" ENOENT
  # As docker leaves it: the store has the secret, and the file an empty entry.
  mkdir "$T/bin"
  printf '#!/bin/sh\nread -r server; [ "$1 $server" = "get %s" ] && echo "{\\"ServerURL\\":\\"%s\\",\\"Username\\":\\"me\\",\\"Secret\\":\\"secret\\"}"\n' \
    "$REGISTRY" "$REGISTRY" >"$T/bin/docker-credential-store"
  chmod +x "$T/bin/docker-credential-store"
  printf '{"auths":{"%s":{}},"credsStore":"store"}' "$REGISTRY" >"$T/stored"
  PATH=$T/bin:$PATH REGISTRY_AUTH_FILE=$T/stored private
  printf '{"credHelpers":{"%s":"store"},"credsStore":"not-there"}' "$REGISTRY" >"$T/helped"
  PATH=$T/bin:$PATH REGISTRY_AUTH_FILE=$T/helped private
}

@test "a certificate that nobody vouches for is refused, unless asked otherwise" {
  exits 1 pull -q --creds me:secret "$REGISTRY/private/box:v1"
  says "certs.d" "$REGISTRY"
  masu push -q --creds me:secret --tls-verify=false busybox "$REGISTRY/private/box:v2"
  [[ $status == 0 ]]
  printf '[[registry]]\nlocation = "%s"\ninsecure = true\n' "$REGISTRY" >"$T/registries.conf"
  CONTAINERS_REGISTRIES_CONF=$T/registries.conf ok pull -q --creds me:secret "$REGISTRY/private/box:v2"
}

@test "a registry that wants to know the client's certificate" {
  BATS_FILE_TMPDIR=$T start_registry ", tls: {certificate: $CERTS/server.crt, key: $CERTS/server.key, clientcas: [$CERTS/ca.crt]}"
  exits 1 push -q --cert-dir "$T/authority" busybox "$REGISTRY/client:v1"
  cp "$CERTS/client.crt" "$T/authority/client.cert"
  exits 1 push -q --cert-dir "$T/authority" busybox "$REGISTRY/client:v1"
  says "client.cert" "has no key" hint
  cp "$CERTS/client.key" "$T/authority/client.key"
  ok push -q --cert-dir "$T/authority" busybox "$REGISTRY/client:v1"
  end_registry
}

@test "bad calls" {
  exits 1 login a/b
  says "no registry"
  exits 1 login --password-stdin "$REGISTRY"
  says "-u"
  exits 1 login -u me "$REGISTRY"
  says "no terminal"
  exits 1 login -u me -p x --password-stdin "$REGISTRY"
  says exclude
}
