// SPDX-License-Identifier: Apache-2.0
//
// The comparisons of config.json with what the process sees, one function a part of the document. A member
// that is absent is not compared, unless its absence is a promise of its own.
#pragma once

#include "masu/json/value.h"
#include "report.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace masu::conformance {

using json::Value;

/// find(config, "linux", "seccomp"): the member of a member …; nothing if any of them is absent or null.
template <class... Keys>
std::optional<Value> find(Value value, std::string_view key, Keys... more) {
  if (!value.is(json::Type::object)) return std::nullopt;
  const auto member = value.find(key);
  if (!member || member->is(json::Type::null)) return std::nullopt;
  if constexpr (sizeof...(more) == 0)
    return member;
  else
    return find(*member, more...);
}
/// The member as text, or "" if it is absent.
std::string_view text_of(Value value, std::string_view key);
/// The member as a number, or `otherwise` if it is absent.
long long number_of(Value value, std::string_view key, long long otherwise = 0);
bool is_true(std::optional<Value> value);
/// The elements of a list, or its strings; none if it is absent.
std::vector<Value> list_of(std::optional<Value> list);
std::vector<std::string_view> words_of(std::optional<Value> list);

struct Arguments {
  std::span<char* const> args;
  char* const* environment;
};

void check_identity(Report& report, Value config);
void check_program(Report& report, Value config, const Arguments& arguments);
void check_capabilities(Report& report, Value config);
void check_attributes(Report& report, Value config);
void check_terminal(Report& report, Value config);
void check_root(Report& report, Value config);
void check_mounts(Report& report, Value config);
void check_paths(Report& report, Value config);
void check_devices(Report& report, Value config);
void check_names(Report& report, Value config);
void check_namespaces(Report& report, Value config, Value host);
void check_sysctls(Report& report, Value config);
void check_seccomp(Report& report, Value config);
void check_kernel_state(Report& report, Value config);
void check_descriptors(Report& report, Value config);

}  // namespace masu::conformance
