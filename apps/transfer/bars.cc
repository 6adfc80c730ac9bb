// SPDX-License-Identifier: Apache-2.0
#include "bars.h"

#include "masu/base/text.h"
#include "masu/cli/env.h"
#include "masu/sys/raw.h"
#include "masu/sys/tty.h"
#include "shown.h"

#include <algorithm>

#include <unistd.h>

namespace masu::manager {
namespace {

using transfer::Progress;

constexpr std::int64_t kRedrawNs = 100'000'000;
constexpr std::size_t kWidth = 30, kBeside = 45;  // of a bar, and of the text beside it

std::size_t terminal_columns() {
  constexpr std::size_t kUsual = 80;
  sys::WindowSize size{};
  return sys::get_window_size(STDERR_FILENO, &size) < 0 || size.columns == 0 ? kUsual : size.columns;
}

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
    if (!over) return;
    print(cat(row.digest, ": ", row.state, "\n"));
    std::erase_if(rows_, [](const Row& each) { return !each.state.empty(); });
    return;
  }
  const std::int64_t now = sys::raw::monotonic_ns();
  if (!over && now - last_ns_ < kRedrawNs) return;
  last_ns_ = now;
  draw();
}

// A line that the terminal would break in two would be two when we go up.
std::string Bars::text_of(const Row& row, std::size_t columns) const {
  const std::size_t width = std::min(kWidth, columns - std::min(columns, kBeside));
  std::string text = cat(row.digest, ": ");
  if (!row.state.empty()) {
    text += row.state;
  } else {
    const std::uint64_t filled =
        row.size == 0 ? 0 : std::min<std::uint64_t>(row.bytes * width / row.size, width);
    std::string bar(filled, '=');
    if (filled < width) bar += '>';
    bar.resize(width, ' ');
    if (width > 0) text += cat("[", bar, "] ");
    text += cat(shown_size(row.bytes), " of ", shown_size(row.size));
  }
  return text.substr(0, columns - 1);
}

// Up to the first of our lines, and each anew: "\r" to its beginning, "\x1b[K" for what was longer. What has
// come to its end is first, stays there, and is ours no more: so there are never more lines of ours than
// transfers.
void Bars::draw() {
  const std::size_t columns = terminal_columns();
  std::string text;
  if (drawn_ > 0) text = cat("\x1b[", drawn_, "A");
  for (const bool over : {true, false})
    for (const Row& row : rows_)
      if (!row.state.empty() == over) text += cat("\r", text_of(row, columns), "\x1b[K\n");
  std::erase_if(rows_, [](const Row& row) { return !row.state.empty(); });
  drawn_ = rows_.size();
  print(text);
}

}  // namespace masu::manager
