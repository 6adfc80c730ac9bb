// SPDX-License-Identifier: Apache-2.0
#include "globals.h"

#include "commands.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "wasm.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace masu::runtime {
namespace {

#ifdef NDEBUG
constexpr auto kDefaultLevel = log::Level::error;
#else
constexpr auto kDefaultLevel = log::Level::debug;
#endif

constexpr struct {
  std::string_view prefix;
  log::Target target;
} kTargets[] = {{"journald:", log::Target::journal},
                {"syslog:", log::Target::syslog},
                {"file:", log::Target::file}};  // as crun has them

}  // namespace

Caller read_caller() {
  Caller caller{.euid = ::geteuid()};
  // The initial user namespace is known by its inode, PROC_USER_INIT_INO of the kernel's proc_ns.h. An
  // identity map in uid_map proves nothing: systemd 260 gives its services one in a namespace of their own.
  constexpr ino_t kInitialUserNamespace = 0xEFFFFFFD;
  struct stat status{};
  caller.in_user_namespace =
      ::stat("/proc/self/ns/user", &status) == 0 && status.st_ino != kInitialUserNamespace;
  return caller;
}

std::string default_root(const cli::Env& env, Caller (*caller)()) {
  const std::string_view runtime_dir = env.variable("XDG_RUNTIME_DIR");
  if (!runtime_dir.empty()) {
    const Caller who = caller();
    if (who.euid != 0 || (who.in_user_namespace && env.variable("USER") != "root"))
      return cat(runtime_dir, "/masu-runtime");
  }
  return "/run/masu-runtime";
}

Result<std::string> choose_root(const cli::Arguments& globals, const cli::Env& env, Caller (*caller)()) {
  const std::string_view given = globals.value(kRoot);
  std::string root = TRY(env.absolute(given.empty() ? default_root(env, caller) : given));
  if (root == "/")
    return fail(Error::make(Kind::usage,
                            "--root / is not possible: a container's id would name a folder of the host"));
  return root;
}

log::Config log_config(const cli::Arguments& globals) {
  log::Config config{.level = kDefaultLevel};
  std::string_view where = globals.value(kLog);
  if (where.empty() && globals.has(kSystemdLog)) where = "journald:";
  for (const auto& [prefix, target] : kTargets) {
    if (!where.starts_with(prefix)) continue;
    where.remove_prefix(prefix.size());
    config.target = target;
    break;
  }
  if (config.target != log::Target::file && where.empty()) where = kProgram.name;
  config.path = where;
  if (globals.value(kLogFormat) == "json") config.format = log::Format::json;
  if (globals.has(kDebug)) config.level = log::Level::debug;
  if (globals.has(kLogLevel))
    config.level = log::parse_level(globals.value(kLogLevel)).value_or(config.level);
  return config;
}

Result<container::Context> make_context(const cli::Call& call) {
  container::Context context;
  context.root = TRY(choose_root(call.globals, call.env));
  const std::string_view manager = call.globals.value(kCgroupManager);
  context.systemd_cgroup = call.globals.has(kSystemdCgroup) || manager == "systemd";
  context.cgroups_disabled = manager == "disabled";
  context.notify_socket = call.env.variable("NOTIFY_SOCKET");
  context.trace_file = call.globals.value(kTrace);
  context.started_ns = call.env.started_ns;
  context.find_workload = workload_finder(call.env);
  context.wasm_only = call.env.called_as().ends_with("-wasm");  // as Podman has it of crun-wasm
  return context;
}

Result<container::Context> make_creating_context(const cli::Call& call) {
  auto context = TRY(make_context(call));
  if (call.globals.value(kRoot).empty() && !context.root.starts_with("/run/masu-runtime") &&
      ::mkdir(context.root.c_str(), S_IRWXU | S_ISVTX) < 0 && errno != EEXIST)
    return fail(Error::sys(errno, cat("make ", quote(context.root)))
                    .hint("$XDG_RUNTIME_DIR must be a directory that you may write, or give --root"));
  return context;
}

}  // namespace masu::runtime
