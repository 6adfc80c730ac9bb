// SPDX-License-Identifier: Apache-2.0
//
// --device and --device-cgroup-rule as people write them.
#pragma once

#include "masu/base/error.h"

#include <string>
#include <string_view>

namespace masu::spec {
struct DeviceRule;
}

namespace masu::manager {

struct DeviceAsked {
  std::string source, destination;  ///< absolute; a folder stands for all devices in it
  std::string permissions = "rwm";
};

/// "SRC[:DST][:rwm]"
Result<DeviceAsked> parse_device(std::string_view text);
/// "c 42:* rwm"
Result<spec::DeviceRule> parse_device_rule(std::string_view text);

}  // namespace masu::manager
