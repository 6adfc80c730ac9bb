// SPDX-License-Identifier: Apache-2.0
#include "live.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/manager/life.h"
#include "masu/manager/shim_client.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <tuple>

#include <unistd.h>

namespace masu::manager {
namespace {

std::uint64_t machine_memory() {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

Result<> check_running(const Place& place, const Request& request) {
  if (is_running(read_state(place, request).phase)) return {};
  return fail(Error::make(Kind::invalid_state, cat("container ", request.name, " is not running")));
}

}  // namespace

Result<std::vector<pid_t>> read_pids(const Place& place, const Request& request) {
  TRY(check_running(place, request));
  const std::string text = TRY(ShimClient(place.shim_folder(request.id)).get("GET", "/pids"));
  const json::Document document = TRY(json::Document::parse(text));
  std::vector<pid_t> out;
  const auto processes = document.root().find("processes");
  if (processes && processes->is(json::Type::array))
    for (const json::Value process : processes->elements())
      if (const auto pid = process.is(json::Type::object) ? process.find("pid") : std::nullopt)
        if (const auto number = text::parse_int<pid_t>(pid->text())) out.push_back(*number);
  return out;
}

std::pair<std::uint64_t, std::uint64_t> network_bytes(std::string_view net_dev) {
  constexpr std::size_t kReceived = 0, kSent = 8;
  std::pair<std::uint64_t, std::uint64_t> out{0, 0};
  for (const std::string_view line : text::split(net_dev, '\n')) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || text::trim(line.substr(0, colon)) == "lo") continue;
    std::vector<std::string_view> words;
    for (const std::string_view word : text::split(line.substr(colon + 1), ' '))
      if (!word.empty()) words.push_back(word);
    if (words.size() <= kSent) continue;
    out.first += text::parse_int<std::uint64_t>(words[kReceived]).value_or(0);
    out.second += text::parse_int<std::uint64_t>(words[kSent]).value_or(0);
  }
  return out;
}

Result<Figures> read_figures(const Place& place, const Request& request) {
  TRY(check_running(place, request));
  const std::string text = TRY(ShimClient(place.shim_folder(request.id)).get("GET", "/stats"));
  Figures out{.time = sys::raw::monotonic_ns()};
  const json::Document document = TRY(json::Document::parse(text));
  const json::Reader in(document);
  std::optional<std::uint64_t> limit;
  for (const auto& [part, name, number] :
       std::initializer_list<std::tuple<const char*, const char*, std::uint64_t*>>{
           {"cpu", "usage_ns", &out.cpu},
           {"memory", "usage", &out.memory},
           {"pids", "current", &out.processes},
           {"io", "read_bytes", &out.read},
           {"io", "written_bytes", &out.written}})
    if (const auto member = in.find(part)) TRY(member->optional(name, *number));
  if (const auto memory = in.find("memory")) TRY(memory->optional("limit", limit));
  out.memory_limit = std::min(limit.value_or(machine_memory()), machine_memory());
  if (request.network != "host")
    if (const auto pids = read_pids(place, request); pids && !pids->empty())
      std::tie(out.received, out.sent) =
          network_bytes(sys::read_file(cat("/proc/", pids->front(), "/net/dev")).value_or(""));
  return out;
}

}  // namespace masu::manager
