// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"

namespace masu::manager {
namespace {

constexpr cli::Positional kPositionals[] = {
    {.name = "IMAGE", .values = {cli::Values::From::output, "images -q"}, .help = "a name or an id"},
    {.name = "NAME", .count = cli::Positional::Count::any, .help = "names to take from it; all by default"}};

// Names that are the image's own.
Result<std::vector<image::Reference>> names_of(const store::Store& store, const store::Image& image,
                                               const std::vector<std::string_view>& given) {
  std::vector<image::Reference> out;
  for (const std::string_view text : given) {
    auto name = TRY(image::Reference::parse(text));
    const auto digest = TRY(store.find_ref(name));
    if (!digest || *digest != image.manifest_digest)
      return fail(Error::make(Kind::not_found, cat("the image has no name ", name.text())));
    out.push_back(std::move(name));
  }
  if (!given.empty()) return out;
  for (const store::Ref& ref : TRY(store.refs()))
    if (!ref.name.empty() && ref.manifest == image.manifest_digest)
      out.push_back(TRY(image::Reference::parse(ref.name)));
  return out;
}

Result<int> run(const cli::Call& call) {
  const store::Store store = TRY(open_store(call));
  const store::Lock adding = TRY(store.lock(store::Store::kAdding, store::Store::Sharing::shared));
  const store::Image image = TRY(store.find_image(call.arguments.positional(0)));
  const auto& words = call.arguments.positionals();
  const std::vector<image::Reference> names = TRY(names_of(store, image, {words.begin() + 1, words.end()}));
  TRY(store.keep_unnamed(image.manifest_digest));  // before its last name goes
  for (const image::Reference& name : names) TRY(store.remove_ref(name));
  return 0;
}

}  // namespace

constinit const cli::Command kUntagCommand{
    .name = "untag",
    .summary = "take names from an image, which stays",
    .description = "Without a name it is had by its id, until masu image prune or rmi.",
    .positionals = kPositionals,
    .run = run};

}  // namespace masu::manager
