// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/filter.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/shim/log_record.h"
#include "masu/shim/options.h"

#include <algorithm>

#include <time.h>

namespace masu::manager {
namespace {

bool has_label(const std::map<std::string, std::string>& labels, std::string_view filter) {
  const auto equals = filter.find('=');
  const auto found = labels.find(std::string(filter.substr(0, equals)));
  return found != labels.end() &&
         (equals == std::string_view::npos || found->second == filter.substr(equals + 1));
}

}  // namespace

Result<Filters> Filters::parse(const std::vector<std::string_view>& texts, std::string_view known) {
  Filters out;
  const auto keys = text::split(known, ' ');
  for (const std::string_view text : texts) {
    const auto equals = text.find('=');
    const std::string_view key = text.substr(0, equals);
    const std::string_view plain = key.ends_with('!') ? key.substr(0, key.size() - 1) : key;
    if (equals == std::string_view::npos)
      return fail(Error::make(Kind::usage, cat("--filter ", quote(text), ": expected KEY=VALUE")));
    if (std::ranges::find(keys, plain) == keys.end() || (key != plain && plain != "label"))
      return fail(Error::make(Kind::usage, cat("--filter ", quote(text), ": unknown key ", quote(key)))
                      .hint(cat("known are: ", known)));
    out.values_[std::string(key)].emplace_back(text.substr(equals + 1));
  }
  return out;
}

const std::vector<std::string>& Filters::values(std::string_view key) const {
  static const std::vector<std::string> kNone;
  const auto found = values_.find(key);
  return found == values_.end() ? kNone : found->second;
}

bool Filters::any(std::string_view key, const std::function<bool(const std::string&)>& matches) const {
  const std::vector<std::string>& all = values(key);
  return all.empty() || std::ranges::any_of(all, matches);
}

bool Filters::labels(const std::map<std::string, std::string>& labels) const {
  return std::ranges::all_of(values("label"), [&](const auto& each) { return has_label(labels, each); }) &&
         std::ranges::none_of(values("label!"), [&](const auto& each) { return has_label(labels, each); });
}

Result<std::optional<std::int64_t>> Filters::until() const {
  const std::vector<std::string>& all = values("until");
  if (all.empty()) return std::nullopt;
  if (const auto moment = parse_moment(all.back())) return moment;
  return fail(
      Error::make(Kind::usage, cat("--filter until=", all.back(), ": expected a time, or a span as in 24h")));
}

std::optional<std::int64_t> parse_moment(std::string_view text) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  if (const auto time = shim::parse_time(text)) return time;
  const auto ago = shim::parse_duration(text);
  if (!ago) return std::nullopt;
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * kSecond + now.tv_nsec - *ago;
}

bool matches_name(std::string_view name, std::string_view pattern) {
  const bool from_start = pattern.starts_with('^'), to_end = pattern.ends_with('$');
  if (from_start) pattern.remove_prefix(1);
  if (to_end) pattern.remove_suffix(1);
  if (pattern.starts_with('/')) pattern.remove_prefix(1);  // docker's names have one in front
  if (from_start && to_end) return name == pattern;
  if (from_start) return name.starts_with(pattern);
  if (to_end) return name.ends_with(pattern);
  return name.find(pattern) != std::string_view::npos;
}

}  // namespace masu::manager
