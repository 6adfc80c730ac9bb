// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/writer.h"
#include "masu/manager/changes.h"

namespace masu::manager {
namespace {

constexpr cli::Option kFormat{.name = "format",
                              .takes = cli::Option::Takes::value,
                              .argument = "FORMAT",
                              .values = {cli::Values::From::choices, "json"},
                              .help = "json, in place of a line each"};
constexpr const cli::Option* kOptions[] = {&kFormat};

std::string as_json(const std::vector<Change>& changes) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  for (const auto& [kind, name] : {std::pair{Change::Kind::changed, "changed"},
                                   {Change::Kind::added, "added"},
                                   {Change::Kind::deleted, "deleted"}}) {
    out.key(name).begin_array();
    for (const Change& change : changes)
      if (change.kind == kind) out.value(change.path);
    out.end_array();
  }
  out.end_object();
  return text + "\n";
}

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const Request request = TRY(find(place, call.arguments.positional(0)));
  if (!request.rootfs.empty())
    return fail(Error::make(
        Kind::unsupported, cat("container ", request.name, " is of a folder, with no image to differ from")));
  const std::vector<Change> changes = TRY(read_changes(place, request));
  std::string text;
  for (const Change& change : changes)
    text += cat(std::string(1, change_letter(change.kind)), " ", change.path, "\n");
  TRY(call.env.print(call.arguments.has(kFormat) ? as_json(changes) : text));
  return 0;
}

}  // namespace

constinit const cli::Command kDiffCommand{
    .name = "diff",
    .summary = "list the files that a container has changed",
    .description = "A is what was added, C what was changed, D what was deleted.",
    .options = kOptions,
    .positionals = kContainer,
    .run = run};

}  // namespace masu::manager
