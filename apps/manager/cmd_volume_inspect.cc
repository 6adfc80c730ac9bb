// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "option.h"
#include "program.h"
#include "template.h"
#include "volumes.h"

namespace masu::manager {
namespace {

constexpr cli::Option kAll{.name = "all", .letter = 'a', .help = "all volumes"};
constexpr cli::Option kFormat = value("format", "TEMPLATE", "print this for each: {{.Mountpoint}}", 'f');
constexpr const cli::Option* kOptions[] = {&kAll, &kFormat};

Result<int> run(const cli::Call& call) {
  const cli::Arguments& given = call.arguments;
  const Place place = TRY(make_place(call));
  std::vector<Volume> volumes;
  int code = 0;
  if (given.has(kAll)) volumes = TRY(list_volumes(place));
  if (volumes.empty() && !given.has(kAll) && given.positionals().empty())
    return fail(Error::make(Kind::usage, "'volume inspect' requires a volume"));
  for (const std::string_view name : given.positionals()) {
    auto volume = find_volume(place, name);
    if (volume) {
      volumes.push_back(std::move(*volume));
    } else {
      print_error(volume.error());
      code = 1;
    }
  }
  const bool document = !given.has(kFormat) || given.value(kFormat) == "json";
  std::string text;
  for (const Volume& volume : volumes) {
    const std::string json = describe_volume(place, volume);
    if (document)
      text += cat(text.empty() ? "" : ",\n", json);
    else
      text += cat(TRY(expand(given.value(kFormat), json)), "\n");
  }
  TRY(call.env.print(document ? cat("[\n", text, "\n]\n") : text));
  return code;
}

}  // namespace

constinit const cli::Command kVolumeInspectCommand{.name = "volume inspect",
                                                   .summary = "print all about volumes as JSON",
                                                   .options = kOptions,
                                                   .positionals = kVolumes,
                                                   .run = run};

}  // namespace masu::manager
