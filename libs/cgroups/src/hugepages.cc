// SPDX-License-Identifier: Apache-2.0
#include "masu/cgroups/hugepages.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"
#include "tree.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include <fcntl.h>

namespace masu::cgroups {
namespace {

std::optional<std::uint64_t> size_in_kb(std::string_view directory) {
  constexpr std::string_view kPrefix = "hugepages-", kSuffix = "kB";
  if (!directory.starts_with(kPrefix) || !directory.ends_with(kSuffix)) return std::nullopt;
  directory.remove_prefix(kPrefix.size());
  directory.remove_suffix(kSuffix.size());
  return text::parse_int<std::uint64_t>(directory);
}

/// As the kernel's mem_fmt() of mm/hugetlb_cgroup.c: in the largest unit that divides without a rest of its
/// own, cut otherwise.
std::string name_of(std::uint64_t kb) {
  if (kb >= 1 << 20) return cat(kb >> 20, "GB");
  return kb >= 1 << 10 ? cat(kb >> 10, "MB") : cat(kb, "KB");
}

}  // namespace

std::string hugepage_size_name(std::string_view directory) {
  const auto kb = size_in_kb(directory);
  return kb ? name_of(*kb) : "";
}

Result<std::vector<std::string>> hugepage_sizes(const char* directory) {
  auto dir = sys::open_at(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY);
  if (!dir && is_gone(dir.error())) return std::vector<std::string>();
  const sys::Fd open = TRY(std::move(dir));
  std::vector<std::uint64_t> sizes;
  for (const std::string& name : TRY(list_children(open.get())))
    if (const auto kb = size_in_kb(name)) sizes.push_back(*kb);
  std::ranges::sort(sizes);
  std::vector<std::string> names;
  for (const std::uint64_t kb : sizes) names.push_back(name_of(kb));
  return names;
}

}  // namespace masu::cgroups
