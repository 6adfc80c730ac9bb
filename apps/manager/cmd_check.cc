// SPDX-License-Identifier: Apache-2.0
// `masu system check`: what the killed have left behind.
#include "commands.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"
#include "masu/manager/user_namespace.h"
#include "masu/manager/volume.h"
#include "shown.h"
#include "used_images.h"

namespace masu::manager {
namespace {

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const store::Store store = TRY(open_store(call));
  TRY(enter_user_namespace());
  std::string text;
  const std::vector<store::Ref> refs = TRY(store.refs());
  int damaged = 0;
  for (const store::Ref& ref : refs) {
    const auto image = store.load_image(ref.manifest, ref.name);
    if (image && store.is_complete(*image)) continue;
    ++damaged;
    text += cat("image ", ref.name, " is damaged",
                image ? ": a layer is missing, or not whole" : cat(": ", image.error().message()), "\n");
  }
  std::size_t mended = 0, volumes = 0;
  {
    // Those who make a container share this lock, so what has no record is not being made.
    const store::Lock alone = TRY(store.lock(store::Store::kAdding));
    mended = TRY(mend(place));
    volumes = mend_volumes(place);
  }
  const std::vector<image::Digest> used = TRY(used_images(place));
  const auto swept = TRY(store.sweep(used));
  text += cat("containers mended: ", mended, "; volumes: ", volumes, "; removed: ", swept.blobs, " blobs, ",
              swept.layers, " layers, ", swept.rests, " rests of what was cut off (", shown_size(swept.bytes),
              ")\n");
  TRY(call.env.print(text));
  return damaged == 0 ? 0 : 1;
}

}  // namespace

constinit const cli::Command kCheckCommand{
    .name = "check",
    .summary = "check the store, and mend what was cut off; also as system check",
    .description = R"(
Removes layers and downloads that no image has or that were never finished, and what is left of containers whose removal was
cut off. Names the images that are damaged: masu pull mends them. The exit code is 1 if there are such.)",
    .run = run};

}  // namespace masu::manager
