// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/login.h"

#include "auth_file.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/store/tree.h"
#include "masu/sys/fd.h"
#include "masu/sys/id_maps.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <functional>
#include <optional>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace masu::transfer {
namespace {

// Reads, changes and replaces the file, one caller after the other: the lock is the folder's.
Result<> change(const std::string& path,
                const std::function<Result<std::optional<std::string>>(const std::string&)>& edit) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == 0 ? "/" : path.substr(0, slash), name = path.substr(slash + 1);
  TRY_IN(store::make_folders(folder), quote(path));
  const sys::Fd held = TRY_IN(sys::open(folder, O_RDONLY | O_DIRECTORY), quote(path));
  if (const long locked = sys::raw::call(SYS_flock, held.get(), LOCK_EX); locked < 0)
    return fail(Error::sys(static_cast<int>(-locked), cat("lock ", quote(folder))));
  auto text = sys::read_file_at(held.get(), name.c_str());
  if (!text && text.error().err() != ENOENT) return fail(std::move(text).error().within(quote(path)));
  const auto changed = TRY_IN(edit(text.value_or("")), quote(path));
  if (!changed) return {};
  return sys::replace_file_at(held.get(), name.c_str(), *changed, 0600);
}

}  // namespace

Result<std::string> own_auth_file(const cli::Env& env, std::string_view given) {
  if (given.empty()) given = env.variable("REGISTRY_AUTH_FILE");
  if (!given.empty()) return env.absolute(given);
  if (const std::string_view runtime = env.variable("XDG_RUNTIME_DIR"); !runtime.empty())
    return cat(runtime, "/containers/auth.json");
  if (geteuid() == 0 && !sys::in_user_namespace()) return std::string("/run/containers/0/auth.json");
  const std::string_view home = env.variable("HOME");
  if (home.empty())
    return fail(
        Error::make(Kind::usage, "there is no place for credentials: $XDG_RUNTIME_DIR and $HOME are not set")
            .hint("give one by --authfile"));
  return cat(home, "/.config/containers/auth.json");
}

Result<> keep_credentials(const std::string& path, std::string_view registry,
                          const Credentials& credentials) {
  return change(path, [&](const std::string& text) -> Result<std::optional<std::string>> {
    const Helpers helpers =
        TRY(parse_helpers(text::trim(text).empty() ? std::string_view("{}") : text, registry));
    const std::string& helper = helpers.own.empty() ? helpers.common : helpers.own;
    if (!helper.empty()) TRY(tell_helper(helper, registry, credentials));
    return TRY(with_entry(text, registry, helper.empty() ? &credentials : nullptr));
  });
}

Result<bool> forget_credentials(const std::string& path, std::string_view registry) {
  bool found = false;
  const auto take_out = [&](const std::string& text) -> Result<std::optional<std::string>> {
    if (text::trim(text).empty()) return std::nullopt;
    const Helpers helpers = TRY(parse_helpers(text, registry));
    const std::string& helper = helpers.own.empty() ? helpers.common : helpers.own;
    if (!helper.empty()) {
      found = !TRY(ask_helper(helper, registry)).empty();
      if (found) TRY(erase_from_helper(helper, registry));
    }
    auto changed = TRY(without_entry(text, registry));
    found = found || changed.has_value();
    return changed;
  };
  TRY(change(path, take_out));
  return found;
}

Result<> forget_all_credentials(const std::string& path) {
  return change(path, [&](const std::string& text) -> Result<std::optional<std::string>> {
    if (text::trim(text).empty()) return std::nullopt;
    return TRY(without_all(text));
  });
}

}  // namespace masu::transfer
