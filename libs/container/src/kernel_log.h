// SPDX-License-Identifier: Apache-2.0
//
// What security modules write to the kernel's log when they deny something: no errno tells of it.
#pragma once

#include "masu/sys/fd.h"

#include <string>
#include <vector>

namespace masu::container {

class KernelLog {
 public:
  /// From now on. Where the log may not be read (kernel.dmesg_restrict) there is nothing to tell.
  static KernelLog open();
  bool readable() const { return file_.valid(); }
  /// The denials since then, a line each.
  std::vector<std::string> denials() const;

 private:
  explicit KernelLog(sys::Fd file) : file_(std::move(file)) {}
  sys::Fd file_;
};

/// The text of a record of /dev/kmsg ("6,1234,5678,-;text\n …") if it tells of a denial by AppArmor or
/// SELinux.
std::string denial_in(std::string_view record);

}  // namespace masu::container
