// SPDX-License-Identifier: Apache-2.0
#include "tar.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

#include <archive.h>
#include <archive_entry.h>

namespace masu::transfer {

using store::Entry;

struct TarReader::State {
  archive* reader = archive_read_new();
  Decoder::Source source;
  std::optional<Error> failure;  // of the source, which libarchive only knows as a number
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { (void)archive_read_free(reader); }

  static la_ssize_t read(archive* reader, void* self, const void** bytes) {
    State& state = *static_cast<State*>(self);
    auto got = state.source();
    if (!got) {
      archive_set_error(reader, EIO, "%s", "source");
      state.failure = std::move(got).error();
      return -1;
    }
    *bytes = got->data();
    return static_cast<la_ssize_t>(got->size());
  }

  Error error() {
    if (failure) return std::move(*failure);
    const char* text = archive_error_string(reader);
    return Error::make(Kind::invalid_spec,
                       cat("the tar archive is damaged: ", text != nullptr ? text : "no reason given"));
  }
};

namespace {

std::optional<Entry::Type> type_of(archive_entry* from) {
  if (archive_entry_hardlink(from) != nullptr) return Entry::Type::hardlink;
  switch (archive_entry_filetype(from)) {
    case AE_IFREG:
      return Entry::Type::file;
    case AE_IFDIR:
      return Entry::Type::folder;
    case AE_IFLNK:
      return Entry::Type::symlink;
    case AE_IFCHR:
      return Entry::Type::character;
    case AE_IFBLK:
      return Entry::Type::block;
    case AE_IFIFO:
      return Entry::Type::fifo;
    case AE_IFSOCK:
      return Entry::Type::socket;
    default:
      return std::nullopt;
  }
}

Result<std::uint32_t> owner(la_int64_t id, std::string_view path) {
  constexpr la_int64_t kLargest = 0xFFFFFFFE;
  if (id < 0 || id > kLargest)
    return fail(
        Error::make(Kind::invalid_spec, cat("the owner of ", quote(path), " is no user or group: ", id)));
  return static_cast<std::uint32_t>(id);
}

Result<Entry> convert(archive_entry* from) {
  Entry out;
  const char* path = archive_entry_pathname(from);
  if (path == nullptr)
    return fail(Error::make(Kind::invalid_spec, "the tar archive has an entry without a readable name"));
  out.path = path;
  const auto type = type_of(from);
  if (!type)
    return fail(Error::make(Kind::invalid_spec, cat("the entry ", quote(out.path), " is of no known type")));
  out.type = *type;
  out.mode = archive_entry_perm(from);
  out.uid = TRY(owner(archive_entry_uid(from), out.path));
  out.gid = TRY(owner(archive_entry_gid(from), out.path));
  out.mtime = archive_entry_mtime(from);
  out.mtime_ns = archive_entry_mtime_nsec(from);
  out.size = static_cast<std::uint64_t>(archive_entry_size(from));
  if (const char* target = archive_entry_hardlink(from))
    out.target = target;
  else if (const char* link = archive_entry_symlink(from))
    out.target = link;
  out.major = static_cast<std::uint32_t>(archive_entry_rdevmajor(from));
  out.minor = static_cast<std::uint32_t>(archive_entry_rdevminor(from));
  (void)archive_entry_xattr_reset(from);
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (archive_entry_xattr_next(from, &name, &value, &size) == ARCHIVE_OK)
    out.xattrs.emplace_back(name, std::string(static_cast<const char*>(value), size));
  return out;
}

}  // namespace

TarReader::TarReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
TarReader::TarReader(TarReader&&) noexcept = default;
TarReader& TarReader::operator=(TarReader&&) noexcept = default;
TarReader::~TarReader() = default;

Result<TarReader> TarReader::open(Decoder::Source source) {
  auto state = std::make_unique<State>();
  state->source = std::move(source);
  (void)archive_read_support_format_tar(state->reader);
  (void)archive_read_support_format_empty(state->reader);
  if (archive_read_open(state->reader, state.get(), nullptr, &State::read, nullptr) != ARCHIVE_OK)
    return fail(state->error());
  return TarReader(std::move(state));
}

Result<std::optional<Entry>> TarReader::next() {
  archive_entry* entry = nullptr;
  const int outcome = archive_read_next_header(state_->reader, &entry);
  if (outcome == ARCHIVE_EOF) return std::nullopt;
  if (outcome != ARCHIVE_OK && outcome != ARCHIVE_WARN) return fail(state_->error());
  return TRY(convert(entry));
}

Result<std::optional<TarReader::Block>> TarReader::next_block() {
  const void* bytes = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int outcome = archive_read_data_block(state_->reader, &bytes, &size, &offset);
  if (outcome == ARCHIVE_EOF) return std::nullopt;
  if (outcome != ARCHIVE_OK && outcome != ARCHIVE_WARN) return fail(state_->error());
  return Block{{static_cast<const char*>(bytes), size}, static_cast<std::uint64_t>(offset)};
}

}  // namespace masu::transfer
