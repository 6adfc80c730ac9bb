// SPDX-License-Identifier: Apache-2.0
//
// Puts blobs into the store: hashed as they are written, to a name that no reader asks for, and renamed when
// size and digest are what they should be. A blob that breaks off is kept and gone on with.
#pragma once

#include "masu/base/error.h"
#include "masu/image/document.h"
#include "masu/store/store.h"
#include "masu/transfer/hash.h"

#include <cstdint>
#include <functional>
#include <string_view>

namespace masu::transfer {

class NewBlob {
 public:
  /// Goes on with what an earlier call has left. The caller holds the blob's lock (lock_blob()).
  static Result<NewBlob> open(const store::Store& store, const image::Descriptor& what);

  std::uint64_t offset() const { return offset_; }
  /// Called with the offset whenever it changes.
  void watch(std::function<void(std::uint64_t)> moved) { moved_ = std::move(moved); }
  /// The file by another fd, to be read while it grows.
  Result<sys::Fd> reader() const;
  /// Fails once there are more bytes than the descriptor says: nobody fills the disk with what was not
  /// announced.
  Result<> write(std::string_view bytes);
  Result<> start_over();
  /// Checks size and digest; what is wrong is removed.
  Result<> check();
  enum class Synced { no, yes };
  /// The store has the blob, durably; after check(). `synced`: it is on the disk already.
  Result<> publish(Synced synced = Synced::no);
  /// Both.
  Result<> finish();

 private:
  NewBlob(const store::Store& store, image::Descriptor what, Hash hash)
      : store_(&store), what_(std::move(what)), hash_(std::move(hash)) {}
  std::string name() const;

  const store::Store* store_;
  image::Descriptor what_;
  Hash hash_;
  sys::Fd file_;
  std::uint64_t offset_ = 0;
  std::function<void(std::uint64_t)> moved_;
};

/// Whether the store has the blob, with the size that it should have.
bool has_blob(const store::Store& store, const image::Descriptor& what);

Result<store::Lock> lock_blob(const store::Store& store, const image::Digest& digest);

/// A blob that is in memory: a manifest, a configuration.
Result<image::Digest> add_blob(const store::Store& store, std::string_view bytes);

/// Copies an open file, which has to be what the descriptor says. Nothing to do if the store has it.
Result<> copy_blob(const store::Store& store, int file, const image::Descriptor& what);

}  // namespace masu::transfer
