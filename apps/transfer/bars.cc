// SPDX-License-Identifier: Apache-2.0
#include "bars.h"

#include "masu/base/text.h"
#include "masu/cli/env.h"
#include "masu/sys/raw.h"
#include "shown.h"

#include <algorithm>

#include <unistd.h>

namespace masu::manager {
namespace {

using transfer::Progress;

constexpr std::int64_t kRedrawNs = 100'000'000;
constexpr std::size_t kWidth = 30;

void print(std::string_view text) { (void)cli::Env{.out = STDERR_FILENO}.print(text); }

}  // namespace

Bars::Bars(bool quiet, std::string_view done)
    : quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0), done_(done) {}

transfer::Reporter Bars::reporter() {
  if (quiet_) return {};
  return {.line = [this](std::string_view line) { say(line); },
          .progress = [this](const Progress& what) { tell(what); }};
}

void Bars::say(std::string_view line) {
  const std::lock_guard held(mutex_);
  rows_.clear();
  drawn_ = 0;
  print(cat(line, "\n"));
}

Bars::Row& Bars::row_of(const image::Descriptor& what) {
  const std::string digest(what.digest.hex().substr(0, 12));
  for (Row& row : rows_)
    if (row.digest == digest) return row;
  return rows_.emplace_back(Row{.digest = digest, .state = {}, .size = what.size});
}

void Bars::tell(const Progress& what) {
  const std::lock_guard held(mutex_);
  Row& row = row_of(what.what);
  row.bytes = what.bytes;
  if (what.step == Progress::Step::done) row.state = done_;
  if (what.step == Progress::Step::already) row.state = done_ == "sent" ? "already there" : "already here";
  const bool over = what.step != Progress::Step::moving;
  if (!terminal_) {
    if (over) print(cat(row.digest, ": ", row.state, "\n"));
    return;
  }
  const std::int64_t now = sys::raw::monotonic_ns();
  if (!over && now - last_ns_ < kRedrawNs) return;
  last_ns_ = now;
  draw();
}

std::string Bars::text_of(const Row& row) const {
  if (!row.state.empty()) return cat(row.digest, ": ", row.state);
  const std::uint64_t filled =
      row.size == 0 ? 0 : std::min<std::uint64_t>(row.bytes * kWidth / row.size, kWidth);
  std::string bar(filled, '=');
  if (filled < kWidth) bar += '>';
  bar.resize(kWidth, ' ');
  return cat(row.digest, ": [", bar, "] ", shown_size(row.bytes), " of ", shown_size(row.size));
}

// Up to the first of our lines, and each anew: "\r" to its beginning, "\x1b[K" for what was longer.
void Bars::draw() {
  std::string text;
  if (drawn_ > 0) text = cat("\x1b[", drawn_, "A");
  for (const Row& row : rows_) text += cat("\r", text_of(row), "\x1b[K\n");
  drawn_ = rows_.size();
  print(text);
}

}  // namespace masu::manager
