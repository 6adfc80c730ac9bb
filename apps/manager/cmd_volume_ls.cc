// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "masu/cli/columns.h"
#include "option.h"
#include "template.h"
#include "volumes.h"

namespace masu::manager {
namespace {

constexpr cli::Option kQuiet{.name = "quiet", .letter = 'q', .help = "print names alone"};
constexpr cli::Option kFilter =
    values("filter", "FILTER", "those alone: name=, label=, driver=, dangling=true, until=24h", 'f');
constexpr cli::Option kFormat = value("format", "TEMPLATE", "json, or a template: {{.Name}} {{.Mountpoint}}");
constexpr cli::Option kNoHeading{.name = "noheading", .letter = 'n', .help = "no heading"};
constexpr const cli::Option* kOptions[] = {&kQuiet, &kFilter, &kFormat, &kNoHeading};

Result<int> run(const cli::Call& call) {
  const cli::Arguments& given = call.arguments;
  const Place place = TRY(make_place(call));
  std::set<std::string> used;
  if (!given.values(kFilter).empty()) used = TRY(used_volumes(place));
  std::vector<Volume> all_volumes = TRY(list_volumes(place));
  const auto volumes = TRY(filter_volumes(std::move(all_volumes), given.values(kFilter), used));
  std::string text, all;
  cli::Columns table({"DRIVER", "VOLUME NAME"});
  const std::string_view format = given.value(kFormat);
  for (const Volume& volume : volumes) {
    if (given.has(kQuiet)) text += cat(volume.name, "\n");
    if (given.has(kFormat)) {
      const std::string json = describe_volume(place, volume);
      if (format == "json")
        all += cat(all.empty() ? "" : ",\n", json);
      else
        text += cat(TRY(expand(format, json)), "\n");
    }
    table.add({"local", volume.name});
  }
  if (format == "json") text = cat("[\n", all, "\n]\n");
  if (!given.has(kQuiet) && !given.has(kFormat)) {
    text = table.text();
    if (given.has(kNoHeading)) text.erase(0, text.find('\n') + 1);
  }
  TRY(call.env.print(text));
  return 0;
}

}  // namespace

constinit const cli::Command kVolumeLsCommand{
    .name = "volume ls", .summary = "list volumes", .options = kOptions, .run = run};

}  // namespace masu::manager
