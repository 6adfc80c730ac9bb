// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cli/columns.h"
#include "masu/manager/network.h"
#include "option.h"
#include "shown.h"
#include "template.h"

namespace masu::manager {
namespace {

constexpr cli::Option kQuiet{.name = "quiet", .letter = 'q', .help = "print names alone"};
constexpr cli::Option kNoTrunc{.name = "no-trunc", .help = "print ids in full"};
constexpr cli::Option kFilter =
    values("filter", "NAME=VALUE", "those with name=, id=, driver=, label=NAME[=VALUE]", 'f');
constexpr cli::Option kFormat =
    value("format", "TEMPLATE", "json, or a template for each: {{.name}} {{.driver}}");
constexpr const cli::Option* kOptions[] = {&kQuiet, &kNoTrunc, &kFilter, &kFormat};

bool has_label(const network::Network& network, std::string_view wanted) {
  const auto [name, text] = split_pair(wanted);
  const auto label = network.labels.find(name);
  return label != network.labels.end() &&
         (wanted.find('=') == std::string_view::npos || label->second == text);
}

Result<bool> passes(const network::Network& network, const std::vector<std::string_view>& filters) {
  for (const std::string_view filter : filters) {
    const auto [key, text] = split_pair(filter);
    bool fits = false;
    if (key == "name")
      fits = network.name.find(text) != std::string::npos;
    else if (key == "id")
      fits = network.id.starts_with(text);
    else if (key == "driver")
      fits = network.driver == text;
    else if (key == "label")
      fits = has_label(network, text);
    else
      return fail(wrong(kFilter, filter, "the filters are name, id, driver and label"));
    if (!fits) return false;
  }
  return true;
}

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const std::string_view format = call.arguments.value(kFormat);
  (void)network::find(network_folders(place), network::kDefaultNetwork);  // shown before its first use, too
  cli::Columns table({"NETWORK ID", "NAME", "DRIVER"});
  std::string names, formatted;
  for (const network::Network& network : TRY(network::list(network_folders(place)))) {
    if (!TRY(passes(network, call.arguments.values(kFilter)))) continue;
    names += network.name + "\n";
    table.add(
        {call.arguments.has(kNoTrunc) ? network.id : short_id(network.id), network.name, network.driver});
    if (format == "json")
      formatted += cat(formatted.empty() ? "" : ",\n", network::to_json(network));
    else if (!format.empty())
      formatted += TRY(expand(format, network::to_json(network))) + "\n";
  }
  if (format == "json") formatted = cat("[\n", formatted, "\n]\n");
  TRY(call.env.print(call.arguments.has(kQuiet) ? names : format.empty() ? table.text() : formatted));
  return 0;
}

}  // namespace

constinit const cli::Command kNetworkLsCommand{
    .name = "network ls", .summary = "list networks", .options = kOptions, .run = run};

}  // namespace masu::manager
