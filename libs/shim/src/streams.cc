// SPDX-License-Identifier: Apache-2.0
#include "streams.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "masu/sys/tty.h"

#include <cerrno>
#include <memory>

#include <sys/epoll.h>

namespace masu::shim {
namespace {

constexpr std::size_t kPipeSize = std::size_t{1024} * 1024;
constexpr std::size_t kBuffer = std::size_t{256} * 1024;
constexpr char kEndOfTransmission = 4;
constexpr const char* kOutputs[] = {"stdout", "stderr"};

}  // namespace

Streams::Streams(Loop& loop, int directory, std::string prefix, Events events)
    : loop_(loop), directory_(directory), prefix_(std::move(prefix)), events_(std::move(events)) {}

Streams::~Streams() {
  for (const sys::Fd& output : outputs_)
    if (output.valid()) loop_.forget(output.get());
  close_input();
}

std::string Streams::name(const char* stream) const { return cat(prefix_, stream); }

void Streams::remove_fifos() {
  for (const char* stream : {"stdin", "stdout", "stderr"})
    (void)sys::raw::unlinkat(directory_, name(stream).c_str(), 0);
}

Result<std::array<sys::Fd, 3>> Streams::make_fifos(bool input) {
  remove_fifos();
  std::array<sys::Fd, 3> ends;
  // Mode 0666, so that any user in the container can open /dev/stdout; the folder keeps others out.
  for (const char* stream : {"stdin", "stdout", "stderr"}) {
    const std::string path = name(stream);
    if (const int made = sys::raw::mknodat(directory_, path.c_str(), S_IFIFO | 0600, 0); made < 0)
      return fail(Error::sys(-made, cat("make FIFO ", quote(path))));
    const sys::Fd both = TRY(sys::open_at(directory_, path.c_str(), O_RDWR));
    (void)sys::raw::fchmod(both.get(), 0666);
    if (stream == std::string_view("stdin")) {  // opened while there is a writer, so that nobody waits
      ends[0] = TRY(sys::open_at(directory_, path.c_str(), O_RDONLY));
      if (input) input_ = TRY(sys::open_at(directory_, path.c_str(), O_WRONLY | O_NONBLOCK));
    }
  }
  for (unsigned i = 0; i < 2; ++i) {
    const std::string path = name(kOutputs[i]);
    sys::Fd ours = TRY(sys::open_at(directory_, path.c_str(), O_RDONLY | O_NONBLOCK));
    ends[i + 1] = TRY(sys::open_at(directory_, path.c_str(), O_RDWR));
    (void)sys::raw::fcntl(ours.get(), F_SETPIPE_SZ, kPipeSize);  // or what the user may have
    TRY(watch_output(i, std::move(ours)));
  }
  return ends;
}

Result<> Streams::reopen_fifos(bool input) {
  for (unsigned i = 0; i < 2; ++i) {
    sys::Fd fd = TRY(sys::open_at(directory_, name(kOutputs[i]).c_str(), O_RDONLY | O_NONBLOCK));
    TRY(watch_output(i, std::move(fd)));
  }
  if (!input) return {};
  auto fd = sys::open_at(directory_, name("stdin").c_str(), O_WRONLY | O_NONBLOCK);
  if (!fd && fd.error().err() != ENXIO)
    return fail(std::move(fd).error());  // ENXIO: nobody reads it any more
  if (fd) input_ = std::move(*fd);
  return {};
}

Result<> Streams::take_terminal(sys::Fd master) {
  (void)sys::raw::fcntl(master.get(), F_SETFL, O_RDWR | O_NONBLOCK);
  (void)sys::keep_newlines(master.get());
  master_ = TRY(sys::duplicate(master.get()));
  input_ = TRY(sys::duplicate(master.get()));
  return watch_output(0, std::move(master));
}

Result<> Streams::resize(std::uint16_t rows, std::uint16_t columns) {
  if (!master_.valid()) return fail(Error::make(Kind::invalid_state, "there is no terminal"));
  if (const int set = sys::set_window_size(master_.get(), {.rows = rows, .columns = columns}); set < 0)
    return fail(Error::sys(-set, "set the size of the terminal"));
  return {};
}

Result<> Streams::watch_output(unsigned index, sys::Fd fd) {
  outputs_[index] = std::move(fd);
  return loop_.watch(outputs_[index].get(), EPOLLIN, [this, index](std::uint32_t) { read_output(index); });
}

// Reads on until the stream is empty, but lets others have their turn.
void Streams::read_output(unsigned index) {
  constexpr int kTurns = 8;
  if (buffer_ == nullptr) buffer_.reset(new char[kBuffer]);
  for (int turn = 0; turn < kTurns; ++turn) {
    const long got = sys::raw::read(outputs_[index].get(), buffer_.get(), kBuffer);
    if (got == -EAGAIN || got == -EINTR) return;
    if (got <= 0) return close_output(index);  // EIO: the last process has closed the terminal
    events_.output(index == 0 ? Stream::out : Stream::err, {buffer_.get(), static_cast<std::size_t>(got)});
    if (static_cast<std::size_t>(got) < kBuffer / 16 || !outputs_[index].valid()) return;
  }
}

void Streams::close_output(unsigned index) {
  loop_.forget(outputs_[index].get());
  outputs_[index].reset();
  if (drained()) events_.drained();
}

void Streams::pump() {
  for (unsigned i = 0; i < 2; ++i)
    if (outputs_[i].valid()) read_output(i);
}

void Streams::abandon_output() {
  for (unsigned i = 0; i < 2; ++i) {
    if (!outputs_[i].valid()) continue;
    loop_.forget(outputs_[i].get());
    outputs_[i].reset();
  }
}

bool Streams::give_input(std::string_view bytes) {
  if (!input_open()) return false;
  pending_ += bytes;
  write_input();
  return true;
}

void Streams::end_input() {
  if (!input_open()) return;
  if (is_terminal()) {
    (void)give_input({&kEndOfTransmission, 1});
    return;
  }
  ending_ = true;
  write_input();
}

void Streams::write_input() {
  std::size_t done = 0;
  while (done < pending_.size()) {
    const long written = sys::raw::write(input_.get(), pending_.data() + done, pending_.size() - done);
    if (written == -EINTR) continue;
    if (written == -EAGAIN) break;
    if (written <= 0) return close_input();  // EPIPE: the process reads no more
    done += static_cast<std::size_t>(written);
  }
  pending_.erase(0, done);
  if (pending_.empty() && ending_) return close_input();
  // Watched only while something waits: a FIFO without a reader would report an error for ever.
  if (pending_.empty() == watching_input_) {
    if (watching_input_)
      loop_.forget(input_.get());
    else
      (void)loop_.watch(input_.get(), EPOLLOUT, [this](std::uint32_t) { write_input(); });
    watching_input_ = !watching_input_;
  }
  if (pending_.empty() && events_.input_room) events_.input_room();
}

void Streams::close_input() {
  if (!input_.valid()) return;
  if (watching_input_) loop_.forget(input_.get());
  watching_input_ = false;
  input_.reset();
  pending_ = std::string();
  if (events_.input_room) events_.input_room();
}

}  // namespace masu::shim
