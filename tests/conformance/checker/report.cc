// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include "masu/base/text.h"

#include <unistd.h>

namespace masu::conformance {

bool is_below(std::string_view member, std::string_view path) {
  if (!member.starts_with(path)) return false;
  return member.size() == path.size() || member[path.size()] == '.' || member[path.size()] == '[';
}

void say(std::string_view text) {
  const std::string line = cat(text, "\n");
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(4);
}

bool Report::wants(std::string_view member) const {
  if (only_.empty()) return true;
  for (const char* path : only_)
    if (is_below(member, path) || is_below(path, member)) return true;
  return false;
}

bool Report::asked_for(std::string_view member) {
  bool asked = only_.empty();
  for (std::size_t i = 0; i < only_.size(); ++i) {
    if (!is_below(member, only_[i])) continue;
    asked = true;
    compared_ |= 1ULL << i;
  }
  if (asked) ++count_;
  return asked;
}

void Report::difference(std::string_view text) {
  ++differences_;
  say(cat("not ", text));
}

void Report::same(std::string_view member, std::string_view expected, std::string_view seen) {
  if (asked_for(member) && expected != seen)
    difference(cat(member, ": expected ", quote(expected), ", seen ", quote(seen)));
}

void Report::same(std::string_view member, long long expected, long long seen) {
  if (asked_for(member) && expected != seen)
    difference(cat(member, ": expected ", expected, ", seen ", seen));
}

void Report::check(std::string_view member, bool holds, std::string_view problem) {
  if (asked_for(member) && !holds) difference(cat(member, ": ", problem));
}

int Report::end() {
  for (std::size_t i = 0; i < only_.size(); ++i)
    if ((compared_ >> i & 1) == 0) difference(cat(only_[i], ": nothing to compare"));
  say(cat("checked ", count_, " members, ", differences_, " differences"));
  return differences_ == 0 ? 0 : 1;
}

}  // namespace masu::conformance
