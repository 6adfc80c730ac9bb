// SPDX-License-Identifier: Apache-2.0
#include "decoder.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/transfer/archive.h"
#include "tar.h"

#include <algorithm>
#include <array>
#include <optional>

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

namespace masu::transfer {

using store::Entry;

struct ArchiveWriter::State {
  archive* writer = archive_write_new();
  archive_entry* header = archive_entry_new();
  Take take;
  std::optional<Error> failure;  // of the taker, which libarchive only knows as a number
  std::uint64_t written = 0, size = 0;
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    archive_entry_free(header);
    // Frees without the rest of an archive that nobody will have.
    (void)archive_write_fail(writer);
    (void)archive_write_free(writer);
  }

  static la_ssize_t pass_on(archive* target, void* self, const void* bytes, std::size_t count) {
    State& state = *static_cast<State*>(self);
    auto taken = state.take({static_cast<const char*>(bytes), count});
    if (taken) return static_cast<la_ssize_t>(count);
    archive_set_error(target, EIO, "%s", "output");
    state.failure = std::move(taken).error();
    return -1;
  }

  Error error(std::string_view what) {
    if (failure) return std::move(*failure);
    const char* text = archive_error_string(writer);
    return Error::make(Kind::system, cat("write ", what, ": ", text != nullptr ? text : "no reason given"));
  }

  Result<> put(const void* bytes, std::size_t count) {
    if (archive_write_data(writer, bytes, count) != static_cast<la_ssize_t>(count))
      return fail(error("the archive"));
    return {};
  }

  Result<> fill_to(std::uint64_t offset) {
    static constexpr std::array<char, 65536> kZeros{};
    while (written < offset) {
      const std::size_t piece = std::min<std::uint64_t>(kZeros.size(), offset - written);
      TRY(put(kZeros.data(), piece));
      written += piece;
    }
    return {};
  }
};

namespace {

unsigned type_bits(Entry::Type type) {
  switch (type) {
    case Entry::Type::folder:
      return AE_IFDIR;
    case Entry::Type::symlink:
      return AE_IFLNK;
    case Entry::Type::character:
      return AE_IFCHR;
    case Entry::Type::block:
      return AE_IFBLK;
    case Entry::Type::fifo:
      return AE_IFIFO;
    default:
      return AE_IFREG;
  }
}

}  // namespace

ArchiveWriter::ArchiveWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ArchiveWriter::ArchiveWriter(ArchiveWriter&&) noexcept = default;
ArchiveWriter& ArchiveWriter::operator=(ArchiveWriter&&) noexcept = default;
ArchiveWriter::~ArchiveWriter() = default;

Result<ArchiveWriter> ArchiveWriter::open(Take take) {
  auto state = std::make_unique<State>();
  state->take = std::move(take);
  constexpr int kPiece = 65536;
  (void)archive_write_set_format_pax_restricted(state->writer);
  (void)archive_write_set_bytes_per_block(state->writer, kPiece);
  (void)archive_write_set_bytes_in_last_block(state->writer, 512);
  if (archive_write_open(state->writer, state.get(), nullptr, &State::pass_on, nullptr) != ARCHIVE_OK)
    return fail(state->error("the archive"));
  return ArchiveWriter(std::move(state));
}

Result<> ArchiveWriter::begin(const Entry& entry) {
  TRY(state_->fill_to(state_->size));  // what was left of the file before
  archive_entry* header = archive_entry_clear(state_->header);
  archive_entry_set_pathname(header, entry.path.c_str());
  archive_entry_set_filetype(header, type_bits(entry.type));
  archive_entry_set_perm(header, static_cast<mode_t>(entry.mode));
  archive_entry_set_uid(header, entry.uid);
  archive_entry_set_gid(header, entry.gid);
  archive_entry_set_mtime(header, entry.mtime, static_cast<long>(entry.mtime_ns));
  archive_entry_set_size(header, static_cast<la_int64_t>(entry.type == Entry::Type::file ? entry.size : 0));
  if (entry.type == Entry::Type::symlink) archive_entry_set_symlink(header, entry.target.c_str());
  if (entry.type == Entry::Type::hardlink) archive_entry_set_hardlink(header, entry.target.c_str());
  archive_entry_set_rdevmajor(header, entry.major);
  archive_entry_set_rdevminor(header, entry.minor);
  for (const auto& [name, value] : entry.xattrs)
    archive_entry_xattr_add_entry(header, name.c_str(), value.data(), value.size());
  const int outcome = archive_write_header(state_->writer, header);
  if (outcome != ARCHIVE_OK && outcome != ARCHIVE_WARN) return fail(state_->error(quote(entry.path)));
  state_->written = 0;
  state_->size = entry.type == Entry::Type::file ? entry.size : 0;
  return {};
}

Result<> ArchiveWriter::write(std::string_view bytes, std::uint64_t offset) {
  TRY(state_->fill_to(offset));
  TRY(state_->put(bytes.data(), bytes.size()));
  state_->written += bytes.size();
  return {};
}

Result<> ArchiveWriter::finish() {
  TRY(state_->fill_to(state_->size));
  if (archive_write_close(state_->writer) != ARCHIVE_OK) return fail(state_->error("the archive's end"));
  return {};
}

store::EntrySink ArchiveWriter::sink() {
  return {.begin = [this](const Entry& entry) { return begin(entry); },
          .write = [this](std::string_view bytes, std::uint64_t offset) { return write(bytes, offset); }};
}

Result<> read_archive(int file, const store::EntrySink& sink) {
  Decoder decoder(read_from(file));
  TarReader tar = TRY(TarReader::open([&decoder] { return decoder.next(); }));
  while (const auto entry = TRY(tar.next())) {
    TRY(sink.begin(*entry));
    if (entry->type != Entry::Type::file) continue;
    while (const auto block = TRY(tar.next_block())) TRY(sink.write(block->bytes, block->offset));
  }
  return {};
}

}  // namespace masu::transfer
