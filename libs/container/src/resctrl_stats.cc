// SPDX-License-Identifier: Apache-2.0
//
// What a group in the resctrl file system may use and has used. A file that is not there is a feature that
// this machine has not.
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"
#include "resctrl.h"

#include <algorithm>
#include <memory>

#include <dirent.h>

namespace masu::container {
namespace {

std::string text_of(const std::string& path) {
  const auto text = sys::read_file(path);
  return text ? std::string(text::trim(*text)) : std::string();
}

// "Unavailable" and "Error" stand where the hardware had no answer.
std::uint64_t number_of(const std::string& path) {
  return text::parse_int<std::uint64_t>(text_of(path)).value_or(0);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const auto line : text::split(text, '\n'))
    if (!text::trim(line).empty()) lines.emplace_back(text::trim(line));
  return lines;
}

// With code and data apart (CDP) there are L3CODE and L3DATA instead of L3.
std::string line_of(const std::vector<std::string>& lines, std::string_view resource) {
  const auto line = std::ranges::find_if(lines, [&](const auto& text) { return text.starts_with(resource); });
  return line == lines.end() ? std::string() : *line;
}

// mon_L3_00, mon_L3_01 …, in the order of the domains.
std::vector<std::string> domains_of(const std::string& group) {
  const std::string folder = cat(group, "/mon_data");
  std::vector<std::string> domains;
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(opendir(folder.c_str()), closedir);
  while (const dirent* entry = listing ? readdir(listing.get()) : nullptr)
    if (std::string_view(entry->d_name).starts_with("mon_L3_"))
      domains.push_back(cat(folder, "/", entry->d_name));
  std::ranges::sort(domains);
  return domains;
}

void read_info(const std::string& root, RdtStats& stats) {
  const std::string cache = cat(root, "/info/L3"), bandwidth = cat(root, "/info/MB");
  if (std::string mask = text_of(cache + "/cbm_mask"); !mask.empty())
    stats.cache = {.cbm_mask = std::move(mask),
                   .min_cbm_bits = number_of(cache + "/min_cbm_bits"),
                   .num_closids = number_of(cache + "/num_closids")};
  if (!text_of(bandwidth + "/num_closids").empty())
    stats.bandwidth = {.bandwidth_gran = number_of(bandwidth + "/bandwidth_gran"),
                       .delay_linear = number_of(bandwidth + "/delay_linear"),
                       .min_bandwidth = number_of(bandwidth + "/min_bandwidth"),
                       .num_closids = number_of(bandwidth + "/num_closids")};
}

void read_counters(const std::string& root, const std::string& group, RdtStats& stats) {
  const auto features = lines_of(text_of(cat(root, "/info/L3_MON/mon_features")));
  const auto counts = [&](std::string_view name) {
    return std::ranges::find(features, name) != features.end();
  };
  const bool total = counts("mbm_total_bytes"), local = counts("mbm_local_bytes");
  const bool occupancy = counts("llc_occupancy");
  for (const auto& domain : domains_of(group)) {
    if (total || local)
      stats.used_bandwidth.push_back({.total = total ? number_of(domain + "/mbm_total_bytes") : 0,
                                      .local = local ? number_of(domain + "/mbm_local_bytes") : 0});
    if (occupancy) stats.occupied_cache.push_back(number_of(domain + "/llc_occupancy"));
  }
}

}  // namespace

Result<RdtStats> resctrl_stats(const ResctrlGroup& group, const std::string& root) {
  RdtStats stats;
  read_info(root, stats);
  const auto shared = lines_of(text_of(cat(root, "/schemata")));
  stats.schemata = lines_of(TRY(sys::read_file(cat(group.directory, "/schemata"))));
  stats.cache_root = line_of(shared, "L3");
  stats.cache_own = line_of(stats.schemata, "L3");
  stats.bandwidth_root = line_of(shared, "MB");
  stats.bandwidth_own = line_of(stats.schemata, "MB");
  read_counters(root, group.monitoring.empty() ? group.directory : group.monitoring, stats);
  return stats;
}

}  // namespace masu::container
