// SPDX-License-Identifier: Apache-2.0
#include "masu/shim/log_reader.h"

#include <algorithm>

#include <unistd.h>

namespace masu::shim {
namespace {

constexpr std::size_t kBlock = std::size_t{128} * 1024;
constexpr std::size_t kLongestLine = std::size_t{4} * 1024 * 1024;  // of a file that is not ours

std::string read_at(const LogGeneration& file, std::int64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  const ssize_t got = pread(file.fd.get(), bytes.data(), size, offset);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

std::int64_t size_of(const LogGeneration& file) {
  return std::max<std::int64_t>(lseek(file.fd.get(), 0, SEEK_END), 0);
}

}  // namespace

LogReader::LogReader(const LogFile& log, LogQuery query)
    : format_(log.options().format), query_(query), files_(log.generations()) {
  if (files_.empty()) return;
  if (query_.tail) {
    at_ = files_.back();
    offset_ = size_of(*at_);
    seeking_ = true;
  } else {
    at_ = files_.front();
    files_.clear();
  }
}

bool LogReader::matches(const LogRecord& record) const {
  if (record.stream == Stream::out ? !query_.out : !query_.err) return false;
  if (!query_.since && !query_.until) return true;
  const auto time = parse_time(record.time);
  return time && (!query_.since || *time >= *query_.since) && (!query_.until || *time < *query_.until);
}

void LogReader::take(std::string_view line, std::string& out) const {
  const auto record = parse_record(format_, line);
  if (!record || !matches(*record)) return;
  if (query_.text) return append_message(out, format_, *record);
  out += line;
  out += '\n';
}

// From the end backwards: the tail begins behind the line end that is one too many. A partial record belongs
// to the line that the next one ends.
void LogReader::count_back(std::string_view lines) {
  std::size_t end = lines.size();
  while (end > 0 && !found_) {
    const auto before = lines.substr(0, end - 1).rfind('\n');
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const auto record = parse_record(format_, lines.substr(begin, end - 1 - begin));
    const bool ends_line = record && matches(*record) && (!record->partial || counted_ == 0);
    if (ends_line) ++counted_;
    if (counted_ > *query_.tail) {
      offset_ += static_cast<std::int64_t>(end);
      found_ = true;
    }
    end = begin;
  }
}

// One block further back. A block is cut at its first line break, unless it is the file's beginning.
void LogReader::seek_back() {
  if (*query_.tail == 0) {
    found_ = true;
  } else if (offset_ == 0) {
    const auto here = std::ranges::find(files_, at_);
    if (here == files_.begin()) {
      found_ = true;
    } else {
      at_ = *(here - 1);
      offset_ = size_of(*at_);
    }
  } else {
    for (std::size_t size = kBlock;; size *= 2) {
      const std::int64_t begin = std::max<std::int64_t>(offset_ - static_cast<std::int64_t>(size), 0);
      const std::string block = read_at(*at_, begin, static_cast<std::size_t>(offset_ - begin));
      const auto first = begin == 0 ? std::string::npos : block.find('\n');
      if (begin > 0 && (first == std::string::npos || first + 1 >= block.size()) && size < kLongestLine)
        continue;
      const std::size_t cut = first == std::string::npos ? 0 : first + 1;
      offset_ = begin + static_cast<std::int64_t>(cut);
      count_back(std::string_view(block).substr(cut));
      break;
    }
  }
  if (!found_) return;
  seeking_ = false;
  files_.clear();
}

LogReader::Step LogReader::step(std::string& out) {
  if (at_ == nullptr) return Step::end;
  if (seeking_) {
    seek_back();
    return Step::more;
  }
  const std::string block = read_at(*at_, offset_, kBlock);
  if (block.empty()) {
    if (at_->next == nullptr) return Step::end;
    at_ = at_->next;
    offset_ = 0;
    cut_.clear();
    return Step::more;
  }
  offset_ += static_cast<std::int64_t>(block.size());
  std::string_view rest = block;
  for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    cut_ += rest.substr(0, end);
    take(cut_, out);
    cut_.clear();
    rest.remove_prefix(end + 1);
  }
  if (cut_.size() + rest.size() <= kLongestLine) cut_ += rest;
  return Step::more;
}

}  // namespace masu::shim
