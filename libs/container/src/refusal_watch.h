// SPDX-License-Identifier: Apache-2.0
//
// Serves the listener of a filter with refusals reported: gives each call the answer that the profile has for
// it, and counts. A process of its own, since the container's may have to be answered while we wait for it.
#pragma once

#include "masu/base/error.h"
#include "masu/seccomp/compile.h"
#include "masu/sys/fd.h"

#include <cstdint>
#include <vector>

#include <sys/types.h>

namespace masu::container {

struct RefusedCall {
  std::int32_t number = 0;
  std::uint32_t arch = 0;    ///< AUDIT_ARCH_*
  std::uint32_t answer = 0;  ///< SECCOMP_RET_* with its data
  std::uint32_t count = 0;
};

class RefusalWatch {
 public:
  /// `profile` is the program before with_refusals_reported().
  static Result<RefusalWatch> start(const sys::Fd& listener, const seccomp::Program& profile);
  RefusalWatch(RefusalWatch&& other) noexcept;
  RefusalWatch& operator=(RefusalWatch&&) = delete;
  ~RefusalWatch();

  /// What has been refused so far, in the order of the first time; at most 64 kinds.
  std::vector<RefusedCall> calls() const;

 private:
  struct Table;
  RefusalWatch(pid_t server, Table* table) : server_(server), table_(table) {}

  pid_t server_;
  Table* table_;  ///< shared with the server
};

}  // namespace masu::container
