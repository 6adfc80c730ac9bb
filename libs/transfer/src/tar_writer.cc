// SPDX-License-Identifier: Apache-2.0
#include "tar_writer.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <archive.h>
#include <archive_entry.h>

namespace masu::transfer {
namespace {

constexpr std::size_t kBuffer = std::size_t{256} * 1024;

}  // namespace

struct TarWriter::State {
  archive* writer = archive_write_new();
  std::vector<char> buffer = std::vector<char>(kBuffer);
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    (void)archive_write_fail(writer);  // no end of an archive whose writer gave up
    (void)archive_write_free(writer);
  }
  Error error() const {
    const char* text = archive_error_string(writer);
    const int number = archive_errno(writer);
    std::string what = cat("write the archive", text != nullptr && number <= 0 ? cat(": ", text) : "");
    return number > 0 ? Error::sys(number, std::move(what)) : Error::make(Kind::internal, std::move(what));
  }
};

TarWriter::TarWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
TarWriter::TarWriter(TarWriter&&) noexcept = default;
TarWriter& TarWriter::operator=(TarWriter&&) noexcept = default;
TarWriter::~TarWriter() = default;

Result<TarWriter> TarWriter::open(int file) {
  auto state = std::make_unique<State>();
  (void)archive_write_set_format_pax_restricted(state->writer);
  (void)archive_write_set_bytes_in_last_block(state->writer, 1);
  if (archive_write_open_fd(state->writer, file) != ARCHIVE_OK) return fail(state->error());
  return TarWriter(std::move(state));
}

Result<> TarWriter::header(const std::string& name, unsigned type, unsigned mode, std::uint64_t size) {
  const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                       archive_entry_free);
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_filetype(entry.get(), type);
  archive_entry_set_perm(entry.get(), mode);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
  archive_entry_set_mtime(entry.get(), 0, 0);
  if (archive_write_header(state_->writer, entry.get()) != ARCHIVE_OK) return fail(state_->error());
  return {};
}

Result<> TarWriter::folder(const std::string& name) { return header(name, AE_IFDIR, 0755, 0); }

Result<> TarWriter::file(const std::string& name, std::string_view content) {
  TRY(header(name, AE_IFREG, 0644, content.size()));
  if (archive_write_data(state_->writer, content.data(), content.size()) !=
      static_cast<la_ssize_t>(content.size()))
    return fail(state_->error());
  return {};
}

Result<> TarWriter::copy(const std::string& name, int file, std::uint64_t size) {
  TRY(header(name, AE_IFREG, 0644, size));
  for (std::uint64_t done = 0; done < size;) {
    const long got = sys::raw::call(SYS_pread64, file, state_->buffer.data(),
                                    std::min<std::uint64_t>(state_->buffer.size(), size - done), done);
    if (got == -EINTR) continue;
    if (got <= 0) return fail(Error::sys(got < 0 ? static_cast<int>(-got) : EIO, cat("read ", quote(name))));
    if (archive_write_data(state_->writer, state_->buffer.data(), static_cast<std::size_t>(got)) != got)
      return fail(state_->error());
    done += static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<> TarWriter::finish() {
  if (archive_write_close(state_->writer) != ARCHIVE_OK) return fail(state_->error());
  return {};
}

}  // namespace masu::transfer
