// SPDX-License-Identifier: Apache-2.0
#include "secrets.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "mount_options.h"
#include "option.h"

#include <string>
#include <utility>

namespace masu::manager {
namespace {

constexpr std::uint32_t kMode = 0444;
constexpr std::uint32_t kAllModes = 07777;

Error wrong_field(std::string_view name, std::string_view value, std::string_view why) {
  return Error::make(Kind::usage, cat(name, "=", value, ": ", why));
}

Result<> read_number_field(const std::pair<std::string, std::string>& field, int base, std::uint32_t& out) {
  const auto number = text::parse_int<std::uint32_t>(field.second, base);
  if (!number || (base == 8 && *number > kAllModes))
    return fail(
        wrong_field(field.first, field.second, base == 8 ? "expected an octal mode" : "expected a number"));
  out = *number;
  return {};
}

// What is not of both kinds of secrets is remembered in `of_files`.
Result<> read_secret_field(const std::pair<std::string, std::string>& field, SecretUse& out,
                           std::string& of_files) {
  const auto& [name, value] = field;
  if (name == "type") {
    if (value != "mount" && value != "env") return fail(wrong_field(name, value, "expected mount or env"));
    out.is_variable = value == "env";
  } else if (name == "target") {
    if (value.empty()) return fail(wrong_field(name, value, "expected a path, or the name of a variable"));
    out.target = value;
  } else if (name == "uid" || name == "gid" || name == "mode") {
    of_files = name;
    return read_number_field(field, name == "mode" ? 8 : 10,
                             name == "uid"   ? out.uid
                             : name == "gid" ? out.gid
                                             : out.mode);
  } else {
    return fail(Error::make(Kind::usage, cat("unknown option ", quote(name)))
                    .hint("it may have type=, target=, uid=, gid= and mode="));
  }
  return {};
}

Result<> check_variable(const SecretUse& use) {
  if (use.target.find('=') != std::string::npos)
    return fail(wrong_field("target", use.target, "no variable has such a name"));
  if (use.data.find('\0') != std::string::npos)
    return fail(
        Error::make(Kind::usage, cat("the secret ", use.name, " has a zero byte, which no variable can have"))
            .hint("type=mount makes it a file"));
  return {};
}

// A path that does not begin at the root is one in /run/secrets.
Result<std::string> find_target(std::string_view target) {
  if (target.starts_with('/')) return clean_destination(target);
  std::string out = TRY(clean_destination(cat(kSecretsInside, "/", target)));
  if (!out.starts_with(cat(kSecretsInside, "/")))
    return fail(wrong_field("target", target, "it leads out of /run/secrets"));
  return out;
}

}  // namespace

Result<SecretUse> parse_secret_use(const Place& place, std::string_view text) {
  SecretUse out{.mode = kMode};
  std::string of_files;
  const auto fields = text::split(text, ',');
  const std::string_view first = fields.front();
  const Secret secret = TRY(find_secret(place, first.starts_with("source=") ? first.substr(7) : first));
  for (std::size_t i = 1; i < fields.size(); ++i)
    TRY(read_secret_field(split_pair(fields[i]), out, of_files));
  if (out.is_variable && !of_files.empty())
    return fail(Error::make(Kind::usage, cat(of_files, "= is of files, and type=env makes it a variable")));
  out.id = secret.id;
  out.name = secret.name;
  out.data = secret.data;
  if (out.target.empty()) out.target = secret.name;
  if (out.is_variable)
    TRY(check_variable(out));
  else
    out.target = TRY(find_target(out.target));
  return out;
}

}  // namespace masu::manager
