// SPDX-License-Identifier: Apache-2.0
//
// masu secret ls, inspect, rm.
#include "commands.h"
#include "globals.h"
#include "masu/cli/columns.h"
#include "masu/json/writer.h"
#include "option.h"
#include "program.h"
#include "secrets.h"
#include "shown.h"
#include "template.h"

namespace masu::manager {
namespace {

constexpr cli::Option kQuiet = flag("quiet", "print ids alone", 'q');
constexpr cli::Option kNoHeading = flag("noheading", "no heading", 'n');
constexpr cli::Option kFilter = values("filter", "FILTER", "those alone: name=, id=", 'f');
constexpr cli::Option kLsFormat = value("format", "TEMPLATE", "json, or a template: {{.ID}} {{.Spec.Name}}");
constexpr const cli::Option* kLsOptions[] = {&kQuiet, &kNoHeading, &kFilter, &kLsFormat};

constexpr cli::Option kFormat = value("format", "TEMPLATE", "print this for each: {{.Spec.Name}}", 'f');
constexpr cli::Option kShow = flag("showsecret", "with what is secret, as SecretData");
constexpr const cli::Option* kInspectOptions[] = {&kFormat, &kShow};

constexpr cli::Option kAll = flag("all", "all secrets", 'a');
constexpr cli::Option kIgnore = flag("ignore", "none of that name is fine", 'i');
constexpr const cli::Option* kRmOptions[] = {&kAll, &kIgnore};

// With the keys that podman has.
std::string describe(const Secret& secret, bool show) {
  std::string text;
  json::Writer out(text, json::Layout::spaces);
  out.begin_object()
      .member("ID", secret.id)
      .member("CreatedAt", secret.created)
      .member("UpdatedAt", secret.updated);
  out.key("Spec").begin_object().member("Name", secret.name);
  out.key("Driver")
      .begin_object()
      .member("Name", "file")
      .key("Options")
      .begin_object()
      .end_object()
      .end_object();
  out.key("Labels").begin_object();
  for (const auto& [name, value] : secret.labels) out.member(name, value);
  out.end_object().end_object();
  if (show) out.member("SecretData", secret.data);
  out.end_object();
  return text;
}

Result<bool> passes(const Secret& secret, std::string_view filter) {
  const auto [name, value] = split_pair(filter);
  if (name == "name") return secret.name.find(value) != std::string::npos;
  if (name == "id") return secret.id.starts_with(value);
  return fail(wrong(kFilter, filter, "expected name= or id="));
}

Result<std::vector<Secret>> chosen(const cli::Call& call, const Place& place) {
  const auto& filters = call.arguments.values(kFilter);
  for (const std::string_view filter : filters) TRY(passes({}, filter));  // so that none is overlooked
  std::vector<Secret> out;
  for (Secret& secret : TRY(list_secrets(place))) {
    bool passed = true;
    for (const std::string_view filter : filters) passed = TRY(passes(secret, filter)) && passed;
    if (passed) out.push_back(std::move(secret));
  }
  return out;
}

// As one JSON array, or each by the template.
Result<std::string> formatted(const std::vector<Secret>& secrets, std::string_view format, bool show) {
  std::string text;
  const bool document = format.empty() || format == "json";
  for (const Secret& secret : secrets) {
    const std::string json = describe(secret, show);
    if (document)
      text += cat(text.empty() ? "" : ",\n", json);
    else
      text += cat(TRY(expand(format, json)), "\n");
  }
  return document ? cat("[\n", text, "\n]\n") : text;
}

Result<int> run_ls(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const std::vector<Secret> secrets = TRY(chosen(call, place));
  std::string text;
  if (call.arguments.has(kQuiet)) {
    for (const Secret& secret : secrets) text += secret.id + "\n";
  } else if (call.arguments.has(kLsFormat)) {
    text = TRY(formatted(secrets, call.arguments.value(kLsFormat), false));
  } else {
    cli::Columns table({"ID", "NAME", "DRIVER", "CREATED", "UPDATED"});
    for (const Secret& secret : secrets)
      table.add({secret.id, secret.name, "file", shown_age(secret.created), shown_age(secret.updated)});
    text = table.text();
    if (call.arguments.has(kNoHeading)) text.erase(0, text.find('\n') + 1);
  }
  TRY(call.env.print(text));
  return 0;
}

Result<int> run_inspect(const cli::Call& call) {
  const cli::Arguments& given = call.arguments;
  const Place place = TRY(make_place(call));
  if (given.positionals().empty())
    return fail(Error::make(Kind::usage, "'secret inspect' requires a secret"));
  std::vector<Secret> secrets;
  int code = 0;
  for (const std::string_view name : given.positionals()) {
    auto secret = find_secret(place, name);
    if (!secret) {
      print_error(secret.error());
      code = 1;
    } else {
      secrets.push_back(std::move(*secret));
    }
  }
  const std::string text = TRY(formatted(secrets, given.value(kFormat), given.has(kShow)));
  TRY(call.env.print(text));
  return code;
}

Result<std::string> remove_one(const Place& place, std::string_view text) {
  const Secret secret = TRY(find_secret(place, text));
  TRY(remove_secret(place, secret.name));
  return secret.id;
}

Result<int> run_rm(const cli::Call& call) {
  const cli::Arguments& given = call.arguments;
  const Place place = TRY(make_place(call));
  std::vector<std::string> names(given.positionals().begin(), given.positionals().end());
  if (given.has(kAll))
    for (Secret& secret : TRY(list_secrets(place))) names.push_back(std::move(secret.name));
  if (names.empty() && !given.has(kAll))
    return fail(Error::make(Kind::usage, "'secret rm' requires a secret"));
  int code = 0;
  for (const std::string& name : names) {
    const auto removed = remove_one(place, name);
    if (removed) {
      TRY(call.env.print(*removed + "\n"));
    } else if (!given.has(kIgnore) || removed.error().kind() != Kind::not_found) {
      print_error(removed.error());
      code = 1;
    }
  }
  return code;
}

}  // namespace

constinit const cli::Command kSecretLsCommand{
    .name = "secret ls", .summary = "list secrets", .options = kLsOptions, .run = run_ls};

constinit const cli::Command kSecretInspectCommand{
    .name = "secret inspect",
    .summary = "print all about secrets as JSON",
    .description = "What is secret is left out, unless --showsecret is given.",
    .options = kInspectOptions,
    .positionals = kSecrets,
    .run = run_inspect};

constinit const cli::Command kSecretRmCommand{.name = "secret rm",
                                              .summary = "remove secrets",
                                              .description = "Containers keep the copies that they have.",
                                              .options = kRmOptions,
                                              .positionals = kSecrets,
                                              .run = run_rm};

}  // namespace masu::manager
