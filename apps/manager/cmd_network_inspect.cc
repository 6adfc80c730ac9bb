// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/writer.h"
#include "network_command.h"
#include "option.h"
#include "program.h"
#include "template.h"

namespace masu::manager {
namespace {

constexpr cli::Option kFormat =
    value("format", "TEMPLATE", "print this for each: {{.driver}}, {{json .subnets}}", 'f');
constexpr const cli::Option* kOptions[] = {&kFormat};
constexpr cli::Positional kPositionals[] = {{.name = "NETWORK",
                                             .count = cli::Positional::Count::some,
                                             .values = {cli::Values::From::output, "network ls -q"},
                                             .help = "names, or beginnings of ids"}};

// The definition, and who is in it now.
Result<std::string> describe(const Place& place, const network::Network& network) {
  std::string text = network::to_json(network);
  std::string members;
  json::Writer out(members, json::Layout::spaces);
  out.begin_object();
  for (const Request& user : TRY(network_users(place, network))) {
    const auto record = network::read_record(network_folders(place), user.id);
    if (!record || !*record) continue;
    for (const network::Joined& joined : (*record)->joined) {
      if (joined.network.name != network.name) continue;
      out.key(user.id).begin_object().member("name", user.name).member("interface", joined.interface);
      out.member("mac_address", joined.mac).key("addresses").begin_array();
      for (const std::string& address : joined.addresses) out.value(address);
      out.end_array().end_object();
    }
  }
  out.end_object();
  const auto end = text.rfind('}');
  return cat(text::trim(std::string_view(text).substr(0, end)), ",\n  \"containers\": ", members, "\n}");
}

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const std::string_view format = call.arguments.value(kFormat);
  const bool document = format.empty() || format == "json";
  std::string all;
  int code = 0;
  for (const std::string_view name : call.arguments.positionals()) {
    const auto network = network::find(network_folders(place), name);
    if (!network) {
      print_error(network.error());
      code = 1;
      continue;
    }
    const std::string text = TRY(describe(place, *network));
    all += document ? cat(all.empty() ? "" : ",\n", text) : TRY(expand(format, text)) + "\n";
  }
  TRY(call.env.print(document ? cat("[\n", all, "\n]\n") : all));
  return code;
}

}  // namespace

constinit const cli::Command kNetworkInspectCommand{.name = "network inspect",
                                                    .summary = "print all about networks as JSON",
                                                    .options = kOptions,
                                                    .positionals = kPositionals,
                                                    .run = run};

}  // namespace masu::manager
