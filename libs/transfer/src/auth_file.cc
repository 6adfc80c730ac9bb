// SPDX-License-Identifier: Apache-2.0
#include "auth_file.h"

#include "masu/base/base64.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"

namespace masu::transfer {
namespace {

constexpr std::string_view kHubKey = "index.docker.io";

void put_entry(json::Writer& out, std::string_view registry, const Credentials* credentials) {
  out.key(registry).begin_object();
  if (credentials != nullptr)
    out.member("auth", encode_base64(cat(credentials->user, ":", credentials->password)));
  out.end_object();
}

// All members but "auths" as they are; in that, what is not about `registry`, which may be empty: about any.
Result<std::string> rewrite(std::string_view text, std::string_view registry, bool add,
                            const Credentials* credentials, bool* found) {
  const json::Document document = TRY(json::Document::parse(text::trim(text).empty() ? "{}" : text));
  const json::Reader in(document);
  TRY(in.expect(json::Type::object));
  std::string changed;
  json::Writer out(changed, json::Layout::tabs);
  out.begin_object().key("auths").begin_object();
  if (const auto auths = in.find("auths")) {
    TRY(auths->expect(json::Type::object));
    for (const auto [key, value] : auths->value().members()) {
      if (registry.empty() || plain_key(key) == registry)
        *found = true;
      else
        out.key(key).copy(value);
    }
  }
  if (add) put_entry(out, registry, credentials);
  out.end_object();
  for (const auto [key, value] : in.value().members())
    if (key != "auths") out.key(key).copy(value);
  out.end_object();
  return changed + "\n";
}

}  // namespace

// Docker writes URLs, with /v1/ at their end, where podman writes hosts.
std::string_view plain_key(std::string_view key) {
  if (const auto scheme = key.find("://"); scheme != std::string_view::npos) {
    key.remove_prefix(scheme + 3);
    for (const std::string_view end : {"/v1/", "/v1", "/v2/", "/v2"})
      if (key.ends_with(end)) {
        key.remove_suffix(end.size());
        break;
      }
  }
  while (key.ends_with('/')) key.remove_suffix(1);
  return key == kHubKey ? "docker.io" : key;
}

Result<Helpers> parse_helpers(std::string_view text, std::string_view registry) {
  const json::Document document = TRY(json::Document::parse(text));
  const json::Reader in(document);
  Helpers out;
  TRY(in.optional("credsStore", out.common));
  std::map<std::string, std::string> helpers;
  TRY(in.optional("credHelpers", helpers));
  for (const auto& [key, name] : helpers)
    if (plain_key(key) == registry) out.own = name;
  return out;
}

Result<std::string> with_entry(std::string_view text, std::string_view registry,
                               const Credentials* credentials) {
  bool found = false;
  return rewrite(text, registry, true, credentials, &found);
}

Result<std::optional<std::string>> without_entry(std::string_view text, std::string_view registry) {
  bool found = false;
  std::string changed = TRY(rewrite(text, registry, false, nullptr, &found));
  if (!found) return std::nullopt;
  return changed;
}

Result<std::string> without_all(std::string_view text) {
  bool found = false;
  return rewrite(text, "", false, nullptr, &found);
}

}  // namespace masu::transfer
