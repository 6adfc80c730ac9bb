// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "image_tables.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/transfer/save.h"

#include <algorithm>

#include <unistd.h>

namespace masu::manager {
namespace {

// An image that is given by several of its names is one image in the file.
Result<> add(const store::Store& store, std::string_view text, std::vector<transfer::Saved>& images) {
  store::Image image = TRY(store.find_image(text));
  const bool by_name = image.is_named_by(text);
  const auto same = std::ranges::find_if(images, [&image](const transfer::Saved& other) {
    return other.image.manifest_digest == image.manifest_digest;
  });
  transfer::Saved& saved =
      same != images.end() ? *same : images.emplace_back(image, std::vector<std::string>());
  if (by_name && std::ranges::find(saved.names, image.name) == saved.names.end())
    saved.names.push_back(image.name);
  return {};
}

}  // namespace

Result<int> run_save(const cli::Call& call) {
  std::string path(call.arguments.value(kOutput, "-"));
  const transfer::SaveForm form =
      TRY(transfer::parse_save_form(call.arguments.value(kSaveFormat, "docker-archive")));
  if (path == "-" && isatty(STDOUT_FILENO) != 0)
    return fail(Error::make(Kind::usage, "stdout is a terminal, and what is saved is no text")
                    .hint("masu save -o FILE IMAGE, or redirect it"));
  if (path != "-") path = TRY(call.env.absolute(path));
  const store::Store store = TRY(open_store(call));
  std::vector<transfer::Saved> images;
  for (const std::string_view text : call.arguments.positionals()) TRY(add(store, text, images));
  TRY(transfer::save(store, images, form, path));
  return 0;
}

}  // namespace masu::manager
