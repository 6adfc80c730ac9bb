// SPDX-License-Identifier: Apache-2.0
//
// What the checker has compared: a line "not MEMBER: expected …, seen …" for each difference, and at the end
// how many members agreed. The members to compare can be limited by the beginnings of their JSON paths.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace masu::conformance {

class Report {
 public:
  /// Without `only`, everything is compared.
  explicit Report(std::span<char* const> only) : only_(only) {}

  /// Whether `member` or something below it is asked for: "linux" is, when "linux.sysctl" is in `only`.
  bool wants(std::string_view member) const;

  /// The comparisons; each is left out unless its member is asked for.
  void same(std::string_view member, std::string_view expected, std::string_view seen);
  void same(std::string_view member, long long expected, long long seen);
  /// `holds` as a fact: if it does not hold, `problem` says what is seen.
  void check(std::string_view member, bool holds, std::string_view problem);

  /// Writes the count; the exit code: 0 if all agreed, 1 if not or if a member of `only` was never compared.
  int end();

 private:
  bool asked_for(std::string_view member);
  void difference(std::string_view text);

  std::span<char* const> only_;
  unsigned long long compared_ = 0;  // a bit for each of `only`
  int count_ = 0;
  int differences_ = 0;
};

/// Whether `member` is `path` or below it.
bool is_below(std::string_view member, std::string_view path);

/// Writes a line to stdout.
void say(std::string_view text);

}  // namespace masu::conformance
