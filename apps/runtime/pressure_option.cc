// SPDX-License-Identifier: Apache-2.0
#include "pressure_option.h"

#include "masu/base/text.h"
#include "quantities.h"

namespace masu::runtime {
namespace {

using Trigger = cgroups::PressureTrigger;
constexpr Trigger::Resource kResources[] = {Trigger::Resource::cpu, Trigger::Resource::memory,
                                            Trigger::Resource::io};

bool read_resource(std::string_view text, Trigger& trigger) {
  for (const auto resource : kResources) {
    if (resource_name(resource) != text) continue;
    trigger.resource = resource;
    return true;
  }
  return false;
}

bool read_microseconds(std::string_view text, std::uint32_t& us) {
  const auto duration = parse_duration(text);
  if (!duration) return false;
  const auto count = std::chrono::duration_cast<std::chrono::microseconds>(*duration).count();
  us = static_cast<std::uint32_t>(count);
  return count > 0 && count <= UINT32_MAX;
}

bool read_threshold(std::string_view text, Trigger& trigger) {
  const auto slash = text.find('/');
  return slash != std::string_view::npos && read_microseconds(text.substr(0, slash), trigger.stall_us) &&
         read_microseconds(text.substr(slash + 1), trigger.window_us) &&
         trigger.stall_us <= trigger.window_us;
}

}  // namespace

std::string_view resource_name(Trigger::Resource resource) {
  switch (resource) {
    case Trigger::Resource::cpu:
      return "cpu";
    case Trigger::Resource::io:
      return "io";
    case Trigger::Resource::memory:
      break;
  }
  return "memory";
}

Result<Trigger> parse_pressure(std::string_view text) {
  Trigger trigger;
  const auto parts = text::split(text, ':');
  const bool kind = parts.size() < 2 || parts[1] == "some" || parts[1] == "full";
  trigger.full = parts.size() > 1 && parts[1] == "full";
  if (parts.size() <= 3 && kind && read_resource(parts[0], trigger) &&
      (parts.size() < 3 || read_threshold(parts[2], trigger)))
    return trigger;
  return fail(Error::make(Kind::usage, cat("--pressure ", quote(text),
                                           ": expected cpu, memory or io, then :some or :full, then "
                                           ":STALL/WINDOW, as in memory:some:150ms/2s")));
}

}  // namespace masu::runtime
