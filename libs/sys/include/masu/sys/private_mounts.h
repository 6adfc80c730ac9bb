// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "masu/sys/fd.h"

namespace masu::sys {

/// A mount namespace of our own until this ends, when we are back in the one before. What is mounted
/// meanwhile is seen by the programs that are started meanwhile, and goes with the last of them. Of the
/// calling thread alone.
class PrivateMounts {
 public:
  static Result<PrivateMounts> enter();
  PrivateMounts(PrivateMounts&&) noexcept = default;
  PrivateMounts& operator=(PrivateMounts&&) noexcept = default;
  ~PrivateMounts();

 private:
  PrivateMounts() = default;
  Fd before_, folder_;
};

}  // namespace masu::sys
