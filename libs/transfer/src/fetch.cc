// SPDX-License-Identifier: Apache-2.0
#include "fetch.h"

#include "masu/base/try.h"
#include "masu/transfer/blob.h"
#include "masu/transfer/unpack.h"
#include "unpacking.h"

#include <thread>

namespace masu::transfer {
namespace {

using Step = Progress::Step;

// What the manifest has in itself needs no request.
Result<> take_all(Registry& registry, const image::Descriptor& what, NewBlob& blob) {
  if (blob.offset() < what.size && !what.data.empty()) {
    TRY(blob.start_over());
    TRY(blob.write(what.data));
  }
  if (blob.offset() < what.size && what.data.empty()) TRY(registry.blob(what, blob));
  return blob.check();
}

// One thread takes the bytes from the network, hashes them and writes them down; this one decompresses,
// hashes and makes the files.
Result<> fetch_and_unpack(const store::Store& store, Registry& registry, const image::Descriptor& what,
                          const image::Digest& diff_id, const Reporter& report) {
  NewBlob blob = TRY(NewBlob::open(store, what));
  const sys::Fd file = TRY(blob.reader());
  GrowingFile growing;
  growing.grow(blob.offset());
  blob.watch([&](std::uint64_t offset) {
    growing.grow(offset);
    report.tell({Step::moving, what, offset});
  });
  Result<> fetched;
  std::thread fetching([&] {
    fetched = take_all(registry, what, blob);
    growing.end(fetched.has_value());
  });
  auto unpacked = unpack_from(store, growing.source(file.get()), what.digest, diff_id);
  fetching.join();
  if (!fetched) return fetched;
  // A download that was begun again has to be read from its beginning.
  if (!unpacked && unpacked.error().kind() == Kind::invalid_state)
    unpacked = unpack_from(store, read_from(file.get()), what.digest, diff_id);
  // A layer is published when all of the file system is on the disk, and so the blob.
  const bool synced = store.has_layer(store::Store::shared_layer(diff_id));
  TRY(blob.publish(synced ? NewBlob::Synced::yes : NewBlob::Synced::no));
  return unpacked;
}

}  // namespace

Result<> fetch_blob(const store::Store& store, Registry& registry, const image::Descriptor& what) {
  const store::Lock held = TRY(lock_blob(store, what.digest));
  if (has_blob(store, what)) return {};  // from before, or from a pull beside us
  NewBlob blob = TRY(NewBlob::open(store, what));
  TRY(take_all(registry, what, blob));
  return blob.publish();
}

// The order of the locks is blob, layer; who unpacks from the store takes the layer's alone.
Result<> fetch_layer(const store::Store& store, Registry& registry, const image::Descriptor& what,
                     const image::Digest& diff_id, const Reporter& report) {
  const std::string name = store::Store::shared_layer(diff_id);
  const bool here = store.has_layer(name) && has_blob(store, what);
  bool unpacked = here;
  if (!here) {
    const store::Lock held = TRY(lock_blob(store, what.digest));
    const store::Lock layer = TRY(lock_layer(store, name));
    if (!has_blob(store, what) && !store.has_layer(name)) {
      TRY(fetch_and_unpack(store, registry, what, diff_id, report));
      unpacked = true;
    } else if (!has_blob(store, what)) {
      NewBlob blob = TRY(NewBlob::open(store, what));
      blob.watch([&](std::uint64_t offset) { report.tell({Step::moving, what, offset}); });
      TRY(take_all(registry, what, blob));
      TRY(blob.publish());
    }
  }
  if (!unpacked) TRY(unpack_layer(store, what.digest, diff_id));
  report.tell({here ? Step::already : Step::done, what, what.size});
  return {};
}

}  // namespace masu::transfer
