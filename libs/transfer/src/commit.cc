// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/commit.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "masu/transfer/blob.h"
#include "masu/transfer/unpack.h"

namespace masu::transfer {
namespace {

// The layers below may come from a manifest of the other kind.
Result<> set_types(const store::Store& store, std::vector<image::Descriptor>& layers, bool docker) {
  for (image::Descriptor& layer : layers) {
    const auto frame = [&layer] { return cat("layer ", layer.digest.text()); };
    const sys::Fd blob = TRY_IN(
        sys::open_at(store.directory(), store::Store::blob_name(layer.digest).c_str(), O_RDONLY), frame());
    const std::string_view compression = TRY_IN(compression_of(blob.get()), frame());
    if (docker && compression == "zstd")
      return fail(Error::make(Kind::unsupported, "Docker's manifests have no layers of zstd")
                      .within(frame())
                      .hint("take --format oci"));
    layer.media_type = layer_type(docker, compression);
  }
  return {};
}

}  // namespace

Result<store::Image> add_image(const store::Store& store, NewImage made, const image::Reference* name) {
  image::Manifest manifest;
  manifest.layers = std::move(made.layers);
  if (made.layer) {
    const WrittenLayer& layer = made.layer->what;
    if (sys::raw::call(SYS_lseek, made.layer->file.get(), 0, SEEK_SET) < 0)
      return fail(Error::make(Kind::internal, "rewind"));
    TRY(copy_blob(store, made.layer->file.get(), layer.blob));
    manifest.layers.push_back(layer.blob);
    made.config.diff_ids.push_back(layer.diff_id);
    if (!made.config.history.empty()) made.config.history.back().empty_layer = false;
  }
  TRY(set_types(store, manifest.layers, made.docker));
  const std::string text = made.config.text();
  manifest.media_type = made.docker ? image::kDockerManifest : image::kOciManifest;
  manifest.config.media_type = made.docker ? image::kDockerConfig : image::kOciConfig;
  manifest.config.digest = TRY(add_blob(store, text));
  manifest.config.size = text.size();
  const image::Digest digest = TRY(add_blob(store, manifest.text()));
  TRY(finish_image(store, name, digest));
  return store.load_image(digest, name != nullptr ? name->text() : "");
}

}  // namespace masu::transfer
