// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/policy.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/sys/fd.h"

#include <cerrno>
#include <optional>
#include <vector>

namespace masu::transfer {
namespace {

// From the narrowest to the widest: host/path:tag, host/path, host, *.domain, "".
std::vector<std::string> scopes(const image::Reference* name) {
  std::vector<std::string> out;
  if (name != nullptr) {
    out.push_back(name->text());
    std::string scope = name->repository();
    out.push_back(scope);
    while (scope.find('/') != std::string::npos) {
      scope.resize(scope.rfind('/'));
      out.push_back(scope);
    }
    std::string_view host = name->registry;
    host = host.substr(0, host.find(':'));
    for (auto dot = host.find('.'); dot != std::string_view::npos; dot = host.find('.', dot + 1))
      out.push_back(cat("*", host.substr(dot)));
  }
  out.emplace_back();
  return out;
}

// All of a list have to be satisfied, and an empty list is none.
Result<> satisfy(json::Reader requirements, std::string_view scope) {
  TRY(requirements.expect(json::Type::array));
  const std::string where = scope.empty() ? "by default" : cat("for ", scope);
  if (requirements.value().size() == 0)
    return fail(requirements.error("a list of requirements may not be empty"));
  for (const json::Value requirement : requirements.value().elements()) {
    std::string type;
    TRY(requirements.at(requirement).require("type", type));
    if (type == "insecureAcceptAnything") continue;
    if (type == "reject")
      return fail(Error::make(Kind::unsupported, cat("the policy refuses images ", where))
                      .hint("containers-policy.json(5): ~/.config/containers/policy.json, or /etc"));
    return fail(Error::make(Kind::unsupported, cat("the policy asks for ", quote(type), " ", where,
                                                   ", and masu cannot check signatures"))
                    .hint("pull it by podman or skopeo, and masu load it, or change policy.json"));
  }
  return {};
}

Result<> decide(json::Reader in, std::string_view transport, const image::Reference* name) {
  TRY(in.expect(json::Type::object));
  const auto transports = in.find("transports");
  if (const auto ours = transports ? transports->find(transport) : std::nullopt)
    for (const std::string& scope : scopes(name))
      if (const auto requirements = ours->find(scope)) return satisfy(*requirements, scope);
  const auto fallback = in.find("default");
  if (!fallback) return fail(Error::spec("default", "must be given"));
  return satisfy(*fallback, "");
}

}  // namespace

Result<std::string> read_policy(const cli::Env& env) {
  std::vector<std::string> paths;
  if (const std::string_view folder = env.variable("XDG_CONFIG_HOME"); !folder.empty())
    paths.push_back(cat(folder, "/containers/policy.json"));
  if (const std::string_view home = env.variable("HOME"); !home.empty())
    paths.push_back(cat(home, "/.config/containers/policy.json"));
  paths.emplace_back("/etc/containers/policy.json");
  for (const std::string& path : paths) {
    auto text = sys::read_file(path);
    if (text) return text;
    if (text.error().err() != ENOENT && text.error().err() != ENOTDIR)
      return fail(Error::sys(text.error().err(), cat("read ", quote(path))));
  }
  return std::string();
}

Result<> check_policy(std::string_view policy, std::string_view transport, const image::Reference* name) {
  if (policy.empty()) return {};
  const json::Document document = TRY_IN(json::Document::parse(policy), "policy.json");
  TRY_IN(decide(json::Reader(document), transport, name), "policy.json");
  return {};
}

}  // namespace masu::transfer
