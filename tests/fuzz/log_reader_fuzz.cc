// SPDX-License-Identifier: Apache-2.0
//
// The log's reader on a file of any content: it ends, and the last N lines are the end of all lines.
#include "masu/shim/log_reader.h"
#include "scratch.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace masu::shim;

std::string read(const LogFile& log, LogQuery query) {
  LogReader reader(log, query);
  std::string out;
  while (reader.step(out) == LogReader::Step::more) {
  }
  return out;
}

const std::string& folder() {
  static const std::string path = masu::fuzz::make_scratch();
  return path;
}

}  // namespace

// The first two bytes say how it is read, the others are the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  constexpr LogFormat kFormats[] = {LogFormat::json, LogFormat::cri, LogFormat::docker};
  const std::string path = folder() + "/log";
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0 || write(fd, data + 2, size - 2) != static_cast<ssize_t>(size - 2)) std::abort();
  close(fd);
  const auto log = LogFile::open({.path = path, .format = kFormats[data[0] % 3]});
  if (!log) std::abort();
  for (const bool text : {false, true}) {
    const std::string all = read(*log, {.text = text});
    const std::string tail = read(*log, {.tail = data[1], .text = text});
    if (!std::string_view(all).ends_with(tail)) std::abort();
  }
  return 0;
}
