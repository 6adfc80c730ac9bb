// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cli/columns.h"
#include "shown.h"

#include <set>

namespace masu::manager {
namespace {

constexpr cli::Option kQuiet{.name = "quiet", .letter = 'q', .help = "print ids alone"};
constexpr cli::Option kNoTrunc{.name = "no-trunc", .help = "print ids in full"};
constexpr const cli::Option* kOptions[] = {&kQuiet, &kNoTrunc};

Result<int> run(const cli::Call& call) {
  const store::Store store = TRY(open_store(call));
  const std::vector<store::Image> images = TRY(store.images());
  const bool whole = call.arguments.has(kNoTrunc);
  const auto shown_id = [whole](const store::Image& image) {
    return whole ? image.id().text() : short_id(image.id().hex());
  };
  if (call.arguments.has(kQuiet)) {
    std::set<std::string> seen;
    for (const store::Image& image : images)
      if (seen.insert(image.id().text()).second) TRY(call.env.print(shown_id(image) + "\n"));
    return 0;
  }
  cli::Columns table({"REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"});
  for (const store::Image& image : images) {
    const auto name = TRY(image::Reference::parse(image.name));
    table.add({name.repository(), name.tag.empty() ? "<none>" : name.tag, shown_id(image),
               shown_age(image.config.created), shown_size(image.size())});
  }
  TRY(call.env.print(table.text()));
  return 0;
}

}  // namespace

constinit const cli::Command kImagesCommand{
    .name = "images",
    .summary = "list the images that are here",
    .description = "Sizes are those of the layers as they are transferred.",
    .options = kOptions,
    .run = run};

}  // namespace masu::manager
