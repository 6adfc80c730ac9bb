// SPDX-License-Identifier: Apache-2.0
#include "globals.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/shim/program.h"

#include <array>
#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

namespace masu::manager {
namespace {

using Takes = cli::Option::Takes;

// As we were called: later we may have become root of a user namespace (masu/manager/user_namespace.h).
uid_t caller() {
  static const uid_t id = geteuid();
  return id;
}

Result<std::string> own_path() {
  std::array<char, 4096> path{};
  const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
  if (size < 0) return fail(Error::sys(errno, "read /proc/self/exe"));
  return std::string(path.data(), static_cast<std::size_t>(size));
}

bool is_own_folder(const std::string& path) {
  struct stat status{};
  return lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == caller();
}

// What dies with the boot: the user's folder of systemd, which may be there though the variable is not
// (cron), or not be his though it is (su). Where there is none, one in /tmp, which others must not have made
// for him.
Result<std::string> user_state(const cli::Env& env) {
  for (const std::string& folder :
       {std::string(env.variable("XDG_RUNTIME_DIR")), cat("/run/user/", caller())})
    if (!folder.empty() && is_own_folder(folder)) return folder + "/masu";
  std::string folder = cat("/tmp/masu-", caller());
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(Error::sys(errno, cat("make folder ", quote(folder))));
  struct stat status{};
  if (is_own_folder(folder) && lstat(folder.c_str(), &status) == 0 && (status.st_mode & 077) == 0)
    return folder;
  return fail(Error::make(Kind::system, cat(quote(folder), " is open to others, or another user's"))
                  .hint("set XDG_RUNTIME_DIR to a folder of your own, with mode 700"));
}

Result<std::string> choose_state(const cli::Arguments& globals, const cli::Env& env,
                                 const std::string& root) {
  if (globals.has(kState)) return env.absolute(globals.value(kState));
  if (globals.has(kRoot)) return root + "/state";  // a store of its own is a world of its own
  return caller() == 0 ? Result<std::string>("/run/masu") : user_state(env);
}

}  // namespace

constexpr cli::Option kRoot{.name = "root",
                            .takes = Takes::value,
                            .argument = "DIR",
                            .values = cli::kDirectories,
                            .help = "keep images and containers in DIR"};
constexpr cli::Option kState{.name = "state",
                             .takes = Takes::value,
                             .argument = "DIR",
                             .values = cli::kDirectories,
                             .help = "keep what dies with the boot in DIR"};
constexpr cli::Option kRuntime{.name = "runtime",
                               .takes = Takes::value,
                               .argument = "PROGRAM",
                               .values = cli::kFiles,
                               .help = "the OCI runtime; masu-runtime by default"};
constexpr cli::Option kStorageDriver{.name = "storage-driver",
                                     .takes = Takes::value,
                                     .argument = "NAME",
                                     .values = {cli::Values::From::choices, "overlay fuse-overlayfs vfs"},
                                     .help = "how layers become a root; by default the first that works"};
constexpr cli::Option kLogLevel{.name = "log-level",
                                .takes = Takes::value,
                                .argument = "LEVEL",
                                .values = {cli::Values::From::choices, "error warning info debug trace"},
                                .help = "how much is said on stderr"};
constexpr cli::Option kVersion{.name = "version", .letter = 'v', .help = "print the version and exit"};
constexpr const cli::Option* const kGlobalOptions[] = {&kRoot,          &kState,    &kRuntime,
                                                       &kStorageDriver, &kLogLevel, &kVersion};

Result<std::string> choose_root(const cli::Arguments& globals, const cli::Env& env) {
  if (globals.has(kRoot)) return env.absolute(globals.value(kRoot));
  if (caller() == 0) return std::string("/var/lib/masu");
  if (const std::string_view data = env.variable("XDG_DATA_HOME"); !data.empty()) return cat(data, "/masu");
  const std::string_view home = env.variable("HOME");
  if (home.empty())
    return fail(Error::make(Kind::usage,
                            "there is no place for images: neither --root, $XDG_DATA_HOME nor $HOME is set"));
  return cat(home, "/.local/share/masu");
}

Result<std::string> find_own(const cli::Env& env, const std::string& name) {
  const std::string self = TRY(own_path());
  const std::string folder = self.substr(0, self.rfind('/'));
  for (const std::string& path : {cat(folder, "/", name), cat(folder, "/../libexec/masu/", name)})
    if (access(path.c_str(), X_OK) == 0) return path;
  return shim::find_program(name, env.variable("PATH"));
}

Result<std::string> choose_state(const cli::Call& call) {
  return choose_state(call.globals, call.env, TRY(choose_root(call.globals, call.env)));
}

Result<Place> make_place(const cli::Call& call) {
  Place out;
  out.root = TRY(choose_root(call.globals, call.env));
  out.state = TRY(choose_state(call.globals, call.env, out.root));
  out.driver = call.globals.value(kStorageDriver, call.env.variable("MASU_STORAGE_DRIVER"));
  out.self = TRY(own_path());
  out.shim = TRY(find_own(call.env, "masu-shim"));
  if (!call.globals.has(kRuntime)) {
    out.runtime = TRY(find_own(call.env, "masu-runtime"));
    return out;
  }
  const std::string given(call.globals.value(kRuntime));
  out.runtime = TRY(shim::find_program(given, call.env.variable("PATH")));
  out.runtime = TRY(call.env.absolute(out.runtime));
  return out;
}

Result<store::Store> open_store(const cli::Call& call) {
  return store::Store::open(TRY(choose_root(call.globals, call.env)));
}

}  // namespace masu::manager
