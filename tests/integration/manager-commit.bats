#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Images made of containers.

load helpers
load manager

setup_file() { make_image; }
setup() { make_store; }
teardown() { end_store; }

@test "what was changed, removed and replaced is so in a container of the image" {
  ok run --name one busybox sh -c 'echo mine >/etc/new; echo other >/etc/shells; rm /etc/group; rm -r /home; mkdir /home; touch /home/me'
  ok commit -m "by hand" -a someone one made:v1
  [[ $output == sha256:* ]]
  ok run --rm made:v1 sh -c 'cat /etc/new /etc/shells; ls /etc/group 2>&1; ls /home'
  is $'mine\nother\nls: /etc/group: No such file or directory\nme'
  ok history --no-trunc made:v1
  has "by hand" "echo mine"
  ok save --format oci-archive -o "$T/made.tar" made:v1
  skopeo inspect --format '{{len .Layers}}' "oci-archive:$T/made.tar" >"$T/layers" 3>&- 4>&-
  is 2 "$(<"$T/layers")"
}

@test "changes are applied, of a container that runs on, and its command is the image's" {
  ok run -d --name one -e A=1 busybox sleep 1000
  ok exec one touch /mark
  ok commit -q -c 'CMD ["sh", "-c", "echo $A $B; ls /mark"]' -c "ENV B=2" --iidfile "$T/id" -f docker one made
  is "$(<"$T/id")"
  ok run --rm made
  is $'1 2\n/mark'
  ok ls --format '{{.State}}'
  is running
  ok container commit --pause=false one
  ok inspect -f '{{json .Config.Cmd}}' "$output"
  is '["sleep","1000"]'
}

@test "bad input makes no image" {
  ok create --name one busybox true
  exits 1 commit nobody made
  says "no such container"
  exits 1 commit -c "RUN x" one made
  says "RUN"
  exits 1 commit one 'made:b@d'
  exits 1 commit --iidfile "$T/none/id" one made
  says "iidfile"
  exits 1 commit -f tar one made
  ok images
  [[ $output != *made* ]]
}
