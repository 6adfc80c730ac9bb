// SPDX-License-Identifier: Apache-2.0
#include "masu/spec/unsupported.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

#include <algorithm>
#include <span>

namespace masu::spec {
namespace {

template <class T>
struct Unsupported {
  std::string_view member;
  bool (*used)(const T&);
};

constexpr Unsupported<Process> kProcess[] = {
    {"apparmorProfile",
     [](const Process& p) { return !p.apparmor_profile.empty() && p.apparmor_profile != "unconfined"; }},
    {"selinuxLabel", [](const Process& p) { return !p.selinux_label.empty(); }},
};

constexpr Unsupported<Linux> kLinux[] = {
    {"intelRdt", [](const Linux& l) { return l.intel_rdt.has_value(); }},
    {"mountLabel", [](const Linux& l) { return !l.mount_label.empty(); }},
};

template <class T>
Result<> refuse(std::span<const Unsupported<T>> table, const T& item, std::string_view path) {
  for (const auto& [member, used] : table)
    if (used(item)) return fail(Error::make(Kind::unsupported, "not supported yet").at(cat(path, member)));
  return {};
}

}  // namespace

Result<> refuse_unsupported(const Config& config) {
  if (config.process) TRY(refuse<Process>(kProcess, *config.process, "process."));
  return refuse<Linux>(kLinux, config.linux_, "linux.");
}

Result<> refuse_unsupported(const Process& process) { return refuse<Process>(kProcess, process, ""); }

}  // namespace masu::spec
