# SPDX-License-Identifier: Apache-2.0
# Mounts whose ids are mapped: uidMappings and gidMappings of a mount, the options idmap and ridmap.

map='[{containerID: 0, hostID: 100000, size: 65536}]'

# mapped_source : $T/source with files of users 0 and 5, to be seen on /data.
mapped_source() {
  needs root idmap
  mkdir -m 777 "$T/source" "$ROOTFS/data"
  touch "$T/source/zero" "$T/source/five"
  chown 5:6 "$T/source/five"
}
# bind FILTER OPTION… : a bind of it with these options, changed by FILTER.
bind() {
  local filter=$1
  shift
  config --arg source "$T/source" ".mounts += [{destination: \"/data\", source: \$source, options: \$ARGS.positional} | $filter]" --args -- "$@"
}
mappings=".uidMappings = $map | .gidMappings = $map"
user_namespace() {
  add_namespace user
  config ".linux.uidMappings = $map | .linux.gidMappings = $map"
}

#: a bind with mappings of its own
own_mappings() {
  mapped_source
  bind "$mappings" bind
  inside stat /data/zero ';' stat /data/five
  is $'/data/zero: - 644 100000:100000\n/data/five: - 644 100005:100006' "$output"
}

#: a bind with mappings and the option idmap
option() {
  mapped_source
  bind "$mappings" bind idmap
  inside stat /data/five
  is '/data/five: - 644 100005:100006' "$output"
}

#: in a user namespace with the same mappings, the files belong to whom they belong to outside
in_user_namespace() {
  mapped_source
  user_namespace
  bind "$mappings" bind
  inside stat /data/zero ';' stat /data/five
  is $'/data/zero: - 644 0:0\n/data/five: - 644 5:6' "$output"
}

#: what is written into it belongs on disk to the id that the mapping says
writing() {
  mapped_source
  user_namespace
  bind "$mappings" bind
  inside write /data/new text ';' stat /data/new
  has '/data/new: - 644 0:0'
  is '0 0' "$(stat -c '%u %g' "$T/source/new")"
}

#: the option idmap alone takes the mappings of the user namespace
of_namespace() {
  mapped_source
  user_namespace
  bind . bind idmap
  inside stat /data/five
  is '/data/five: - 644 5:6' "$output"
}

#: rbind with idmap: the top mount alone
top_alone() {
  mapped_source
  mount_below
  bind "$mappings" rbind idmap
  inside stat /data/five ';' stat /data/below/five
  is $'/data/five: - 644 100005:100006\n/data/below/five: - 644 5:6' "$output"
}

#: rbind with ridmap: the mounts below it, too
recursive() {
  mapped_source
  mount_below
  bind "$mappings" rbind ridmap
  inside stat /data/five ';' stat /data/below/five
  is $'/data/five: - 644 100005:100006\n/data/below/five: - 644 100005:100006' "$output"
}
mount_below() {
  needs tool:mount kernel:6.3 # tmpfs can be mapped since
  mkdir "$T/source/below"
  mount -t tmpfs below "$T/source/below"
  at_end umount "$T/source/below"
  touch "$T/source/below/five"
  chown 5:6 "$T/source/below/five"
}
#: uidMappings without gidMappings are refused
half() {
  mapped_source
  bind ".uidMappings = $map" bind
  never_runs
}
