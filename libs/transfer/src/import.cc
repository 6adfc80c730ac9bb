// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/import.h"

#include "decoder.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/image/changes.h"
#include "masu/sys/raw.h"
#include "masu/transfer/blob.h"
#include "masu/transfer/encoder.h"
#include "masu/transfer/hash.h"
#include "masu/transfer/unpack.h"

#include <time.h>
#include <unistd.h>

namespace masu::transfer {
namespace {

// As it comes, compressed or not; it may be a pipe, and its digest has to be known before it is a blob.
Result<image::Descriptor> spool(int from, int to) {
  Hash hash = TRY(Hash::make("sha256"));
  image::Descriptor out;
  const auto source = read_from(from);
  for (;;) {
    const std::string_view bytes = TRY(source());
    if (bytes.empty()) break;
    hash.update(bytes);
    out.size += bytes.size();
    TRY(sys::write_all(to, bytes));
  }
  out.digest = hash.finish();
  return out;
}

Result<image::Digest> digest_of_content(int file) {
  if (sys::raw::call(SYS_lseek, file, 0, SEEK_SET) < 0) return fail(Error::make(Kind::internal, "rewind"));
  Hash hash = TRY(Hash::make("sha256"));
  Decoder decoder(read_from(file));
  for (;;) {
    const std::string_view bytes = TRY(decoder.next());
    if (bytes.empty()) return hash.finish();
    hash.update(bytes);
  }
}

std::string now() {
  timespec time{};
  (void)clock_gettime(CLOCK_REALTIME, &time);
  return text::rfc3339(time.tv_sec, time.tv_nsec);
}

Result<image::Config> make_config(const ImportOptions& options, const std::string& from,
                                  image::Digest diff_id) {
  image::Config out;
  out.platform = options.platform;
  out.created = now();
  out.diff_ids.push_back(std::move(diff_id));
  const std::string comment = options.comment.empty() ? cat("Imported from ", from) : options.comment;
  out.history.push_back(
      {.created = out.created, .created_by = "masu import", .author = {}, .comment = comment});
  for (const std::string& change : options.changes) TRY(image::apply_change(out, change));
  return out;
}

Result<image::Digest> add(const store::Store& store, int from, const std::string& path,
                          const ImportOptions& options) {
  const sys::Fd file = TRY(make_temporary(store));
  image::Descriptor layer = TRY(spool(from, file.get()));
  if (layer.size == 0) return fail(Error::make(Kind::invalid_spec, "it is empty"));
  const std::string_view compression = TRY(compression_of(file.get()));
  layer.media_type = layer_type(false, compression);
  image::Digest content = TRY(digest_of_content(file.get()));
  const image::Config config = TRY(make_config(options, path, std::move(content)));
  if (sys::raw::call(SYS_lseek, file.get(), 0, SEEK_SET) < 0)
    return fail(Error::make(Kind::internal, "rewind"));
  TRY(copy_blob(store, file.get(), layer));
  const std::string text = config.text();
  image::Manifest manifest;
  manifest.media_type = image::kOciManifest;
  manifest.config.media_type = image::kOciConfig;
  manifest.config.digest = TRY(add_blob(store, text));
  manifest.config.size = text.size();
  manifest.layers.push_back(std::move(layer));
  return add_blob(store, manifest.text());
}

}  // namespace

Result<store::Image> import_image(const store::Store& store, const std::string& path,
                                  const image::Reference* name, const ImportOptions& options) {
  const auto frame = [&path] { return cat("import ", path == "-" ? "stdin" : quote(path)); };
  sys::Fd opened;
  if (path != "-") opened = TRY_IN(sys::open(path, O_RDONLY), frame());
  const store::Lock adding = TRY(store.lock(store::Store::kAdding, store::Store::Sharing::shared));
  const image::Digest manifest =
      TRY_IN(add(store, path == "-" ? STDIN_FILENO : opened.get(), path, options), frame());
  TRY_IN(finish_image(store, name, manifest), frame());
  return store.load_image(manifest, name != nullptr ? name->text() : "");
}

}  // namespace masu::transfer
