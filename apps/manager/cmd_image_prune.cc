// SPDX-License-Identifier: Apache-2.0
// `masu image prune`.
#include "commands.h"
#include "confirm.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "prune.h"
#include "shown.h"
#include "used_images.h"

#include <algorithm>

namespace masu::manager {
namespace {

constexpr cli::Option kAll{
    .name = "all", .letter = 'a', .help = "also those with a name that no container uses"};
constexpr cli::Option kFilter{.name = "filter",
                              .takes = cli::Option::Takes::values,
                              .argument = "KEY=VALUE",
                              .help = "those alone that match: until=TIME, label=NAME[=VALUE], label!=…"};
constexpr const cli::Option* kOptions[] = {&kAll, &kForceYes, &kFilter};

Result<int> run(const cli::Call& call) {
  const bool all = call.arguments.has(kAll);
  const ImageFilter filter = TRY(ImageFilter::parse(call.arguments.values(kFilter)));
  if (!TRY(confirmed(call, all ? "This will remove all images that no container has."
                               : "This will remove all images without a name.")))
    return 0;
  const Place place = TRY(make_place(call));
  const store::Store store = TRY(open_store(call));
  const Pruned gone = TRY(prune_images(place, store, all, filter));
  std::string text = gone.names.empty() ? "" : "Deleted Images:\n";
  for (const std::string& line : gone.names) text += line + "\n";
  TRY(call.env.print(
      cat(text, text.empty() ? "" : "\n", "Total reclaimed space: ", shown_size(gone.bytes), "\n")));
  return 0;
}

}  // namespace

Result<Pruned> prune_images(const Place& place, const store::Store& store, bool all,
                            const ImageFilter& filter) {
  Pruned out;
  const std::vector<image::Digest> used = TRY(used_images(place));
  const std::vector<store::Image> images = TRY(store.images());
  for (const store::Image& image : images) {
    const bool in_use = std::ranges::find(used, image.manifest_digest) != used.end();
    if (in_use || (!image.name.empty() && !all) || !filter.takes(image, images)) continue;
    if (image.name.empty()) {
      TRY(store.forget_unnamed(image.manifest_digest));
      out.names.push_back(cat("deleted: ", image.id().text()));
      continue;
    }
    const auto name = TRY(image::Reference::parse(image.name));
    TRY(store.remove_ref(name));
    out.names.push_back(cat("untagged: ", image.name));
  }
  const auto swept = TRY(store.sweep(used));
  out.bytes = swept.bytes;
  return out;
}

constinit const cli::Command kImagePruneCommand{.name = "image prune",
                                                .summary = "remove images that have no name",
                                                .description = "Those of containers stay in any case.",
                                                .options = kOptions,
                                                .run = run};

}  // namespace masu::manager
