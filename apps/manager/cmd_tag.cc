// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "masu/base/try.h"

namespace masu::manager {
namespace {

constexpr cli::Positional kPositionals[] = {
    {.name = "IMAGE", .values = {cli::Values::From::output, "images -q"}, .help = "a name or an id"},
    {.name = "NAME", .help = "another name for it"}};

Result<int> run(const cli::Call& call) {
  const store::Store store = TRY(open_store(call));
  const image::Reference name = TRY(image::Reference::parse(call.arguments.positional(1)));
  if (!name.digest.empty())
    return fail(Error::make(Kind::usage, "a name with a digest is not given, it follows from the content"));
  const store::Lock adding = TRY(store.lock(store::Store::kAdding, store::Store::Sharing::shared));
  const store::Image image = TRY(store.find_image(call.arguments.positional(0)));
  TRY(store.set_ref(name, image.manifest_digest));
  return 0;
}

}  // namespace

constinit const cli::Command kTagCommand{
    .name = "tag", .summary = "give an image another name", .positionals = kPositionals, .run = run};

}  // namespace masu::manager
