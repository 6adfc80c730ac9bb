// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "globals.h"
#include "inspect.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "program.h"
#include "template.h"

namespace masu::manager {
namespace {

constexpr cli::Option kFormat{.name = "format",
                              .letter = 'f',
                              .takes = cli::Option::Takes::value,
                              .argument = "TEMPLATE",
                              .help = "print this for each: {{.State.Status}}, {{json .Config}}"};
constexpr cli::Option kType{.name = "type",
                            .letter = 't',
                            .takes = cli::Option::Takes::value,
                            .argument = "TYPE",
                            .values = {cli::Values::From::choices, "all container image"},
                            .help = "what the name is one of"};
constexpr cli::Option kSize{.name = "size", .letter = 's', .help = "how much a container has written too"};
constexpr const cli::Option* kOptions[] = {&kFormat, &kType, &kSize};
constexpr cli::Positional kPositionals[] = {
    {.name = "OBJECT",
     .count = cli::Positional::Count::some,
     .values = {cli::Values::From::output, "ls -a --format {{.Names}}"},
     .help = "containers or images"}};

Result<std::string> describe(const cli::Call& call, const Place& place, const store::Store& store,
                             std::string_view text) {
  const std::string_view type = call.arguments.value(kType, "all");
  if (type != "image") {
    auto container = find(place, text);
    if (container) return describe_container(place, *container, call.arguments.has(kSize));
    if (type == "container" || container.error().kind() != Kind::not_found)
      return fail(std::move(container).error());
  }
  const auto image = store.find_image(text);
  if (image) return describe_image(store, *image);
  if (image.error().kind() != Kind::not_found && image.error().kind() != Kind::usage)
    return fail(Error::make(Kind::system, image.error().message()));
  return fail(Error::make(Kind::not_found, cat("no such container or image: ", text))
                  .hint(cat(call.program.name, " ls -a and masu images list them")));
}

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const store::Store store = TRY(open_store(call));
  std::string all;
  int code = 0;
  for (const std::string_view name : call.arguments.positionals()) {
    const auto text = describe(call, place, store, name);
    if (!text) {
      print_error(text.error());
      code = 1;
      continue;
    }
    if (call.arguments.has(kFormat) && call.arguments.value(kFormat) != "json")
      all += TRY(expand(call.arguments.value(kFormat), *text)) + "\n";
    else
      all += cat(all.empty() ? "" : ",\n", *text);
  }
  const bool document = !call.arguments.has(kFormat) || call.arguments.value(kFormat) == "json";
  TRY(call.env.print(document ? cat("[\n", all, "\n]\n") : all));
  return code;
}

}  // namespace

constinit const cli::Command kInspectCommand{.name = "inspect",
                                             .summary = "print all about containers or images as JSON",
                                             .options = kOptions,
                                             .positionals = kPositionals,
                                             .run = run};

}  // namespace masu::manager
