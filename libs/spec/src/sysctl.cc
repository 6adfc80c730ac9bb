// SPDX-License-Identifier: Apache-2.0
#include "masu/spec/sysctl.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/value.h"
#include "masu/spec/names.h"

#include <algorithm>

namespace masu::spec {
namespace {

// ipc_namespaces(7)
constexpr std::string_view kIpcParameters[] = {
    "kernel/msgmax", "kernel/msgmnb", "kernel/msgmni", "kernel/sem",
    "kernel/shmall", "kernel/shmmax", "kernel/shmmni", "kernel/shm_rmid_forced",
};

// The kind of namespace that has its own value of the parameter; empty: none has.
std::string_view namespace_of(std::string_view path) {
  if (std::ranges::find(kIpcParameters, path) != std::end(kIpcParameters)) return "ipc";
  if (path.starts_with("fs/mqueue/")) return "ipc";
  if (path.starts_with("net/")) return "network";
  if (path.starts_with("user/")) return "user";
  if (path == "kernel/domainname") return "uts";
  return {};
}

Error refusal(std::string_view key, std::string what) {
  return Error::spec(json::member_path("linux.sysctl", key), std::move(what));
}

}  // namespace

std::string sysctl_path(std::string_view key) {
  std::string path(key);
  const auto separator = path.find_first_of("./");
  if (separator != std::string::npos && path[separator] == '.')
    for (char& c : path) c = c == '.' ? '/' : c == '/' ? '.' : c;
  for (const auto name : text::split(path, '/'))
    if (name.empty() || name == "." || name == "..") return {};
  return path;
}

Result<> check_sysctl(const Config& config, std::string_view key, std::string_view value) {
  const std::string path = sysctl_path(key);
  if (path.empty()) return fail(refusal(key, cat(quote(key), " is not the name of a kernel parameter")));
  if (path == "kernel/hostname")
    return fail(
        refusal(key, "is refused").hint("Set the container's host name by `hostname` of config.json."));

  const std::string_view kind = namespace_of(path);
  if (kind.empty())
    return fail(refusal(key, cat("sysctl ", quote(key), " is not in a separate kernel namespace")));
  if (!config.find_namespace(*find_value(namespaces(), kind)))
    return fail(refusal(key, cat("needs a ", kind, " namespace, and linux.namespaces has none")));
  if (path == "kernel/domainname" && !config.domainname.empty() && config.domainname != value)
    return fail(refusal(key, cat(quote(value), " differs from domainname ", quote(config.domainname))));
  return {};
}

}  // namespace masu::spec
