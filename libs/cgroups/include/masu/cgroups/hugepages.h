// SPDX-License-Identifier: Apache-2.0
//
// The huge page sizes of this machine, by the names that the hugetlb controller gives its files.
#pragma once

#include "masu/base/error.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::cgroups {

/// A name of /sys/kernel/mm/hugepages as hugetlb has it: "hugepages-2048kB" → "2MB"; empty if it is none.
std::string hugepage_size_name(std::string_view directory);

/// All sizes, smallest first: {"2MB", "1GB"}. None where the kernel has no huge pages.
Result<std::vector<std::string>> hugepage_sizes(const char* directory = "/sys/kernel/mm/hugepages");

}  // namespace masu::cgroups
