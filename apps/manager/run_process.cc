// SPDX-License-Identifier: Apache-2.0
#include "run_process.h"

#include "masu/json/reader.h"
#include "masu/sys/fd.h"

namespace masu::manager {
namespace {

void set_variable(std::vector<std::string>& env, std::string_view entry) {
  const std::string_view name = entry.substr(0, entry.find('=') + 1);
  std::erase_if(env, [name](std::string_view other) { return other.starts_with(name); });
  env.emplace_back(entry);
}

// "NAME" alone is the caller's; if the caller has none, there is none.
void add_variable(std::vector<std::string>& env, std::string_view entry, const cli::Env& caller) {
  if (entry.find('=') != std::string_view::npos) return set_variable(env, entry);
  for (const char* const* variable = caller.variables; variable != nullptr && *variable != nullptr;
       ++variable)
    if (std::string_view(*variable).starts_with(cat(entry, "="))) set_variable(env, *variable);
}

Result<> read_env(const cli::Call& call, Request& out) {
  for (const std::string_view path : call.arguments.values(kEnvFile)) {
    const std::string absolute = TRY(call.env.absolute(path));
    const std::string text = TRY_IN(sys::read_file(absolute), "--env-file");
    for (const std::string_view line : text::split(text, '\n')) {
      const std::string_view entry = text::trim(line).starts_with('#') ? "" : line;
      if (!text::trim(entry).empty()) add_variable(out.env, entry, call.env);
    }
  }
  for (const std::string_view entry : call.arguments.values(kEnv)) {
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

}  // namespace

Result<> read_process(const cli::Call& call, const image::Config& image, Request& out) {
  const cli::Arguments& given = call.arguments;
  out.env = image.env;
  out.user = given.value(kUser, image.user);
  out.cwd = given.value(kWorkdir, image.working_dir);
  if (!out.cwd.empty() && out.cwd.front() != '/')
    return fail(wrong(kWorkdir, out.cwd, "expected a path from the root on"));
  for (const std::string_view group : given.values(kGroupAdd)) out.groups.emplace_back(group);
  TRY(read_command(call, image, out));
  return read_env(call, out);
}

}  // namespace masu::manager
