// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include "commands.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/cli/env.h"

#include <unistd.h>

namespace masu::runtime {

std::string one_line(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
  }
  return out;
}

void print_error(const Error& error) {
  std::string text = cat(one_line(error.message()), "\n");
  if (!error.hint_text().empty()) text += cat("hint: ", one_line(error.hint_text()), "\n");
  // A failure to tell of a failure has nowhere to go.
  if (!cli::Env{.out = STDERR_FILENO}.print(text)) return;
}

void report(const Error& error, bool json) {
  // JSON on stderr is for a program, which wants nothing beside it. A log in a file is repeated on stderr,
  // since callers such as conmon show what is said there. A text log on stderr is read by people: for them
  // the bare lines.
  if (log::to_file() || json) log::write(error);
  if (log::to_file() || !json) print_error(error);
}

int exit_code(const Error& error, const cli::Command* command) {
  constexpr int kFailure = 1;
  constexpr int kExecFailure = 255;
  if (command == &kExecCommand) return error.exit_code().value_or(kExecFailure);
  return command == &kRunCommand ? error.exit_code().value_or(kFailure) : kFailure;
}

}  // namespace masu::runtime
