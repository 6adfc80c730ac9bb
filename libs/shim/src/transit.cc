// SPDX-License-Identifier: Apache-2.0
#include "transit.h"

#include "masu/sys/raw.h"

#include <atomic>
#include <cerrno>
#include <new>

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace masu::shim {
namespace {

constexpr std::size_t kSize = std::size_t{128} * 1024;
constexpr std::size_t kPage = 4096;

}  // namespace

// The order of the stores matters, not when they reach memory: a killed process has made all before the kill.
struct Transit::Shared {
  LogState log;
  std::atomic<Stream> stream{Stream::out};
  std::atomic<std::size_t> size{
      0};  // of what is taken, as far as it is known: less than that may be in `bytes`
  alignas(kPage) char bytes[kSize];
};

Result<std::unique_ptr<Transit>> Transit::make() {
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return fail(Error::sys(errno, "mmap"));
  int fds[2];
  if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0) {
    (void)munmap(memory, sizeof(Shared));
    return fail(Error::sys(errno, "pipe"));
  }
  std::unique_ptr<Transit> transit(new Transit(new (memory) Shared, sys::Fd(fds[1]), sys::Fd(fds[0])));
  (void)sys::raw::fcntl(fds[1], F_SETPIPE_SZ, kSize);  // or what the user may have
  return transit;
}

Transit::~Transit() { (void)munmap(shared_, sizeof(Shared)); }

std::string_view Transit::bytes() const { return {shared_->bytes, shared_->size}; }
Stream Transit::stream() const { return shared_->stream; }
LogState& Transit::log() const { return shared_->log; }

long Transit::take(int fd, Stream stream) {
  shared_->log.progress.begin();
  shared_->stream = stream;
  const long moved =
      sys::raw::call(SYS_splice, fd, nullptr, in_.get(), nullptr, kSize, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
  if (moved <= 0) return moved;
  shared_->size = static_cast<std::size_t>(moved);
  if (sys::raw::read(out_.get(), shared_->bytes, static_cast<std::size_t>(moved)) == moved) return moved;
  return fill();
}

// The pipe's rest is always the end of what was taken.
long Transit::fill() {
  const std::size_t size = shared_->size;
  int waiting = 0;
  while (ioctl(out_.get(), FIONREAD, &waiting) == 0 && waiting > 0) {
    const std::size_t have = size - static_cast<std::size_t>(waiting);
    const long got = sys::raw::read(out_.get(), shared_->bytes + have, static_cast<std::size_t>(waiting));
    if (got <= 0 && got != -EINTR) return got == 0 ? -EIO : got;
  }
  return static_cast<long>(size);
}

void Transit::clear() { shared_->size = 0; }

void Transit::recover() {
  if (shared_->size == 0) {  // it was killed before it could note the size
    int waiting = 0;
    if (ioctl(out_.get(), FIONREAD, &waiting) == 0 && waiting > 0)
      shared_->size = static_cast<std::size_t>(waiting);
  }
  (void)fill();
}

void Transit::shrink() { (void)madvise(shared_->bytes, kSize, MADV_REMOVE); }

}  // namespace masu::shim
