// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/container.h"
#include "masu/manager/user_namespace.h"
#include "program.h"
#include "used_images.h"

#include <algorithm>

namespace masu::manager {
namespace {

constexpr cli::Option kForce{
    .name = "force",
    .letter = 'f',
    .help = "also the image of a container, whose layers stay until that is removed"};
constexpr cli::Option kAll{.name = "all", .letter = 'a', .help = "all images"};
constexpr cli::Option kIgnore{.name = "ignore", .letter = 'i', .help = "none of that name is fine"};
constexpr const cli::Option* kOptions[] = {&kForce, &kAll, &kIgnore};
constexpr cli::Positional kPositionals[] = {{.name = "IMAGE",
                                             .count = cli::Positional::Count::any,
                                             .values = {cli::Values::From::output, "images -q"},
                                             .help = "names, or ids for all names of an image"}};

Result<> remove_one(const cli::Call& call, const Place& place, const store::Store& store,
                    std::string_view text) {
  const store::Image image = TRY(store.find_image(text));
  const bool by_name = image.is_named_by(text);
  std::vector<std::string> names;
  const std::vector<store::Ref> refs = TRY(store.refs());
  for (const store::Ref& ref : refs)
    if (by_name ? ref.name == image.name : ref.manifest == image.manifest_digest) names.push_back(ref.name);
  const std::vector<Request> containers = TRY(list(place));
  for (const Request& container : containers)
    if (has_image(container, image.manifest_digest) && !call.arguments.has(kForce))
      return fail(
          Error::make(Kind::invalid_state, cat("image ", text, " is that of container ", container.name))
              .hint(cat("masu rm ", container.name, " removes it; -f removes the name all the same")));
  for (const std::string& each : names) {
    if (each.empty()) {
      TRY(store.forget_unnamed(image.manifest_digest));
      continue;
    }
    const auto reference = TRY(image::Reference::parse(each));
    TRY(store.remove_ref(reference));
    TRY(call.env.print(cat("Untagged: ", each, "\n")));
  }
  const std::vector<store::Ref> left = TRY(store.refs());
  if (std::ranges::find(left, image.manifest_digest, &store::Ref::manifest) != left.end()) return {};
  return call.env.print(cat("Deleted: ", image.id().text(), "\n"));
}

// What is given, or with --all the name of each image, or the id of one without.
Result<std::vector<std::string>> chosen(const cli::Call& call, const store::Store& store) {
  const auto& given = call.arguments.positionals();
  std::vector<std::string> out(given.begin(), given.end());
  if (!call.arguments.has(kAll)) {
    if (out.empty()) return fail(Error::make(Kind::usage, "'rmi' requires an image"));
    return out;
  }
  for (const store::Image& image : TRY(store.images())) {
    std::string text = image.name.empty() ? image.id().text() : image.name;
    if (std::ranges::find(out, text) == out.end()) out.push_back(std::move(text));
  }
  return out;
}

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const store::Store store = TRY(open_store(call));
  int code = 0;
  for (const std::string& text : TRY(chosen(call, store))) {
    const auto removed = remove_one(call, place, store, text);
    if (removed || (call.arguments.has(kIgnore) && removed.error().kind() == Kind::not_found)) continue;
    print_error(removed.error());
    code = 1;
  }
  const std::vector<image::Digest> used = TRY(used_images(place));
  TRY(enter_user_namespace());
  TRY(store.sweep(used));
  return code;
}

}  // namespace

constinit const cli::Command kRmiCommand{.name = "rmi",
                                         .summary = "remove images, also as image rm",
                                         .description = "What no other image needs goes from the disk too.",
                                         .options = kOptions,
                                         .positionals = kPositionals,
                                         .run = run};

}  // namespace masu::manager
