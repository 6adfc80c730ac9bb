// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/credentials.h"

#include "auth_file.h"
#include "masu/base/base64.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/sys/fd.h"

#include <cerrno>

#include <unistd.h>

namespace masu::transfer {
namespace {

constexpr std::string_view kOldest = "/.dockercfg";  // which has nothing but what is in "auths" today

// One of the usual places, which another user may own.
bool is_absent(int number) { return number == ENOENT || number == ENOTDIR || number == EACCES; }

bool covers(std::string_view key, std::string_view repository) {
  return repository.starts_with(key) && (repository.size() == key.size() || repository[key.size()] == '/');
}

Result<Credentials> read_entry(json::Reader in) {
  std::string auth;
  Credentials out;
  TRY(in.optional("auth", auth));
  TRY(in.optional("identitytoken", out.identity_token));
  if (auth.empty()) return out;
  const auto plain = decode_base64(auth);
  const auto colon = plain ? plain->find(':') : std::string::npos;
  if (colon == std::string::npos) return fail(in.error("auth", "expected base64 of USER:PASSWORD"));
  out.user = plain->substr(0, colon);
  out.password = plain->substr(colon + 1);
  while (out.password.ends_with('\0')) out.password.pop_back();  // old docker padded it
  return out;
}

}  // namespace

std::vector<std::string> auth_files(const cli::Env& env, std::string_view given) {
  if (!given.empty()) return {std::string(given)};
  std::vector<std::string> out;
  const auto add = [&](std::string_view variable, std::string_view rest) {
    if (const std::string_view folder = env.variable(variable); !folder.empty())
      out.push_back(cat(folder, rest));
  };
  add("REGISTRY_AUTH_FILE", "");
  add("XDG_RUNTIME_DIR", "/containers/auth.json");
  out.push_back(cat("/run/containers/", geteuid(), "/auth.json"));
  add("XDG_CONFIG_HOME", "/containers/auth.json");
  add("HOME", "/.config/containers/auth.json");
  add("DOCKER_CONFIG", "/config.json");
  add("HOME", "/.docker/config.json");
  add("HOME", kOldest);
  return out;
}

Result<Credentials> parse_credentials(std::string_view text, std::string_view repository) {
  const json::Document document = TRY(json::Document::parse(text));
  const auto auths = json::Reader(document).find("auths");
  if (!auths) return Credentials{};
  TRY(auths->expect(json::Type::object));
  Credentials out;
  std::size_t longest = 0;
  for (const auto [key, value] : auths->value().members()) {
    const std::string_view plain = plain_key(key);
    if (!covers(plain, repository) || plain.size() < longest) continue;
    out = TRY(read_entry(auths->at(value)));
    longest = plain.size();
  }
  return out;
}

Result<Credentials> find_credentials(const cli::Env& env, std::string_view given,
                                     std::string_view repository) {
  const std::string_view registry = repository.substr(0, repository.find('/'));
  for (const std::string& path : auth_files(env, given)) {
    auto text = sys::read_file(path);
    if (!text && given.empty() && is_absent(text.error().err())) continue;
    if (!text) return fail(Error::sys(text.error().err(), cat("read ", quote(path))));
    if (text::trim(*text).empty()) continue;
    if (path.ends_with(kOldest)) text = cat(R"({"auths":)", *text, "}");
    const Helpers helpers = TRY_IN(parse_helpers(*text, registry), quote(path));
    Credentials found;
    if (!helpers.own.empty()) found = TRY_IN(ask_helper(helpers.own, registry), quote(path));
    if (found.empty()) found = TRY_IN(parse_credentials(*text, repository), quote(path));
    if (found.empty() && !helpers.common.empty())
      found = TRY_IN(ask_helper(helpers.common, registry), quote(path));
    if (!found.empty()) return found;
  }
  return Credentials{};
}

}  // namespace masu::transfer
