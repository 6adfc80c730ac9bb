// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "option.h"
#include "volumes.h"

namespace masu::manager {
namespace {

constexpr cli::Option kDriver = value("driver", "DRIVER", "local (the default and the only one)", 'd',
                                      {cli::Values::From::choices, "local"});
constexpr cli::Option kLabel = values("label", "NAME[=VALUE]", "a label", 'l');
constexpr cli::Option kOpt =
    values("opt", "NAME=VALUE", "what to mount in each container, as mount(8): type=, device=, o=", 'o');
constexpr cli::Option kIgnore{.name = "ignore", .help = "one of that name is fine"};
constexpr const cli::Option* kOptions[] = {&kDriver, &kLabel, &kOpt, &kIgnore};
constexpr cli::Positional kPositionals[] = {
    {.name = "NAME", .count = cli::Positional::Count::optional, .help = "a random one by default"}};

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  Volume volume{.name = std::string(call.arguments.positional(0))};
  if (!call.arguments.positionals().empty()) TRY(check_volume_name(volume.name));
  for (const std::string_view label : call.arguments.values(kLabel))
    volume.labels.insert_or_assign(split_pair(label).first, split_pair(label).second);
  for (const std::string_view option : call.arguments.values(kOpt)) {
    if (option.find('=') == std::string_view::npos) return fail(wrong(kOpt, option, "expected NAME=VALUE"));
    volume.options.insert_or_assign(split_pair(option).first, split_pair(option).second);
  }
  const std::string name = volume.name;
  const auto made = create_volume(place, std::move(volume));
  if (!made && !(call.arguments.has(kIgnore) && made.error().kind() == Kind::exists))
    return fail(Error::make(made.error().kind(), made.error().message())
                    .hint(made.error().kind() == Kind::exists ? "--ignore takes the one that is there"
                                                              : made.error().hint_text()));
  TRY(call.env.print(cat(made ? made->name : name, "\n")));
  return 0;
}

}  // namespace

constinit const cli::Command kVolumeCreateCommand{.name = "volume create",
                                                  .summary = "make a volume",
                                                  .description = R"(
Prints its name. Without options it is a folder of the store. With them it is mounted in each container that has it:
masu volume create -o type=tmpfs -o device=tmpfs -o o=size=64m fast)",
                                                  .options = kOptions,
                                                  .positionals = kPositionals,
                                                  .run = run};

}  // namespace masu::manager
