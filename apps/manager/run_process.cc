// SPDX-License-Identifier: Apache-2.0
#include "run_process.h"

#include "globals.h"
#include "masu/json/reader.h"
#include "masu/spec/names.h"
#include "masu/sys/fd.h"

#include <unistd.h>

namespace masu::manager {
namespace {

// Those by which programs find a proxy; podman passes them on as well.
constexpr std::array<std::string_view, 10> kProxies = {
    "http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy",
    "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"};

Result<> read_env(const cli::Call& call, Request& out) {
  const cli::Arguments& given = call.arguments;
  if (given.has(kUnsetEnvAll)) out.env.clear();
  for (const std::string_view name : given.values(kUnsetEnv))
    std::erase_if(out.env, [name](const std::string& entry) { return entry.starts_with(cat(name, "=")); });
  if (given.flag(kHttpProxy).value_or(true))
    for (const std::string_view name : kProxies) add_variable(out.env, name, call.env);
  if (given.has(kEnvHost)) add_variable(out.env, "*", call.env);
  for (const std::string_view path : given.values(kEnvFile)) TRY(add_env_file(out.env, path, call.env));
  for (const std::string_view entry : given.values(kEnv)) {
    if (entry.empty() || entry.front() == '=') return fail(wrong(kEnv, entry, "expected NAME=VALUE"));
    add_variable(out.env, entry, call.env);
  }
  return {};
}

Result<std::vector<std::string>> parse_entrypoint(std::string_view text) {
  if (text.empty()) return std::vector<std::string>{};
  if (!text.starts_with('[')) return std::vector<std::string>{std::string(text)};
  const auto document = json::Document::parse(text);
  std::vector<std::string> out;
  if (!document || !read(json::Reader(*document), out))
    return fail(wrong(kEntrypoint, text, "expected one word, or a JSON array of strings"));
  return out;
}

Result<> read_command(const cli::Call& call, const image::Config& image, Request& out) {
  const auto& words = call.arguments.positionals();
  std::vector<std::string> command(words.begin() + 1, words.end());
  if (call.arguments.has(kEntrypoint)) {
    out.args = TRY(parse_entrypoint(call.arguments.value(kEntrypoint)));
  } else {
    out.args = image.entrypoint;
    if (command.empty()) command = image.cmd;
  }
  out.args.insert(out.args.end(), command.begin(), command.end());
  if (out.args.empty())
    return fail(Error::make(
        Kind::usage, "there is nothing to run: neither the image nor the command line names a program"));
  out.command = text::join(out.args, " ");
  return {};
}

// Ours is beside masu; what others have for the same is as good.
Result<std::string> find_init(const cli::Call& call) {
  const cli::Arguments& given = call.arguments;
  std::string path;
  if (given.has(kInitPath)) {
    path = TRY(call.env.absolute(given.value(kInitPath)));
  } else if (auto own = find_own(call.env, "masu-init")) {
    path = std::move(*own);
  } else {
    for (const char* other : {"/usr/libexec/podman/catatonit", "/usr/bin/catatonit", "/usr/bin/tini-static"})
      if (path.empty() && access(other, X_OK) == 0) path = other;
  }
  if (path.empty() || access(path.c_str(), X_OK) != 0)
    return fail(
        Error::make(Kind::not_found, cat("--init: there is no program ", path.empty() ? "masu-init" : path))
            .hint("name one by --init-path: masu-init, catatonit or tini"));
  return path;
}

Result<> read_identity(const cli::Call& call, const image::Config& image, Request& out) {
  const cli::Arguments& given = call.arguments;
  out.user = given.value(kUser, image.user);
  for (const std::string_view group : given.values(kGroupAdd)) out.groups.emplace_back(group);
  out.add_passwd = given.flag(kPasswd).value_or(true);
  out.passwd_entry = given.value(kPasswdEntry);
  out.group_entry = given.value(kGroupEntry);
  for (const std::string_view entry : {given.value(kPasswdEntry), given.value(kGroupEntry)})
    if (entry.find('\n') != std::string_view::npos)
      return fail(Error::make(Kind::usage, "an entry is one line"));
  if (!given.has(kUmask)) return {};
  out.umask = text::parse_int<std::uint32_t>(given.value(kUmask), 8);
  if (!out.umask || *out.umask > 0777)
    return fail(wrong(kUmask, given.value(kUmask), "expected an octal number, 0777 at most"));
  return {};
}

Result<> check_timezone(std::string_view name) {
  const std::string path = name == "local" ? "/etc/localtime" : cat("/usr/share/zoneinfo/", name);
  if (name.empty() || name.find("..") != std::string_view::npos || access(path.c_str(), R_OK) != 0)
    return fail(wrong(kTimezone, name, "this machine has no such time zone"));
  return {};
}

}  // namespace

// "NAME" alone is the caller's; if the caller has none, there is none.
void add_variable(std::vector<std::string>& env, std::string_view entry, const cli::Env& caller) {
  if (entry.find('=') != std::string_view::npos) return set_variable(env, entry);
  const std::string wanted =
      entry.ends_with('*') ? std::string(entry.substr(0, entry.size() - 1)) : cat(entry, "=");
  for (const char* const* variable = caller.variables; variable != nullptr && *variable != nullptr;
       ++variable)
    if (std::string_view(*variable).starts_with(wanted)) set_variable(env, *variable);
}

Result<> add_env_file(std::vector<std::string>& env, std::string_view path, const cli::Env& caller) {
  const std::string absolute = TRY(caller.absolute(path));
  const std::string text = TRY_IN(sys::read_file(absolute), "--env-file");
  for (std::string_view line : text::split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string_view trimmed = text::trim(line);
    if (trimmed.empty() || trimmed.starts_with('#')) continue;
    if (trimmed.starts_with('='))
      return fail(Error::make(Kind::usage,
                              cat("--env-file ", quote(absolute), ": a line without a name: ", quote(line))));
    add_variable(env, line, caller);
  }
  return {};
}

Result<> read_process(const cli::Call& call, const image::Config& image, Request& out) {
  const cli::Arguments& given = call.arguments;
  out.env = image.env;
  out.cwd = given.value(kWorkdir, image.working_dir);
  if (!out.cwd.empty() && out.cwd.front() != '/')
    return fail(wrong(kWorkdir, out.cwd, "expected a path from the root on"));
  TRY(read_identity(call, image, out));
  out.timezone = given.value(kTimezone);
  if (given.has(kTimezone)) TRY(check_timezone(out.timezone));
  out.init = given.has(kInit) || given.has(kInitPath);
  if (out.init) out.init_path = TRY(find_init(call));
  out.personality = given.value(kPersonality);
  if (given.has(kPersonality) && !spec::find_value(spec::personalities(), out.personality))
    return fail(wrong(kPersonality, out.personality, "expected LINUX or LINUX32"));
  TRY(read_command(call, image, out));
  return read_env(call, out);
}

}  // namespace masu::manager
