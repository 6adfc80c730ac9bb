// SPDX-License-Identifier: Apache-2.0
//
// What has happened to containers and images: <root>/events/log (masu/shim/event_log.h). The shims write what
// they see; this is for what masu does itself, and for those who read.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/manager/place.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace masu::manager {

struct Event {
  std::int64_t time = 0;     ///< nanoseconds since the epoch
  std::string type, action;  ///< "container", "die"
  std::string id;
  std::map<std::string, std::string> attributes;  ///< "name", "image", "exitCode", labels
};

/// An event that cannot be written does not keep what it tells of from happening.
void record_event(const Place& place, std::string_view type, std::string_view action, std::string_view id,
                  const std::map<std::string, std::string>& attributes);
/// Of a container: its name, its image and its labels are added.
void record_event(const Place& place, const Request& request, std::string_view action,
                  std::map<std::string, std::string> attributes = {});

std::map<std::string, std::string> attributes_of(const Request& request);
std::string event_folder(const Place& place);
/// A line of the log; nothing for one that users are not told of.
std::optional<Event> parse_event(std::string_view line);

/// An object as docker's events have it, on one line.
std::string to_json(const Event& event);
/// "2026-11-27T10:00:00.000000000Z container start <id> (image=busybox, name=web)"
std::string to_line(const Event& event);

}  // namespace masu::manager
