// SPDX-License-Identifier: Apache-2.0
#include "volumes.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/writer.h"
#include "masu/shim/log_record.h"
#include "masu/shim/options.h"
#include "shown.h"

namespace masu::manager {
namespace {

bool has_label(const Volume& volume, std::string_view wanted) {
  const auto equals = wanted.find('=');
  const auto found = volume.labels.find(std::string(wanted.substr(0, equals)));
  return found != volume.labels.end() &&
         (equals == std::string_view::npos || found->second == wanted.substr(equals + 1));
}

Error wrong_filter(std::string_view filter, std::string_view why) {
  return Error::make(Kind::usage, cat("--filter ", quote(filter), ": ", why));
}

// A time, or a span before now.
Result<bool> is_older(const Volume& volume, std::string_view filter, std::string_view limit) {
  if (const auto time = shim::parse_time(limit)) return shim::parse_time(volume.created).value_or(0) < *time;
  const auto span = shim::parse_duration(limit);
  if (!span) return fail(wrong_filter(filter, "expected a time, or a span as in 24h"));
  return seconds_since(volume.created) >= *span / 1'000'000'000;
}

Result<bool> passes(const Volume& volume, std::string_view filter, const std::set<std::string>& used) {
  const auto equals = filter.find('=');
  const std::string_view name = filter.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? "" : filter.substr(equals + 1);
  if (name == "name") return volume.name.find(value) != std::string::npos;
  if (name == "label") return has_label(volume, value);
  if (name == "label!") return !has_label(volume, value);
  if (name == "driver") return value == "local";
  if (name == "until") return is_older(volume, filter, value);
  if (name == "dangling" && (value == "true" || value == "1")) return !used.contains(volume.name);
  if (name == "dangling" && (value == "false" || value == "0")) return used.contains(volume.name);
  return fail(wrong_filter(filter, "expected one of name, label, label!, driver, dangling, until"));
}

}  // namespace

std::string describe_volume(const Place& place, const Volume& volume) {
  std::string text;
  json::Writer out(text, json::Layout::spaces);
  out.begin_object().member("Name", volume.name).member("Driver", "local").member("Scope", "local");
  out.member("Mountpoint", volume_data(place, volume.name)).member("CreatedAt", volume.created);
  for (const auto& [key, map] : {std::pair{"Labels", &volume.labels}, {"Options", &volume.options}}) {
    out.key(key).begin_object();
    for (const auto& [name, value] : *map) out.member(name, value);
    out.end_object();
  }
  out.member("Anonymous", volume.anonymous).end_object();
  return text;
}

Result<std::set<std::string>> used_volumes(const Place& place) {
  std::set<std::string> out;
  const std::vector<Request> containers = TRY(list(place));
  for (const Request& container : containers)
    for (const Mount& mount : container.mounts)
      if (mount.type == "volume") out.insert(mount.source);
  return out;
}

Result<std::vector<Volume>> filter_volumes(std::vector<Volume> volumes,
                                           const std::vector<std::string_view>& filters,
                                           const std::set<std::string>& used) {
  for (const std::string_view filter : filters) TRY(passes({}, filter, used));  // so that none is overlooked
  std::vector<Volume> out;
  for (Volume& volume : volumes) {
    bool passed = true;
    for (const std::string_view filter : filters) passed = TRY(passes(volume, filter, used)) && passed;
    if (passed) out.push_back(std::move(volume));
  }
  return out;
}

}  // namespace masu::manager
