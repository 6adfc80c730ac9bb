// SPDX-License-Identifier: Apache-2.0
//
// The device list: reducing rules, and v1's files.
#include "masu/cgroups/devices.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

#include <algorithm>
#include <array>
#include <optional>

namespace masu::cgroups {
namespace {

constexpr std::uint8_t kAll = kMknod | kRead | kWrite;

/// What every container may have, after the rules of its config (config-linux.md "Default Devices").
constexpr std::array kDefaults = {
    DeviceException{'c', -1, -1, kMknod},  // making a node gives no access to the device
    DeviceException{'b', -1, -1, kMknod}, DeviceException{'c', 1, 3, kAll},  // null
    DeviceException{'c', 1, 8, kAll},                                        // random
    DeviceException{'c', 1, 7, kAll},                                        // full
    DeviceException{'c', 5, 0, kAll},                                        // tty
    DeviceException{'c', 1, 5, kAll},                                        // zero
    DeviceException{'c', 1, 9, kAll},                                        // urandom
    DeviceException{'c', 136, -1, kAll},                                     // pts/N
    DeviceException{'c', 5, 2, kAll},                                        // ptmx
    DeviceException{'c', 10, 200, kAll},                                     // net/tun
};

bool same_device(const DeviceException& a, const DeviceException& b) {
  return a.type == b.type && a.major == b.major && a.minor == b.minor;
}

bool covers(const DeviceException& wide, const DeviceException& narrow) {
  return wide.type == narrow.type && (wide.major == -1 || wide.major == narrow.major) &&
         (wide.minor == -1 || wide.minor == narrow.minor);
}

void add(DevicePolicy& policy, const DeviceException& added) {
  for (DeviceException& present : policy.exceptions)
    if (same_device(present, added)) {
      present.access |= added.access;
      return;
    }
  policy.exceptions.push_back(added);
}

/// Takes the access away from the entry of just this device. False if a wider entry would go on granting some
/// of it: the kernel ignores such a rule, and the reader of the config would believe it.
bool take_away(DevicePolicy& policy, const DeviceException& taken) {
  for (const DeviceException& present : policy.exceptions)
    if (!same_device(present, taken) && covers(present, taken) && (present.access & taken.access) != 0)
      return false;
  for (DeviceException& present : policy.exceptions)
    if (same_device(present, taken)) present.access &= static_cast<std::uint8_t>(~taken.access);
  std::erase_if(policy.exceptions, [](const DeviceException& entry) { return entry.access == 0; });
  return true;
}

/// One rule, as devices.allow or devices.deny would take it.
bool apply(DevicePolicy& policy, bool allow, char type, const DeviceException& exception) {
  if (type == 'a') {
    policy = {.allow_by_default = allow, .exceptions = {}};
    return true;
  }
  if (allow == policy.allow_by_default) return take_away(policy, exception);
  add(policy, exception);
  return true;
}

std::string number(std::int64_t value) { return value < 0 ? "*" : cat(value); }

std::string describe(const DeviceException& entry) {
  std::string access;
  if ((entry.access & kRead) != 0) access += 'r';
  if ((entry.access & kWrite) != 0) access += 'w';
  if ((entry.access & kMknod) != 0) access += 'm';
  return cat(entry.type == 'b' ? "b " : "c ", number(entry.major), ":", number(entry.minor), " ", access);
}

/// What `from` has and `other` has not, entry by entry.
std::vector<DeviceException> difference(const DevicePolicy& from, const DevicePolicy& other) {
  std::vector<DeviceException> out;
  for (DeviceException entry : from.exceptions) {
    for (const DeviceException& present : other.exceptions)
      if (same_device(entry, present)) entry.access &= static_cast<std::uint8_t>(~present.access);
    if (entry.access != 0) out.push_back(entry);
  }
  return out;
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  if (text == "*") return -1;
  return text::parse_int<std::uint32_t>(text);
}

/// A line of devices.list: "c 1:3 rwm"; "a *:* rwm" alone allows all.
std::optional<DeviceException> parse_entry(std::string_view line) {
  const auto fields = text::split(line, ' ');
  if (fields.size() != 3 || (fields[0] != "a" && fields[0] != "b" && fields[0] != "c")) return std::nullopt;
  const std::size_t colon = fields[1].find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto major = parse_number(fields[1].substr(0, colon)),
             minor = parse_number(fields[1].substr(colon + 1));
  if (!major || !minor || fields[2].empty()) return std::nullopt;
  DeviceException entry{.type = fields[0][0], .major = *major, .minor = *minor, .access = 0};
  for (const char letter : fields[2]) {
    const std::size_t bit = std::string_view("mrw").find(letter);
    if (bit == std::string_view::npos) return std::nullopt;
    entry.access |= static_cast<std::uint8_t>(kMknod << bit);
  }
  return entry;
}

}  // namespace

bool DevicePolicy::allows(char type, std::uint32_t major, std::uint32_t minor, std::uint8_t access) const {
  const DeviceException device{type, major, minor, access};
  for (const DeviceException& entry : exceptions) {
    if (!covers(entry, device)) continue;
    if (allow_by_default ? (entry.access & access) != 0 : (access & ~entry.access) == 0)
      return !allow_by_default;
  }
  return allow_by_default;
}

Result<DevicePolicy> reduce_device_rules(std::span<const spec::DeviceRule> rules) {
  DevicePolicy policy;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const spec::DeviceRule& rule = rules[i];
    const DeviceException exception{
        rule.type, rule.major.value_or(-1), rule.minor.value_or(-1),
        static_cast<std::uint8_t>((rule.read ? kRead : 0) | (rule.write ? kWrite : 0) |
                                  (rule.mknod ? kMknod : 0))};
    const std::string path = cat("linux.resources.devices[", i, "]");
    if (exception.access == 0 && rule.type != 'a')
      return fail(Error::spec(path + ".access", "no access is named"));
    if (!apply(policy, rule.allow, rule.type, exception))
      return fail(Error::spec(path, cat(quote(describe(exception)),
                                        " takes a part out of an earlier rule with a wildcard, "
                                        "which the kernel cannot do")));
  }
  for (const DeviceException& entry : kDefaults) {
    // In a list of denied devices a default can lie inside a wildcard of the config's: the config's rule
    // stays.
    (void)apply(policy, true, entry.type, entry);
  }
  return policy;
}

std::vector<DeviceWrite> device_writes(const DevicePolicy& target) {
  std::vector<DeviceWrite> writes{{.allow = target.allow_by_default, .value = "a"}};
  for (const DeviceException& entry : target.exceptions)
    writes.push_back({.allow = !target.allow_by_default, .value = describe(entry)});
  return writes;
}

Result<std::vector<DeviceWrite>> device_transition(const DevicePolicy& present, const DevicePolicy& target) {
  if (present.allow_by_default != target.allow_by_default)
    return fail(Error::make(Kind::unsupported,
                            "a device cgroup with children cannot change what it does by default"));
  std::vector<DeviceWrite> writes;
  // Grants before withdrawals, so that nothing that both lists allow is ever refused in between.
  const std::vector<DeviceException> added = difference(target, present);
  const std::vector<DeviceException> removed = difference(present, target);
  for (const DeviceException& entry : target.allow_by_default ? removed : added)
    writes.push_back({.allow = true, .value = describe(entry)});
  for (const DeviceException& entry : target.allow_by_default ? added : removed)
    writes.push_back({.allow = false, .value = describe(entry)});
  return writes;
}

Result<DevicePolicy> parse_devices_list(std::string_view text) {
  DevicePolicy policy;
  for (const std::string_view line : text::split(text, '\n')) {
    if (line.empty()) continue;
    const auto entry = parse_entry(line);
    if (!entry) return fail(Error::make(Kind::internal, cat("devices.list: unexpected line ", quote(line))));
    (void)apply(policy, true, entry->type, *entry);
  }
  return policy;
}

}  // namespace masu::cgroups
