// SPDX-License-Identifier: Apache-2.0
#include "container_rows.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/image/reference.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"
#include "masu/manager/network.h"
#include "masu/manager/shim_client.h"
#include "masu/shim/log_record.h"
#include "masu/store/walk.h"
#include "shown.h"

#include <algorithm>

#include <fcntl.h>

namespace masu::manager {
namespace {

std::string shown_image(const std::string& name) {
  if (name.starts_with('/')) return name;  // --rootfs
  const auto reference = image::Reference::parse(name);
  return reference ? reference->familiar() : short_id(name);
}

std::string shown_command(const std::string& command, bool whole) {
  constexpr std::size_t kShown = 20;
  return whole || command.size() <= kShown ? command : command.substr(0, kShown - 1) + "…";
}

// Those that are published, and else what could be.
std::string shown_ports(const Place& place, const Request& request) {
  std::string out;
  if (has_own_network(request))
    if (const auto record = network::read_record(network_folders(place), request.id); record && *record)
      out = network::shown_ports((*record)->ports);
  return out.empty() ? text::join(request.exposed, ", ") : out;
}

std::string shown_networks(const Request& request) {
  std::string out;
  for (const network::Join& join : request.joins) out += cat(out.empty() ? "" : ",", join.network);
  return out.empty() ? request.network : out;
}

bool is_in_network(const Request& request, std::string_view name) {
  return request.network == name || std::ranges::any_of(request.joins, [name](const network::Join& join) {
           return join.network == name;
         });
}

std::string shown_labels(const std::map<std::string, std::string>& labels) {
  std::string out;
  for (const auto& [name, value] : labels) out += cat(out.empty() ? "" : ",", name, "=", value);
  return out;
}

// "busybox" is all its tags' containers; "busybox:1" that tag's; or an id, or the beginning of one.
bool descends_from(const Request& request, std::string_view ancestor) {
  const std::string_view id = std::string_view(request.image_id).substr(request.image_id.find(':') + 1);
  if (ancestor.size() >= 4 && (id.starts_with(ancestor) || request.image_id == ancestor)) return true;
  const auto wanted = image::Reference::parse(ancestor), own = image::Reference::parse(request.image);
  if (!wanted || !own) return request.image == ancestor;
  if (wanted->repository() != own->repository()) return false;
  const std::string_view last = ancestor.substr(ancestor.rfind('/') + 1);  // a registry may have a port
  const bool tagged = last.find(':') != std::string_view::npos;
  return !tagged || wanted->tag == own->tag;
}

// Docker's; a container of ours is never in the last ones.
constexpr std::string_view kStates = "created running paused exited restarting removing dead";

std::string_view state_name(const State& state) { return phase_name(state.phase); }

}  // namespace

Result<ContainerFilter> ContainerFilter::make(const Place& place,
                                              const std::vector<std::string_view>& texts) {
  ContainerFilter out(place, TRY(Filters::parse(texts, kKeys)));
  for (const auto& [key, when] : {std::pair{"before", &out.before_}, {"since", &out.since_}})
    if (const auto& names = out.filters_.values(key); !names.empty())
      *when = TRY_IN(find(place, names.back()), cat("--filter ", key)).created;
  out.until_ = TRY(out.filters_.until());
  for (const std::string& status : out.filters_.values("status")) {
    const auto known = text::split(kStates, ' ');
    if (std::ranges::find(known, status) == known.end())
      return fail(Error::make(Kind::usage, cat("--filter status=", status, ": there is no such state"))
                      .hint(cat("they are: ", kStates)));
  }
  for (const std::string& code : out.filters_.values("exited"))
    if (!text::parse_int<int>(code))
      return fail(Error::make(Kind::usage, cat("--filter exited=", code, ": expected an exit code")));
  return out;
}

bool ContainerFilter::asks_for_state() const {
  return !filters_.values("status").empty() || !filters_.values("exited").empty();
}

bool ContainerFilter::matches_state(const Listed& item) const {
  return filters_.any("status", [&](const auto& value) {
    return value == state_name(item.state);
  }) && filters_.any("exited", [&](const auto& value) {
    return item.state.phase == Phase::exited && value == cat(item.state.exit_code);
  }) && filters_.any("health", [&](const auto& value) {
    const std::string health = health_of(*place_, item.request);
    return value == health || (value == "none" && health.empty());
  });
}

bool ContainerFilter::matches(const Listed& item) const {
  if (filters_.empty()) return true;
  const Request& request = item.request;
  if (!before_.empty() && request.created >= before_) return false;
  if (!since_.empty() && request.created <= since_) return false;
  if (until_ && shim::parse_time(request.created).value_or(0) > *until_) return false;
  return filters_.any("id", [&](const auto& value) { return request.id.starts_with(value); }) &&
         filters_.any("name", [&](const auto& value) { return matches_name(request.name, value); }) &&
         filters_.any("ancestor", [&](const auto& value) { return descends_from(request, value); }) &&
         filters_.any("network", [&](const auto& value) { return is_in_network(request, value); }) &&
         filters_.any("volume",
                      [&](const auto& value) {
                        return std::ranges::any_of(request.mounts, [&](const Mount& mount) {
                          return mount.source == value || mount.destination == value;
                        });
                      }) &&
         filters_.labels(request.labels) && matches_state(item);
}

std::string health_of(const Place& place, const Request& request) {
  const auto answer = ShimClient(place.shim_folder(request.id)).get("GET", "/health");
  const auto document =
      answer ? json::Document::parse(*answer) : fail(Error::make(Kind::system, "no answer"));
  std::string status;
  if (document) (void)json::Reader(*document).optional("status", status);
  return status == "none" ? "" : status;
}

std::string status_text(const Place& place, const Listed& item) {
  const State& state = item.state;
  if (state.phase == Phase::created) return "Created";
  if (state.phase == Phase::exited)
    return cat("Exited (", state.exit_code, ")",
               state.finished.empty() ? "" : " " + shown_age(state.finished));
  std::string out = state.started.empty() ? "Up" : "Up " + shown_span(seconds_since(state.started));
  if (state.phase == Phase::paused) return out + " (Paused)";
  if (item.request.health_test.empty()) return out;  // the shim need not be woken
  const std::string health = health_of(place, item.request);
  return health.empty() ? out : cat(out, " (", health == "starting" ? "health: starting" : health, ")");
}

std::uint64_t written_bytes(const Place& place, const Request& request) {
  return store::tree_size(AT_FDCWD, (place.folder(request.id) + "/upper").c_str());
}

std::string container_row(const Place& place, const Listed& item, bool whole, bool size) {
  const Request& request = item.request;
  std::string text;
  json::Writer out(text);
  std::string mounts;
  for (const Mount& mount : request.mounts)
    mounts += cat(mounts.empty() ? "" : ",", mount.source.empty() ? mount.destination : mount.source);
  out.begin_object()
      .member("ID", whole ? request.id : short_id(request.id))
      .member("Image", shown_image(request.image))
      .member("Command", shown_command(request.command, whole))
      .member("CreatedAt", request.created)
      .member("RunningFor", shown_age(request.created))
      .member("State", state_name(item.state))
      .member("Status", status_text(place, item))
      .member("Ports", shown_ports(place, request))
      .member("Names", request.name)
      .member("Labels", shown_labels(request.labels))
      .member("Mounts", mounts)
      .member("Networks", shown_networks(request));
  if (size) out.member("Size", shown_size(item.size));
  out.end_object();
  return text;
}

}  // namespace masu::manager
