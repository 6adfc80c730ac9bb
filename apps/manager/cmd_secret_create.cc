// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "masu/sys/fd.h"
#include "masu/sys/tty.h"
#include "option.h"
#include "secrets.h"

#include <unistd.h>

namespace masu::manager {
namespace {

constexpr cli::Option kDriver = value("driver", "DRIVER", "file (the default and the only one)", 'd',
                                      {cli::Values::From::choices, "file"});
constexpr cli::Option kEnv = flag("env", "FILE is the name of a variable, which has the secret");
constexpr cli::Option kLabel = values("label", "NAME[=VALUE]", "a label", 'l');
constexpr cli::Option kReplace = flag("replace", "in the place of one of that name");
constexpr const cli::Option* kOptions[] = {&kDriver, &kEnv, &kLabel, &kReplace};
constexpr cli::Positional kPositionals[] = {
    {.name = "NAME", .help = "of letters, digits and _ . -"},
    {.name = "FILE", .values = cli::kFiles, .help = "what has the secret; - for stdin"}};

Result<std::string> read_data(const cli::Call& call) {
  const std::string_view from = call.arguments.positional(1);
  if (call.arguments.has(kEnv)) {
    const std::string_view found = call.env.variable(from);
    if (found.empty())
      return fail(Error::make(Kind::usage, cat("--env: the variable ", quote(from), " is not set")));
    return std::string(found);
  }
  if (from != "-") {
    const std::string path = TRY(call.env.absolute(from));
    return sys::read_file(path);
  }
  if (sys::is_tty(STDIN_FILENO))
    return fail(Error::make(Kind::usage, "a secret is not read from a terminal")
                    .hint("pipe it: printf … | masu secret create NAME -"));
  return sys::read_all(STDIN_FILENO);
}

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  Secret secret{.name = std::string(call.arguments.positional(0))};
  TRY(check_secret_name(secret.name));
  for (const std::string_view label : call.arguments.values(kLabel))
    secret.labels.insert_or_assign(split_pair(label).first, split_pair(label).second);
  secret.data = TRY_IN(read_data(call), cat("make the secret ", secret.name));
  const Secret made = TRY(create_secret(place, std::move(secret), call.arguments.has(kReplace)));
  TRY(call.env.print(made.id + "\n"));
  return 0;
}

}  // namespace

constinit const cli::Command kSecretCreateCommand{.name = "secret create",
                                                  .summary = "keep a secret for containers",
                                                  .description = R"(
Prints its id. It is given to a container by --secret of run and create, which makes a copy: containers that are there keep
what they have when it is replaced or removed. It has 512000 bytes at most, and is kept below --root, readable for its
owner alone.)",
                                                  .options = kOptions,
                                                  .positionals = kPositionals,
                                                  .run = run};

}  // namespace masu::manager
