// SPDX-License-Identifier: Apache-2.0
#include "masu/shim/log_file.h"

#include "masu/base/errno_name.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <time.h>
#include <unistd.h>

namespace masu::shim {
namespace {

constexpr unsigned kMode = 0600;

std::int64_t now_ns() {
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

LogFile::LogFile(LogOptions options, sys::Fd directory, LogState* state)
    : options_(std::move(options)),
      directory_(std::move(directory)),
      own_state_(state == nullptr ? std::make_unique<LogState>() : nullptr),
      state_(state == nullptr ? own_state_.get() : state) {}

Result<LogFile> LogFile::open(LogOptions options, LogState* state) {
  if (options.path.empty()) return LogFile(std::move(options), sys::Fd(), state);
  const std::string folder = options.path.substr(0, options.path.rfind('/') + 1);
  sys::Fd directory = TRY_IN(sys::open(folder, O_PATH | O_DIRECTORY), cat("log file ", quote(options.path)));
  LogFile log(std::move(options), std::move(directory), state);
  TRY(log.open_current());
  return log;
}

std::string LogFile::name(unsigned index) const {
  const std::string base = options_.path.substr(options_.path.rfind('/') + 1);
  return index == 0 ? base : cat(base, ".", index);
}

Result<> LogFile::open_current() {
  const std::string file = name(0);
  fd_ = TRY(sys::open_at(directory_.get(), file.c_str(),
                         O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, kMode));
  struct stat found{};
  if (const int error = sys::raw::fstat(fd_.get(), &found); error < 0)
    return fail(Error::sys(-error, "fstat"));
  if (!S_ISREG(found.st_mode))
    return fail(Error::make(Kind::usage, cat("log file ", quote(options_.path), " is not a regular file")));
  size_ = static_cast<std::uint64_t>(found.st_size);
  inode_ = found.st_ino;
  if (state_->progress.mark().file != inode_) end_cut_line();  // else finish() does
  const auto next = std::make_shared<LogGeneration>();
  next->fd = TRY(sys::duplicate(fd_.get()));
  if (current_ != nullptr) current_->next = next;
  current_ = next;
  return {};
}

// A writer that was killed, or a machine that was, may have left half a record.
void LogFile::end_cut_line() {
  char last = '\n';
  if (size_ == 0 || pread(fd_.get(), &last, 1, static_cast<off_t>(size_ - 1)) != 1 || last == '\n') return;
  if (sys::raw::write(fd_.get(), "\n", 1) == 1) ++size_;
}

void LogFile::write(Stream stream, std::string_view bytes) {
  state_->bytes += bytes.size();
  if (!fd_.valid()) return;
  const std::uint64_t excess = count_excess(bytes);
  state_->lost += excess;
  if (state_->unreported > 0) report_loss();
  state_->progress.time_ns = now_ns();
  log(stream, bytes.substr(0, bytes.size() - excess), 0);
  if (excess > 0) close_log();
}

// Bytes at the end of those just counted that are too many for this log.
std::uint64_t LogFile::count_excess(std::string_view bytes) const {
  if (options_.max_total == 0 || state_->bytes <= options_.max_total) return 0;
  return std::min<std::uint64_t>(state_->bytes - options_.max_total, bytes.size());
}

// No more will come, and the log says so.
void LogFile::close_log() {
  if (std::exchange(state_->full, true)) return;
  std::string record;
  append_records(
      record, options_.format, Stream::err,
      cat("masu-shim: the log has ", options_.max_total, " bytes of output, what follows is not logged\n"),
      now_ns());
  (void)put(record, 0, nullptr);
}

void LogFile::finish(Stream stream, std::string_view bytes) {
  const LogProgress::Mark mark = state_->progress.mark();
  if (mark.file == 0 || !fd_.valid()) return write(stream, bytes);
  bytes.remove_suffix(count_excess(bytes));
  log(stream, bytes, mark.written + (mark.file == inode_ && size_ > mark.size ? size_ - mark.size : 0));
}

// The same bytes at the same time make the same records: those that were written are known by their size.
void LogFile::log(Stream stream, std::string_view bytes, std::uint64_t written) {
  buffer_.clear();
  append_records(buffer_, options_.format, stream, bytes, state_->progress.time_ns);
  const std::string_view records = buffer_;
  written = std::min<std::uint64_t>(written, records.size());
  if (put(records.substr(written), written, &state_->progress)) return;
  state_->lost += bytes.size();
  state_->unreported += bytes.size();
}

// As many records as this file may have yet; at least one if it has none.
std::size_t LogFile::fitting(std::string_view records) const {
  if (options_.max_size == 0 || size_ + records.size() <= options_.max_size) return records.size();
  const std::uint64_t room = options_.max_size > size_ ? options_.max_size - size_ : 0;
  const auto end = room == 0 ? std::string_view::npos : records.rfind('\n', room - 1);
  if (end != std::string_view::npos) return end + 1;
  return size_ > 0 ? 0 : records.find('\n') + 1;
}

// Notes how far it has come, unless `progress` is null.
bool LogFile::put(std::string_view records, std::uint64_t written, LogProgress* progress) {
  const auto note = [&] {
    if (progress != nullptr) progress->set({.written = written, .size = size_, .file = inode_});
  };
  while (!records.empty()) {
    const std::size_t size = fitting(records);
    if (size == 0) {
      if (!rotate()) return false;
      continue;
    }
    note();
    if (!put_whole(records.substr(0, size))) return false;
    records.remove_prefix(size);
    written += size;
    note();
  }
  return true;
}

// Whole records or none: what a full disk took of them is taken back.
bool LogFile::put_whole(std::string_view records) {
  std::size_t done = 0;
  while (done < records.size()) {
    const long written = sys::raw::write(fd_.get(), records.data() + done, records.size() - done);
    if (written == -EINTR) continue;
    if (written <= 0) {
      (void)sys::raw::call(SYS_ftruncate, fd_.get(), size_);
      return false;
    }
    done += static_cast<std::size_t>(written);
  }
  size_ += records.size();
  return true;
}

void LogFile::report_loss() {
  std::string record;
  append_records(record, options_.format, Stream::err,
                 cat("masu-shim: ", state_->unreported,
                     " bytes of output are missing here, the log could not be written\n"),
                 now_ns());
  if (put(record, 0, nullptr)) state_->unreported = 0;
}

void LogFile::complete() const {
  if (options_.sync && fd_.valid()) (void)sys::raw::call(SYS_fsync, fd_.get());
}

Result<> LogFile::rotate() {
  if (!fd_.valid()) return {};
  complete();
  for (unsigned index = options_.max_files - 1; index >= 1; --index) {
    const std::string from = name(index - 1), to = name(index);
    const int moved = sys::raw::renameat(directory_.get(), from.c_str(), directory_.get(), to.c_str());
    if (moved < 0 && moved != -ENOENT) return fail(Error::sys(-moved, cat("rename ", quote(from))));
  }
  if (options_.max_files <= 1) (void)sys::raw::unlinkat(directory_.get(), name(0).c_str(), 0);
  return open_current();
}

Result<> LogFile::reopen() {
  if (!fd_.valid()) return {};
  return open_current();
}

std::vector<std::shared_ptr<LogGeneration>> LogFile::generations() const {
  std::vector<std::shared_ptr<LogGeneration>> all;
  if (current_ == nullptr) return all;
  for (unsigned index = options_.max_files - 1; index >= 1; --index) {
    auto fd = sys::open_at(directory_.get(), name(index).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!fd) continue;
    all.push_back(std::make_shared<LogGeneration>(LogGeneration{std::move(*fd), nullptr}));
  }
  all.push_back(current_);
  for (std::size_t i = 0; i + 1 < all.size(); ++i) all[i]->next = all[i + 1];
  return all;
}

}  // namespace masu::shim
