// SPDX-License-Identifier: Apache-2.0
//
// What parent and child say to each other over one SOCK_SEQPACKET pair. Every message is one Message of 256
// bytes.
//
// clang-format off
//   parent                               child
//     │  maps_written  ───────────────────▶│  a new user namespace has its ids
//     │  cgroups (fds of their files) ────▶│  join by writing "0" to each
//     │◀──────────────────  hooks_wanted   │  mounts are done; only if there are runtime hooks
//     │  hooks_done  ─────────────────────▶│
//     │◀───────────  map_mount (a mount fd)│  each id-mapped mount, which takes rights over the file system
//     │  mount_mapped  ───────────────────▶│
//     │◀──────────────  console (a pty fd) │  only with a terminal
//     │◀──────────────  module (a file fd) │  only of a workload: its program, as the process may read it
//     │  prepared (a memfd)  ─────────────▶│  what is to be run of it
//     │◀─────────────────────────  ready   │  all is set up but the exec
//     │  proceed / wait  ─────────────────▶│  `run` goes on at once; after `create` the child waits for `start`; said as
//     │                                    │  soon as the parent has nothing more to do: `ready` need not wait for it
//     │◀── seccomp_listener (value: its fd)│  a NOTIFY profile has been loaded
//     │  listener_taken ──────────────────▶│  … and its agent answers from now on
//     │◀──────────────────────── failure   │  at any time, with step, index and errno; then the child exits
//     │◀────────────────────────── (EOF)   │  the socket is O_CLOEXEC: the program has been executed
// clang-format on
//
// `start` speaks the part from `proceed` on over a connection to <root>/<id>/start.sock.
// If the parent dies before `proceed` or `wait`, the child reads EOF and exits: nothing half-made stays
// alive.
#pragma once

#include <cstdint>

namespace masu::container {

/// The steps of a start as the child goes through them; also the names in the trace (step_name).
enum class Step : std::uint16_t {
  start,
  map_ids,
  join_namespace,
  make_network,
  loopback,
  time_offsets,
  propagation,
  root_mount,
  mount,
  unmount,
  join_cgroups,
  cpu_affinity,
  cgroup_namespace,
  devices,
  device_links,
  runtime_hooks,
  create_container_hook,
  working_directory,
  console,
  sysctl,
  masked_path,
  readonly_path,
  root_readonly,
  pivot_root,
  hostname,
  domainname,
  keyring,
  standard_streams,
  apparmor,
  selinux,
  rlimits,
  scheduler,
  io_priority,
  memory_policy,
  personality,
  user,
  capabilities,
  change_directory,
  find_executable,
  ready,
  start_container_hook,
  no_new_privileges,
  landlock,
  seccomp,
  exec,
  last = exec,
};

enum class Word : std::uint16_t {
  maps_written,
  cgroups,
  hooks_wanted,
  hooks_done,
  map_mount,  ///< index: of mounts
  mount_mapped,
  console,
  module,
  prepared,
  ready,
  proceed,
  wait,
  seccomp_listener,
  listener_taken,
  warning,  ///< as failure, but the child goes on
  failure,
};

struct Message {
  Word word = Word::failure;
  Step step = Step::start;
  std::int32_t value = 0;   ///< failure: the errno; seccomp_listener: the fd
  std::uint16_t index = 0;  ///< which mount, hook, path …
  char detail[246] =
      {};  ///< the kernel's or a hook's own words; may come from hostile input, so it is escaped in print
};
static_assert(sizeof(Message) == 256);

constexpr unsigned kMaxCgroupFds = 32;

/// A page that parent and child share: where the child is, and when it got there (CLOCK_REALTIME, since a
/// time namespace may shift the other clocks).
struct Progress {
  volatile std::uint16_t step = 0;
  volatile std::uint16_t index = 0;
  volatile std::uint64_t ignored_signals = 0;  ///< the caller's, from the word `cgroups` on
  volatile std::int64_t reached[static_cast<unsigned>(Step::last) + 2] = {};
};

}  // namespace masu::container
