// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/blob.h"

#include "decoder.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

namespace masu::transfer {

namespace raw = sys::raw;

std::string NewBlob::name() const {
  return cat("ingest/", what_.digest.algorithm(), "-", what_.digest.hex());
}

Result<NewBlob> NewBlob::open(const store::Store& store, const image::Descriptor& what) {
  NewBlob out(store, what, TRY(Hash::make(what.digest.algorithm())));
  out.file_ = TRY(sys::open_at(store.directory(), out.name().c_str(), O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  const auto source = read_from(out.file_.get());
  for (;;) {
    const std::string_view bytes = TRY(source());
    if (bytes.empty()) break;
    out.hash_.update(bytes);
    out.offset_ += bytes.size();
  }
  if (out.offset_ > what.size) TRY(out.start_over());
  return out;
}

Result<> NewBlob::start_over() {
  if (raw::call(SYS_ftruncate, file_.get(), 0) < 0 || raw::call(SYS_lseek, file_.get(), 0, SEEK_SET) < 0)
    return fail(Error::sys(EIO, cat("begin ", quote(name()), " again")));
  hash_ = TRY(Hash::make(what_.digest.algorithm()));
  offset_ = 0;
  if (moved_) moved_(0);
  return {};
}

Result<sys::Fd> NewBlob::reader() const {
  return sys::open_at(store_->directory(), name().c_str(), O_RDONLY | O_NOFOLLOW);
}

Result<> NewBlob::write(std::string_view bytes) {
  if (offset_ + bytes.size() > what_.size) {
    TRY(start_over());
    return fail(Error::make(Kind::invalid_spec, cat("blob ", what_.digest.text(), " is longer than the ",
                                                    what_.size, " bytes announced")));
  }
  TRY_IN(sys::write_all(file_.get(), bytes), cat("write blob ", what_.digest.text()));
  hash_.update(bytes);
  offset_ += bytes.size();
  if (moved_) moved_(offset_);
  return {};
}

Result<> NewBlob::check() {
  if (offset_ != what_.size)
    return fail(Error::make(Kind::invalid_spec, cat("blob ", what_.digest.text(), " ends after ", offset_,
                                                    " of ", what_.size, " bytes")));
  if (const image::Digest found = hash_.finish(); found != what_.digest) {
    (void)raw::unlinkat(store_->directory(), name().c_str(), 0);
    return fail(Error::make(Kind::invalid_spec, cat("blob ", what_.digest.text(),
                                                    " has another content: its digest is ", found.text())));
  }
  return {};
}

Result<> NewBlob::publish(Synced synced) {
  if (const long failed = synced == Synced::yes ? 0 : raw::call(SYS_fdatasync, file_.get()); failed < 0)
    return fail(
        Error::sys(static_cast<int>(-failed), cat("write blob ", what_.digest.text(), " to the disk")));
  const int moved = raw::renameat(store_->directory(), name().c_str(), store_->directory(),
                                  store::Store::blob_name(what_.digest).c_str());
  if (moved < 0) return fail(Error::sys(-moved, cat("put blob ", what_.digest.text(), " in its place")));
  return {};
}

Result<> NewBlob::finish() {
  TRY(check());
  return publish();
}

bool has_blob(const store::Store& store, const image::Descriptor& what) {
  struct stat status{};
  return raw::fstatat(store.directory(), store::Store::blob_name(what.digest).c_str(), &status,
                      AT_SYMLINK_NOFOLLOW) == 0 &&
         static_cast<std::uint64_t>(status.st_size) == what.size;
}

Result<store::Lock> lock_blob(const store::Store& store, const image::Digest& digest) {
  return store.lock(cat("blob-", digest.hex()));
}

Result<image::Digest> add_blob(const store::Store& store, std::string_view bytes) {
  image::Descriptor what;
  what.digest = sha256(bytes);
  what.size = bytes.size();
  const store::Lock held = TRY(lock_blob(store, what.digest));
  if (has_blob(store, what)) return what.digest;
  NewBlob blob = TRY(NewBlob::open(store, what));
  TRY(blob.start_over());
  TRY(blob.write(bytes));
  TRY(blob.finish());
  return what.digest;
}

Result<> copy_blob(const store::Store& store, int file, const image::Descriptor& what) {
  const store::Lock held = TRY(lock_blob(store, what.digest));
  if (has_blob(store, what)) return {};
  NewBlob blob = TRY(NewBlob::open(store, what));
  TRY(blob.start_over());
  const auto source = read_from(file);
  for (;;) {
    const std::string_view bytes = TRY(source());
    if (bytes.empty()) return blob.finish();
    TRY(blob.write(bytes));
  }
}

}  // namespace masu::transfer
