// SPDX-License-Identifier: Apache-2.0
//
// The features document (runtime-spec features.md, features-linux.md): containerd, CRI-O and Docker ask it
// whether there are recursive read-only and idmapped mounts. Names come from the tables that the parser uses.
#include "commands.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/container/mount_options.h"
#include "masu/criu/session.h"
#include "masu/json/writer.h"
#include "masu/seccomp/compile.h"
#include "masu/spec/names.h"
#include "version.h"

#include <linux/seccomp.h>

namespace masu::runtime {
namespace {

constexpr std::string_view kHooks[] = {"prestart",       "createRuntime", "createContainer",
                                       "startContainer", "poststart",     "poststop"};

// Annotations of a config.json that make the runtime do more than run a container, now or later: whoever
// passes on annotations of strangers must drop them. A name that ends in a dot is a prefix.
constexpr std::string_view kUnsafeAnnotations[] = {"module.wasm.image/variant", "org.criu.config",
                                                   "org.systemd.property.", "run.oci."};

template <class Names>
void write_list(json::Writer& out, std::string_view member, const Names& names) {
  out.key(member).begin_array();
  for (std::string_view name : names) out.value(name);
  out.end_array();
}

template <class T>
std::vector<std::string_view> names_of(spec::Table<T> table) {
  std::vector<std::string_view> names;
  for (const auto& entry : table) names.push_back(entry.name);
  return names;
}

void write_enabled(json::Writer& out, std::string_view member, bool enabled) {
  out.key(member).begin_object().member("enabled", enabled).end_object();
}

void write_cgroup(json::Writer& out) {
  out.key("cgroup")
      .begin_object()
      .member("v1", true)
      .member("v2", true)
      .member("systemd", true)
      .member("systemdUser", true)
      .member("rdma", true)
      .end_object();
}

void write_seccomp(json::Writer& out) {
  // TSYNC asks for nothing of a process without other threads, so it is fine on every kernel.
  const std::uint64_t kernel = seccomp::Host::probe().flags | SECCOMP_FILTER_FLAG_TSYNC;
  std::vector<std::string_view> supported;
  for (const auto& flag : spec::seccomp_flags())
    if ((flag.value & kernel) == flag.value) supported.push_back(flag.name);
  out.key("seccomp").begin_object().member("enabled", true);
  write_list(out, "actions", names_of(spec::seccomp_actions()));
  write_list(out, "operators", names_of(spec::seccomp_operators()));
  write_list(out, "archs", names_of(spec::seccomp_architectures()));
  write_list(out, "knownFlags", names_of(spec::seccomp_flags()));
  write_list(out, "supportedFlags", supported);
  out.end_object();
}

void write_linux(json::Writer& out) {
  out.key("linux").begin_object();
  write_list(out, "namespaces", names_of(spec::namespaces()));
  write_list(out, "capabilities", names_of(spec::capabilities()));
  write_cgroup(out);
  write_seccomp(out);
  write_enabled(out, "apparmor", true);
  write_enabled(out, "selinux", true);
  out.key("intelRdt").begin_object();
  out.member("enabled", true).member("schemata", true).member("monitoring", true).end_object();
  out.key("memoryPolicy").begin_object();
  write_list(out, "modes", names_of(spec::memory_policy_modes()));
  write_list(out, "flags", names_of(spec::memory_policy_flags()));
  out.end_object();
  out.key("mountExtensions").begin_object();
  write_enabled(out, "idmap", true);
  out.end_object();
  write_enabled(out, "netDevices", true);
  out.end_object();
}

Result<int> run(const cli::Call& call) {
  std::string text;
  json::Writer out(text, json::Layout::spaces);
  out.begin_object().member("ociVersionMin", kOldestSpecVersion).member("ociVersionMax", kSpecVersion);
  write_list(out, "hooks", kHooks);
  write_list(out, "mountOptions", container::mount_option_names());
  write_linux(out);
  out.key("annotations")
      .begin_object()
      .member("masu.runtime.version", kVersionNumber)
      .member("masu.runtime.commit", kCommit)
      .member("org.opencontainers.runc.checkpoint.enabled",
              criu::find_program(call.globals.value(kCriu), call.env.variable("PATH")) ? "true" : "false")
      .end_object();
  write_list(out, "potentiallyUnsafeConfigAnnotations", kUnsafeAnnotations);
  out.end_object();
  TRY(call.env.print(text + "\n"));
  return 0;
}

}  // namespace

constinit const cli::Command kFeaturesCommand{.name = "features",
                                              .summary = "print what this runtime can do",
                                              .description = R"(
A JSON object as the OCI runtime specification describes it.)",
                                              .run = run};

}  // namespace masu::runtime
