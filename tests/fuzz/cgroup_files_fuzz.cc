// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as any of the kernel's cgroup files: a parser refuses them or yields what it has read, and what
// it yields can be used.
#include "masu/cgroups/devices.h"
#include "masu/cgroups/files.h"
#include "masu/cgroups/hugepages.h"

#include <algorithm>
#include <cstdlib>

namespace {

namespace cgroups = masu::cgroups;

void check(bool holds) {
  if (!holds) std::abort();
}

/// A list of devices can be reached from any other with the same default, and its program is short enough.
void check_devices(std::string_view text) {
  const auto policy = cgroups::parse_devices_list(text);
  if (!policy) return;
  check(!cgroups::compile_device_program(*policy).empty());
  check(cgroups::device_transition(*policy, *policy)->empty());
  const auto from_nothing =
      cgroups::device_transition({.allow_by_default = policy->allow_by_default, .exceptions = {}}, *policy);
  check(from_nothing && from_nothing->size() == policy->exceptions.size());
}

void check_lists(std::string_view text) {
  if (const auto numbers = cgroups::parse_number_list(text); numbers && !numbers->empty())
    check(text.find_first_of("0123456789") != text.npos);
  if (const auto pids = cgroups::parse_pids(text))
    check(std::ranges::all_of(*pids, [](pid_t pid) { return pid >= 0; }));
  if (const auto cgroups = cgroups::parse_own_cgroups(text))
    for (const auto& cgroup : *cgroups) check(cgroup.path.starts_with('/'));
}

void check_keyed(std::string_view text) {
  if (const auto pairs = cgroups::parse_flat_keyed(text))
    for (const auto& [key, value] : *pairs) check(!key.empty() && cgroups::find_flat(text, key).has_value());
  if (const auto lines = cgroups::parse_nested_keyed(text))
    for (const auto& line : *lines) {
      check(!line.key.empty());
      for (const auto& [name, value] : line.values) (void)line.find(name);
    }
  if (const auto entries = cgroups::parse_block_entries(text))
    for (const auto& entry : *entries) check(entry.operation.find(' ') == entry.operation.npos);
  (void)cgroups::parse_pressure(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  (void)cgroups::parse_single_value(text);
  (void)cgroups::parse_device_number(text);
  (void)cgroups::hugepage_size_name(text);
  check_lists(text);
  check_keyed(text);
  check_devices(text);
  return 0;
}
