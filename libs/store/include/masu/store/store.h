// SPDX-License-Identifier: Apache-2.0
//
// The content-addressed store of images, a folder:
//
//     oci-layout index.json blobs/sha256/<hex>    an OCI image layout, which other tools read as well
//     refs/<name with % for />                    symbolic link to the digest of the name's manifest
//     refs/@<digest>                              the same for an image that is kept without a name
//     layers/<diff id>/diff                       a layer, unpacked once for all images that have it
//     layers/<diff id>-<image id>/diff            one that has files of the layers below it: of this image
//     alone ingest/<digest>                             a download that has not come to its end locks/<what>
//     flock(2), one for each object
//
// What is half made has a name that no reader asks for, and is renamed when it is whole. Readers take no
// lock.
#pragma once

#include "masu/base/error.h"
#include "masu/image/digest.h"
#include "masu/image/document.h"
#include "masu/image/reference.h"
#include "masu/sys/fd.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace masu::store {

struct Ref {
  std::string name;  ///< image::Reference::text(); empty for an image that is kept without one
  image::Digest manifest;
};

struct Image {
  std::string name;  ///< empty: it has none any more
  image::Digest manifest_digest;
  image::Manifest manifest;
  image::Config config;
  /// The digest of its configuration, which is what docker and podman call the image's id.
  const image::Digest& id() const { return manifest.config.digest; }
  std::uint64_t size() const;  ///< bytes of its layers, compressed
  /// Whether `text`, by which it was found, is a name of it, and not its id.
  bool is_named_by(std::string_view text) const;
};

/// Held as long as this lives.
class [[nodiscard]] Lock {
 public:
  explicit Lock(sys::Fd fd) : fd_(std::move(fd)) {}

 private:
  sys::Fd fd_;
};

class Store {
 public:
  /// Makes the folders that are missing (0700).
  static Result<Store> open(std::string root);

  const std::string& root() const { return root_; }
  int directory() const { return directory_.get(); }

  // Blobs.
  static std::string blob_name(const image::Digest& digest);  ///< "blobs/sha256/…", below root()
  bool has_blob(const image::Digest& digest) const;
  Result<std::string> read_blob(const image::Digest& digest, std::size_t limit) const;

  // Names.
  Result<> set_ref(const image::Reference& name, const image::Digest& manifest) const;
  Result<bool> remove_ref(const image::Reference& name) const;  ///< false: there was none
  Result<std::optional<image::Digest>> find_ref(const image::Reference& name) const;
  Result<std::vector<Ref>> refs() const;
  /// An image without a name is kept until forget_unnamed(): one that was loaded or imported so, whose names
  /// were taken, or whose name became that of another. No effect if it has a name.
  Result<> keep_unnamed(const image::Digest& manifest) const;
  Result<bool> forget_unnamed(const image::Digest& manifest) const;

  /// By name, by id or by the beginning of an id. Kind::not_found if there is none.
  Result<Image> find_image(std::string_view text) const;
  Result<Image> load_image(const image::Digest& manifest, std::string name) const;
  /// Every name's image; those whose files are damaged are left out.
  Result<std::vector<Image>> images() const;
  /// Whether all blobs and layers of the image are here.
  bool is_complete(const Image& image) const;

  // Layers, by the names of their folders.
  static std::string shared_layer(const image::Digest& diff_id);
  static std::string own_layer(const image::Digest& diff_id, const image::Digest& image_id);
  /// Of each layer of the image the one that is here, its own before the shared; that, too, if none is.
  std::vector<std::string> layers_of(const Image& image) const;
  bool has_layer(const std::string& name) const;
  std::string layer_path(const std::string& name) const;  ///< absolute
  /// A folder for the layer's files that nobody sees yet. Publishing it syncs and renames; dropping it leaves
  /// rests that sweep() removes. The caller holds lock().
  struct NewLayer {
    std::string name;  ///< below root(), as long as it is not published
    sys::Fd folder;    ///< its diff/
  };
  Result<NewLayer> begin_layer(const std::string& name) const;
  Result<> publish_layer(const NewLayer& layer, const std::string& name) const;

  /// Waits for the object's lock. The one called kAdding is shared by those who add to the store and taken
  /// alone by sweep(), so that nothing goes from under them before it has its name.
  enum class Sharing { alone, shared };
  Result<Lock> lock(std::string_view what, Sharing sharing = Sharing::alone) const;
  static constexpr std::string_view kAdding = "adding";

  struct Swept {
    std::size_t blobs = 0, layers = 0, rests = 0;
    std::uint64_t bytes = 0;
  };
  /// Removes what no name leads to, and what the killed have left. `kept` are manifests in use besides.
  Result<Swept> sweep(const std::vector<image::Digest>& kept) const;

 private:
  Store(std::string root, sys::Fd directory) : root_(std::move(root)), directory_(std::move(directory)) {}
  Result<> write_index() const;
  Result<std::optional<Ref>> find_by_short_name(std::string_view text) const;
  Result<> link_ref(const std::string& file, const image::Digest& manifest) const;

  std::string root_;
  sys::Fd directory_;
};

/// `size` random bytes as hex.
Result<std::string> random_hex(std::size_t size);

}  // namespace masu::store
