// SPDX-License-Identifier: Apache-2.0
#include "annotations.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

#include <fcntl.h>

namespace masu::container::annotations {
namespace {

Result<sys::Fd> open_output(const spec::Annotations& annotations, const char* name,
                            const std::string& bundle) {
  const std::string path = value(annotations, name);
  if (path.empty()) return sys::Fd();
  const std::string absolute = path.starts_with('/') ? path : cat(bundle, "/", path);
  auto file = sys::open(absolute, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY, 0600);
  if (!file) return fail(std::move(file).error().at(cat("annotations.", name)));
  return file;
}

Result<> check_delegation(const spec::Annotations& all) {
  const std::string name = value(all, kDelegateCgroup);
  if (name.empty() || name.find('/') != std::string::npos || name == "." || name == "..")
    return fail(refusal(kDelegateCgroup, cat(quote(name), " is no name of a cgroup")));
  if (value(all, kSubgroup).empty()) return fail(refusal(kDelegateCgroup, cat("needs ", kSubgroup)));
  return {};
}

}  // namespace

std::string value(const spec::Annotations& annotations, const char* name) {
  const auto found = annotations.find(name);
  return found == annotations.end() ? std::string() : found->second;
}

bool given(const spec::Annotations& annotations, const char* name) { return annotations.contains(name); }

Error refusal(const char* name, std::string what) {
  return Error::spec(cat("annotations.", name), std::move(what));
}

Result<> adopt(spec::Config& config) {
  const spec::Annotations& all = config.annotations;
  if (given(all, kSeccompPlugins))
    return fail(refusal(kSeccompPlugins, "plugins are shared libraries, which a static program cannot load")
                    .hint(cat("let an agent listen on a socket, and name it by ", kSeccompReceiver)));
  if (given(all, kForceCgroupV1))
    return fail(refusal(kForceCgroupV1, "a hierarchy of v1 for systemd alone is not made")
                    .hint("mount it on the host, and bind it by an entry of `mounts`"));
  if (given(all, kDelegateCgroup)) TRY(check_delegation(all));
  if (config.linux_.seccomp && config.linux_.seccomp->listener_path.empty())
    config.linux_.seccomp->listener_path = value(all, kSeccompReceiver);
  return {};
}

Result<HookOutput> open_hook_output(const spec::Annotations& annotations, const std::string& bundle) {
  HookOutput output;
  output.out = TRY(open_output(annotations, kHooksStdout, bundle));
  output.err = TRY(open_output(annotations, kHooksStderr, bundle));
  return output;
}

}  // namespace masu::container::annotations
