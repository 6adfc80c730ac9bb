// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/unpack.h"

#include "decoder.h"
#include "in_parallel.h"
#include "masu/base/log.h"
#include "masu/base/scope_exit.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/store/layer_writer.h"
#include "masu/store/tree.h"
#include "masu/sys/id_maps.h"
#include "masu/sys/raw.h"
#include "masu/transfer/hash.h"
#include "tar.h"
#include "unpacking.h"

#include <functional>
#include <vector>

#include <sys/stat.h>

namespace masu::transfer {
namespace {

// A layer beyond these is an attack or a mistake.
constexpr std::uint64_t kMostEntries = 20'000'000;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 40;

Result<> write_entries(TarReader& tar, store::LayerWriter& writer) {
  std::uint64_t bytes = 0;
  while (const auto entry = TRY(tar.next())) {
    if (writer.entries() >= kMostEntries)
      return fail(Error::make(Kind::unsupported, "the layer has more than 20 million entries"));
    TRY(writer.begin(*entry));
    if (!writer.takes_content()) continue;
    while (const auto block = TRY(tar.next_block())) {
      bytes += block->bytes.size();
      if (bytes > kMostBytes) return fail(Error::make(Kind::unsupported, "the layer has more than 1 TiB"));
      TRY(writer.write(block->bytes, block->offset));
    }
  }
  return writer.finish();
}

// Under `name`, when all of it is there.
Result<> make_layer(const store::Store& store, Decoder::Source source, const std::string& name,
                    const image::Digest& diff_id, const std::function<void(store::LayerWriter&)>& prepare,
                    bool& needs_below) {
  (void)umask(022);  // the modes of what containers see are no matter of the caller's mask
  const store::Store::NewLayer layer = TRY(store.begin_layer(name));
  ScopeExit discard([&] { (void)store::remove_tree(store.directory(), layer.name.c_str()); });
  store::LayerWriter writer(layer.folder.get(), sys::in_user_namespace());
  if (prepare) prepare(writer);
  auto found = write_layer(std::move(source), writer, diff_id.algorithm());
  needs_below = writer.needs_below();
  for (const std::string& path : writer.left_out()) MASU_DEBUG(cat("left out: ", path));
  if (TRY(std::move(found)) != diff_id)
    return fail(
        Error::make(Kind::invalid_spec, cat("the layer's content has another digest than ", diff_id.text(),
                                            ", which the image's configuration says")));
  TRY(store.publish_layer(layer, name));
  discard.release();
  return {};
}

Result<Decoder::Source> open_blob(const store::Store& store, const image::Digest& blob, sys::Fd& file) {
  file = TRY(sys::open_at(store.directory(), store::Store::blob_name(blob).c_str(), O_RDONLY));
  return read_from(file.get());
}

Result<> unpack_own(const store::Store& store, const store::Image& image, std::size_t index) {
  const image::Digest& diff_id = image.config.diff_ids[index];
  const std::string name = store::Store::own_layer(diff_id, image.id());
  const store::Lock held = TRY(lock_layer(store, name));
  if (store.has_layer(name)) return {};
  const std::vector<std::string> layers = store.layers_of(image);
  std::vector<sys::Fd> below;
  for (std::size_t i = index; i-- > 0;)
    below.push_back(TRY(sys::open(store.layer_path(layers[i]), O_RDONLY | O_DIRECTORY)));
  sys::Fd file;
  auto source = TRY(open_blob(store, image.manifest.layers[index].digest, file));
  bool needs_below = false;
  return make_layer(
      store, std::move(source), name, diff_id,
      [&below](store::LayerWriter& writer) { writer.look_into(std::move(below)); }, needs_below);
}

}  // namespace

Result<image::Digest> write_layer(Decoder::Source source, store::LayerWriter& writer,
                                  std::string_view algorithm) {
  Decoder decoder(std::move(source));
  Hash hash = TRY(Hash::make(algorithm));
  const auto hashed = [&]() -> Result<std::string_view> {
    const std::string_view bytes = TRY(decoder.next());
    hash.update(bytes);
    return bytes;
  };
  TarReader tar = TRY(TarReader::open(hashed));
  TRY(write_entries(tar, writer));
  while (!TRY(hashed()).empty()) continue;  // the padding at the end counts
  return hash.finish();
}

Result<store::Lock> lock_layer(const store::Store& store, const std::string& name) {
  return store.lock(cat("layer-", name));
}

Result<> unpack_from(const store::Store& store, Decoder::Source source, const image::Digest& blob,
                     const image::Digest& diff_id) {
  bool needs_below = false;
  auto made =
      make_layer(store, std::move(source), store::Store::shared_layer(diff_id), diff_id, {}, needs_below);
  if (made || needs_below) return {};
  return fail(std::move(made).error().within(cat("unpack layer ", blob.text())));
}

Result<> unpack_layer(const store::Store& store, const image::Digest& blob, const image::Digest& diff_id) {
  const std::string name = store::Store::shared_layer(diff_id);
  if (store.has_layer(name)) return {};
  const store::Lock held = TRY(lock_layer(store, name));
  if (store.has_layer(name)) return {};
  sys::Fd file;
  auto source = TRY_IN(open_blob(store, blob, file), "unpack layer");
  return unpack_from(store, std::move(source), blob, diff_id);
}

Result<> unpack_above(const store::Store& store, const store::Image& image) {
  const std::vector<std::string> layers = store.layers_of(image);
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (!store.has_layer(layers[i]))
      TRY_IN(unpack_own(store, image, i), cat("unpack layer ", image.manifest.layers[i].digest.text()));
  return {};
}

Result<> finish_image(const store::Store& store, const image::Reference* name,
                      const image::Digest& manifest) {
  const store::Image image = TRY(store.load_image(manifest, name != nullptr ? name->text() : ""));
  TRY(in_parallel(image.manifest.layers.size(), [&](std::size_t i) {
    return unpack_layer(store, image.manifest.layers[i].digest, image.config.diff_ids[i]);
  }));
  TRY(unpack_above(store, image));
  return name != nullptr ? store.set_ref(*name, manifest) : store.keep_unnamed(manifest);
}

}  // namespace masu::transfer
