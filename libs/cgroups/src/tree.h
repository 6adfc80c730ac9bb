// SPDX-License-Identifier: Apache-2.0
//
// Walking and removing a tree of cgroups. A container can nest cgroups as deep as it likes, so neither uses
// the stack, more than two fds, or a path that grows.
#pragma once

#include "masu/base/error.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::cgroups {

/// The cgroup is gone: ENOENT, or ENODEV from an fd of a removed one.
bool is_gone(const Error& error);
bool is_gone(int err);

/// A kernel file that fits into one read(2) of a page; `path` is for the error.
Result<std::string> read_value(const sys::Fd& file, std::string_view path);
/// One write(2); the error names `path` and value.
Result<> write_value(const sys::Fd& file, std::string_view value, std::string_view path);

/// Names of the child cgroups.
Result<std::vector<std::string>> list_children(int dir);
/// Opens a child, or "..".
Result<sys::Fd> open_child(int dir, const char* name);

/// Removes all cgroups below `dir`, not `dir` itself. EBUSY as soon as one holds processes.
Result<> remove_below(const sys::Fd& dir);

/// Calls visit(fd) → Result<> for the cgroup and all below it, parents first. Cgroups that vanish meanwhile
/// are skipped.
template <class Visit>
Result<> walk(sys::Fd top, Visit visit) {
  std::vector<std::vector<std::string>> pending;
  TRY(visit(top.get()));
  pending.push_back(TRY(list_children(top.get())));
  while (true) {
    while (!pending.empty() && pending.back().empty()) {
      pending.pop_back();
      if (!pending.empty()) top = TRY(open_child(top.get(), ".."));
    }
    if (pending.empty()) return {};
    const std::string name = std::move(pending.back().back());
    pending.back().pop_back();
    auto child = open_child(top.get(), name.c_str());
    if (!child && is_gone(child.error())) continue;
    top = TRY(std::move(child));
    TRY(visit(top.get()));
    pending.push_back(TRY(list_children(top.get())));
  }
}

}  // namespace masu::cgroups
