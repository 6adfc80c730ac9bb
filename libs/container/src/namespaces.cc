// SPDX-License-Identifier: Apache-2.0
#include "namespaces.h"

#include "masu/base/text.h"
#include "masu/sys/raw.h"

#include <sched.h>

namespace masu::container {
namespace {

bool same_namespace(const sys::Procfs& procfs, pid_t pid, const char* name) {
  // Magic links: followed on purpose, by the kernel's own /proc of the host.
  struct stat theirs;
  struct stat ours;
  return sys::raw::fstatat(procfs.fd(), cat(pid, "/ns/", name).c_str(), &theirs, 0) == 0 &&
         sys::raw::fstatat(procfs.fd(), cat("self/ns/", name).c_str(), &ours, 0) == 0 &&
         theirs.st_ino == ours.st_ino;
}

}  // namespace

ForeignNamespaces foreign_namespaces(const spec::Config& config, const sys::Procfs& procfs, pid_t init) {
  ForeignNamespaces found;
  for (const auto& entry : config.linux_.namespaces) found.types |= entry.type;
  found.user = (found.types & CLONE_NEWUSER) != 0 && !same_namespace(procfs, init, "user");
  if (!found.user) found.types &= ~std::uint64_t{CLONE_NEWUSER};
  return found;
}

}  // namespace masu::container
