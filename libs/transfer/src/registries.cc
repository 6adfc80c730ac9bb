// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/registries.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/store/tree.h"
#include "masu/sys/fd.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ENABLE_WINDOWS_COMPAT 0
#include <toml++/toml.h>

namespace masu::transfer {
namespace {

constexpr std::string_view kSystem = "/etc/containers/";
constexpr std::string_view kFile = "registries.conf", kDropIns = "registries.conf.d";

Error wrong(const toml::node& node, std::string_view what) {
  return Error::make(Kind::invalid_spec, cat("line ", node.source().begin.line, ": ", what));
}

Result<std::string> text_of(const toml::table& in, std::string_view key) {
  const toml::node* node = in.get(key);
  if (node == nullptr) return std::string();
  const auto value = node->value_exact<std::string>();
  if (!value) return fail(wrong(*node, cat(key, ": expected a string")));
  return *value;
}

Result<bool> flag_of(const toml::table& in, std::string_view key) {
  const toml::node* node = in.get(key);
  if (node == nullptr) return false;
  const auto value = node->value_exact<bool>();
  if (!value) return fail(wrong(*node, cat(key, ": expected true or false")));
  return *value;
}

Result<std::vector<std::string>> list_of(const toml::table& in, std::string_view key) {
  std::vector<std::string> out;
  const toml::node* node = in.get(key);
  if (node == nullptr) return out;
  const toml::array* list = node->as_array();
  if (list == nullptr) return fail(wrong(*node, cat(key, ": expected a list of strings")));
  for (const toml::node& item : *list) {
    const auto value = item.value_exact<std::string>();
    if (!value) return fail(wrong(item, cat(key, ": expected a list of strings")));
    out.push_back(*value);
  }
  return out;
}

// [[key]]
Result<std::vector<const toml::table*>> tables_of(const toml::table& in, std::string_view key) {
  std::vector<const toml::table*> out;
  const toml::node* node = in.get(key);
  if (node == nullptr) return out;
  const toml::array* list = node->as_array();
  if (list == nullptr) return fail(wrong(*node, cat(key, ": expected [[", key, "]]")));
  for (const toml::node& item : *list) {
    if (item.as_table() == nullptr) return fail(wrong(item, cat(key, ": expected a table")));
    out.push_back(item.as_table());
  }
  return out;
}

// "example.com/team" for example.com/team/app and its like; "*.example.com" for all hosts below.
bool covers(std::string_view prefix, std::string_view repository) {
  if (prefix.starts_with("*.")) {
    const std::string_view host = repository.substr(0, repository.find('/'));
    const std::string_view domain = prefix.substr(1);
    return host.size() > domain.size() && host.substr(0, host.find(':')).ends_with(domain);
  }
  if (!repository.starts_with(prefix)) return false;
  return repository.size() == prefix.size() || repository[prefix.size()] == '/';
}

std::vector<std::string> files(const cli::Env& env) {
  if (const std::string_view given = env.variable("CONTAINERS_REGISTRIES_CONF"); !given.empty())
    return {std::string(given)};
  std::string home(env.variable("XDG_CONFIG_HOME"));
  if (home.empty() && !env.variable("HOME").empty()) home = cat(env.variable("HOME"), "/.config");
  const std::string own = cat(home, "/containers/");
  std::vector<std::string> out;
  const bool has_own = !home.empty() && sys::open(cat(own, kFile), O_PATH).has_value();
  out.push_back(has_own ? cat(own, kFile) : cat(kSystem, kFile));
  for (const std::string& base : {std::string(kSystem), home.empty() ? std::string() : own}) {
    if (base.empty()) continue;
    auto names = store::list_folder(AT_FDCWD, cat(base, kDropIns).c_str());
    if (!names) continue;
    std::ranges::sort(*names);
    for (const std::string& name : *names)
      if (name.ends_with(".conf")) out.push_back(cat(base, kDropIns, "/", name));
  }
  return out;
}

}  // namespace

struct Registries::Reading {
  static Result<Location> location(const toml::table& in) {
    Location out;
    out.location = TRY(text_of(in, "location"));
    out.insecure = TRY(flag_of(in, "insecure"));
    const std::string pulls = TRY(text_of(in, "pull-from-mirror"));
    if (pulls == "digest-only") out.pulls = Location::Pulls::digest_only;
    if (pulls == "tag-only") out.pulls = Location::Pulls::tag_only;
    return out;
  }

  static Result<Rule> rule(const toml::table& in) {
    Rule out;
    out.prefix = TRY(text_of(in, "prefix"));
    out.own = TRY(location(in));
    out.blocked = TRY(flag_of(in, "blocked"));
    out.mirrors_by_digest = TRY(flag_of(in, "mirror-by-digest-only"));
    if (out.prefix.empty()) out.prefix = out.own.location;
    if (out.prefix.empty()) return fail(wrong(in, "[[registry]]: neither prefix nor location"));
    for (const toml::table* mirror : TRY(tables_of(in, "mirror"))) {
      out.mirrors.push_back(TRY(location(*mirror)));
      if (out.mirrors.back().location.empty())
        return fail(wrong(*mirror, "[[registry.mirror]]: no location"));
    }
    return out;
  }
};

Result<Registries> Registries::read(const cli::Env& env) {
  Registries out;
  for (const std::string& path : files(env)) {
    const auto text = sys::read_file(path);
    const bool asked_for = path == env.variable("CONTAINERS_REGISTRIES_CONF");
    if (!text && !asked_for && text.error().err() == ENOENT) continue;
    if (!text) return fail(Error::sys(text.error().err(), cat("read ", quote(path))));
    TRY_IN(out.add(*text), quote(path));
  }
  return out;
}

Result<> Registries::add(std::string_view text) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed)
    return fail(Error::make(Kind::invalid_spec, cat("line ", parsed.error().source().begin.line, ": ",
                                                    parsed.error().description())));
  const toml::table& in = parsed.table();
  if (in.get("registries") != nullptr)
    return fail(Error::make(Kind::unsupported, "this is version 1 of registries.conf, [registries.…]")
                    .hint("write it as version 2: unqualified-search-registries, [[registry]]"));
  if (in.get("unqualified-search-registries") != nullptr)
    search_ = TRY(list_of(in, "unqualified-search-registries"));
  if (const std::string mode = TRY(text_of(in, "short-name-mode")); !mode.empty()) {
    if (mode != "enforcing" && mode != "permissive" && mode != "disabled")
      return fail(
          wrong(*in.get("short-name-mode"), "short-name-mode: expected enforcing, permissive or disabled"));
    mode_ = mode;
  }
  for (const toml::table* table : TRY(tables_of(in, "registry"))) {
    Rule rule = TRY(Reading::rule(*table));
    std::erase_if(rules_, [&rule](const Rule& other) { return other.prefix == rule.prefix; });
    rules_.push_back(std::move(rule));
  }
  const toml::node* aliases = in.get("aliases");
  if (aliases == nullptr) return {};
  if (aliases->as_table() == nullptr) return fail(wrong(*aliases, "aliases: expected a table"));
  for (const auto& [name, value] : *aliases->as_table()) {
    const auto target = value.value_exact<std::string>();
    if (!target) return fail(wrong(value, "aliases: expected a string"));
    aliases_.insert_or_assign(std::string(name.str()), *target);
  }
  return {};
}

Result<std::vector<image::Reference>> Registries::resolve(std::string_view name) const {
  const auto plain = TRY(image::Reference::parse(name));
  if (!image::is_short(name)) return std::vector{plain};
  const std::string_view rest = name.substr(std::min(name.find_first_of(":@"), name.size()));
  const std::string_view path = name.substr(0, name.size() - rest.size());
  if (const auto alias = aliases_.find(path); alias != aliases_.end() && !alias->second.empty())
    return std::vector{
        TRY_IN(image::Reference::parse(cat(alias->second, rest)), cat("alias of ", quote(path)))};
  if (search_.empty()) return std::vector{plain};
  std::vector<image::Reference> out;
  for (const std::string& registry : search_)
    out.push_back(TRY_IN(image::Reference::parse(cat(registry, "/", name)), "unqualified-search-registries"));
  if (out.size() == 1 || mode_ != "enforcing") return out;
  std::string all;
  for (const image::Reference& one : out) all += cat(all.empty() ? "" : ", ", one.text());
  return fail(Error::make(Kind::usage, cat("the short name ", quote(name), " may be any of ", all))
                  .hint("give the whole name, or an alias in registries.conf"));
}

const Registries::Rule* Registries::find(const image::Reference& name) const {
  const Rule* best = nullptr;
  const std::string repository = name.repository();
  for (const Rule& rule : rules_)
    if (covers(rule.prefix, repository) && (best == nullptr || rule.prefix.size() > best->prefix.size()))
      best = &rule;
  return best;
}

Result<std::vector<Endpoint>> Registries::endpoints(const image::Reference& name) const {
  const Rule* rule = find(name);
  if (rule == nullptr) return std::vector{Endpoint{name, false}};
  if (rule->blocked)
    return fail(Error::make(Kind::unsupported, cat("registry ", rule->prefix, " is blocked"))
                    .hint("by a [[registry]] of registries.conf"));
  const std::string whole = name.text();
  const auto at = [&](const Location& where) -> Result<Endpoint> {
    if (where.location.empty()) return Endpoint{name, where.insecure};
    // "*.example.com" covers the host alone.
    const std::size_t covered = rule->prefix.starts_with("*.") ? name.registry.size() : rule->prefix.size();
    return Endpoint{
        TRY_IN(image::Reference::parse(cat(where.location, whole.substr(covered))), "registries.conf"),
        where.insecure};
  };
  std::vector<Endpoint> out;
  for (const Location& mirror : rule->mirrors) {
    const bool by_digest = !name.digest.empty();
    if ((rule->mirrors_by_digest || mirror.pulls == Location::Pulls::digest_only) && !by_digest) continue;
    if (mirror.pulls == Location::Pulls::tag_only && by_digest) continue;
    out.push_back(TRY(at(mirror)));
  }
  out.push_back(TRY(at(rule->own)));
  return out;
}

}  // namespace masu::transfer
