// SPDX-License-Identifier: Apache-2.0
#include "kernel_log.h"

#include "masu/sys/raw.h"

#include <cerrno>
#include <cstdio>

namespace masu::container {

KernelLog KernelLog::open() {
  auto file = sys::open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
  if (!file || sys::raw::call(SYS_lseek, file->get(), 0, SEEK_END) < 0) return KernelLog(sys::Fd());
  return KernelLog(std::move(*file));
}

std::string denial_in(std::string_view record) {
  const auto semicolon = record.find(';');
  if (semicolon == std::string_view::npos) return "";
  const std::string_view text = record.substr(semicolon + 1, record.find('\n', semicolon) - semicolon - 1);
  const bool denial =
      text.find("apparmor=\"DENIED\"") != std::string_view::npos ||
      (text.find("avc:") != std::string_view::npos && text.find("denied") != std::string_view::npos);
  return denial ? std::string(text) : "";
}

std::vector<std::string> KernelLog::denials() const {
  std::vector<std::string> found;
  char record[8192];  // each read(2) yields one record
  while (file_.valid()) {
    const long got = sys::raw::read(file_.get(), record, sizeof record);
    if (got == -EPIPE || got == -EINTR)
      continue;  // records were overwritten; the next read goes on behind them
    if (got <= 0) break;
    if (auto denial = denial_in({record, static_cast<std::size_t>(got)}); !denial.empty())
      found.push_back(std::move(denial));
  }
  return found;
}

}  // namespace masu::container
