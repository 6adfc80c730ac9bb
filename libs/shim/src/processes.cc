// SPDX-License-Identifier: Apache-2.0
#include "processes.h"

#include "masu/base/text.h"
#include "masu/json/writer.h"
#include "masu/sys/fd.h"
#include "masu/sys/process.h"

#include <algorithm>

namespace masu::shim {
namespace {

// The words of its command line; the name in brackets for one that has none, as ps(1) has it.
std::string command_of(pid_t pid) {
  constexpr std::size_t kMost = 4096;
  std::string words = sys::read_file(cat("/proc/", pid, "/cmdline"), kMost).value_or("");
  while (words.ends_with('\0')) words.pop_back();
  std::ranges::replace(words, '\0', ' ');
  if (!words.empty()) return words;
  return cat("[", text::trim(sys::read_file(cat("/proc/", pid, "/comm")).value_or("")), "]");
}

}  // namespace

std::string processes_json(const std::vector<pid_t>& pids) {
  std::string text;
  json::Writer out(text);
  out.begin_object().key("processes").begin_array();
  for (const pid_t pid : pids) {
    const auto stat = sys::read_process_stat(pid);
    if (!stat) continue;
    out.begin_object()
        .member("pid", pid)
        .member("parent", stat->parent)
        .member("state", std::string_view(&stat->state, 1))
        .member("command", command_of(pid))
        .end_object();
  }
  out.end_array().end_object();
  return text + "\n";
}

}  // namespace masu::shim
