// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include "masu/base/text.h"
#include "masu/sys/fd.h"

#include <stdlib.h>
#include <unistd.h>

namespace masu::demo {
namespace {

constexpr std::size_t kWidth = 100, kLabel = 16;
constexpr std::string_view kBold = "\033[1m", kAccent = "\033[36m", kDim = "\033[2m", kOff = "\033[0m";

std::string padding(std::string_view text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ');
}

}  // namespace

std::string left(std::string_view text, std::size_t width) { return cat(text, padding(text, width)); }
std::string right(std::string_view text, std::size_t width) { return cat(padding(text, width), text); }

std::string milliseconds(long long microseconds) {
  std::string hundredths = std::to_string(microseconds % 1000 / 10);
  return cat(microseconds / 1000, ".", hundredths.size() < 2 ? "0" : "", hundredths);
}

Report::Report() : colours_(isatty(STDOUT_FILENO) == 1 && secure_getenv("NO_COLOR") == nullptr) {}

// Nothing is to be done if nobody can read it.
void Report::write(std::string_view text) const { (void)sys::write_all(STDOUT_FILENO, text); }

void Report::heading(std::string_view text) {
  write(colours_ ? cat("\n", kBold, text, kOff, "\n") : cat("\n", text, "\n"));
}

void Report::plain(std::string_view text, bool dim) {
  write(colours_ && dim ? cat(kDim, text, kOff, "\n") : cat(text, "\n"));
}

void Report::words(std::string_view label, const std::vector<std::string>& words) {
  std::string name = left(label, kLabel);
  std::string out = colours_ ? cat("  ", kAccent, name, kOff) : cat("  ", name);
  std::size_t column = 2 + kLabel;
  for (const std::string& word : words) {
    if (column > 2 + kLabel && column + 1 + word.size() > kWidth) {
      out += cat("\n", std::string(2 + kLabel, ' '));
      column = 2 + kLabel;
    }
    if (column > 2 + kLabel) out += ' ', ++column;
    out += word;
    column += word.size();
  }
  write(out + "\n");
}

}  // namespace masu::demo
