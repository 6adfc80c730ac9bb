// SPDX-License-Identifier: Apache-2.0
#include "streams.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "masu/sys/tty.h"

#include <algorithm>
#include <cerrno>
#include <memory>

#include <sys/epoll.h>

namespace masu::shim {
namespace {

constexpr std::size_t kPipeSize = std::size_t{1024} * 1024;
constexpr std::size_t kBuffer = std::size_t{256} * 1024;
constexpr char kEndOfTransmission = 4;
constexpr const char* kInput = "stdin";
constexpr const char* kOutputs[] = {"stdout", "stderr"};
constexpr const char* kTerminal = "terminal";

}  // namespace

Streams::Streams(const Place& place, Events events) : place_(place), events_(std::move(events)) {}

Streams::~Streams() {
  for (const sys::Fd& output : outputs_)
    if (output.valid()) place_.loop.forget(output.get());
  close_input();
}

std::string Streams::name(const char* stream) const { return cat(place_.prefix, stream); }

void Streams::remove_fifos() {
  for (const char* stream : {"stdin", "stdout", "stderr"})
    (void)sys::raw::unlinkat(place_.directory, name(stream).c_str(), 0);
}

Result<std::array<sys::Fd, 3>> Streams::make_fifos(bool input) {
  remove_fifos();
  std::array<sys::Fd, 3> ends;
  // Mode 0666, so that any user in the container can open /dev/stdout; the folder keeps others out.
  for (const char* stream : {"stdin", "stdout", "stderr"}) {
    const std::string path = name(stream);
    if (const int made = sys::raw::mknodat(place_.directory, path.c_str(), S_IFIFO | 0600, 0); made < 0)
      return fail(Error::sys(-made, cat("make FIFO ", quote(path))));
    const sys::Fd both = TRY(sys::open_at(place_.directory, path.c_str(), O_RDWR));
    (void)sys::raw::fchmod(both.get(), 0666);
    if (stream == std::string_view("stdin")) {  // opened while there is a writer, so that nobody waits
      ends[0] = TRY(sys::open_at(place_.directory, path.c_str(), O_RDONLY));
      if (!input) continue;
      input_ = TRY(sys::open_at(place_.directory, path.c_str(), O_WRONLY | O_NONBLOCK));
      place_.keeping.hold(path, input_);
    }
  }
  for (unsigned i = 0; i < 2; ++i) {
    const std::string path = name(kOutputs[i]);
    sys::Fd ours = TRY(sys::open_at(place_.directory, path.c_str(), O_RDONLY | O_NONBLOCK));
    ends[i + 1] = TRY(sys::open_at(place_.directory, path.c_str(), O_RDWR));
    (void)sys::raw::fcntl(ours.get(), F_SETPIPE_SZ, kPipeSize);  // or what the user may have
    place_.keeping.hold(path, ours);
    TRY(watch_output(i, std::move(ours)));
  }
  return ends;
}

// By the keeper, else (it was killed, too) by the FIFO's name.
Result<sys::Fd> Streams::reopen(const char* stream, int flags) {
  if (sys::Fd held = place_.keeping.take(name(stream)); held.valid()) return held;
  return sys::open_at(place_.directory, name(stream).c_str(), flags | O_NONBLOCK);
}

Result<> Streams::inherit(bool input) {
  if (sys::Fd master = place_.keeping.take(name(kTerminal)); master.valid())
    return take_terminal(std::move(master));
  for (unsigned i = 0; i < 2; ++i) {
    sys::Fd output = TRY(reopen(kOutputs[i], O_RDONLY));
    TRY(watch_output(i, std::move(output)));
  }
  if (!input) return {};
  if (place_.keeping.is_heir()) {
    input_ = place_.keeping.take(name(kInput));  // unless it was closed
    return {};
  }
  auto fd = reopen(kInput, O_WRONLY);
  if (!fd && fd.error().err() != ENXIO)
    return fail(std::move(fd).error());  // ENXIO: nobody reads it any more
  if (fd) input_ = std::move(*fd);
  return {};
}

Result<> Streams::take_terminal(sys::Fd master) {
  (void)sys::raw::fcntl(master.get(), F_SETFL, O_RDWR | O_NONBLOCK);
  (void)sys::keep_newlines(master.get());
  place_.keeping.hold(name(kTerminal), master);
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
  return place_.loop.watch(outputs_[index].get(), EPOLLIN,
                           [this, index](std::uint32_t) { read_output(index); });
}

// A terminal cannot be spliced from before Linux 5.11.
long Streams::read_some(unsigned index, std::string_view* bytes) {
  const int fd = outputs_[index].get();
  if (place_.transit != nullptr) {
    const long got = place_.transit->take(fd, index == 0 ? Stream::out : Stream::err);
    *bytes = place_.transit->bytes();
    if (got != -EINVAL) return got;
  }
  if (buffer_ == nullptr) buffer_.reset(new char[kBuffer]);
  const long got = sys::raw::read(fd, buffer_.get(), kBuffer);
  *bytes = {buffer_.get(), static_cast<std::size_t>(std::max(got, 0L))};
  return got;
}

// Reads on until the stream is empty, but lets others have their turn.
void Streams::read_output(unsigned index) {
  constexpr int kTurns = 8;
  for (int turn = 0; turn < kTurns; ++turn) {
    std::string_view bytes;
    const long got = read_some(index, &bytes);
    if (got == -EAGAIN || got == -EINTR) return;
    if (got <= 0) return close_output(index);  // EIO: the last process has closed the terminal
    events_.output(index == 0 ? Stream::out : Stream::err, bytes);
    if (place_.transit != nullptr) place_.transit->clear();
    if (bytes.size() < kBuffer / 16 || !outputs_[index].valid()) return;
  }
}

void Streams::shrink() {
  buffer_.reset();
  if (place_.transit != nullptr) place_.transit->shrink();
}

void Streams::close_output(unsigned index) {
  place_.loop.forget(outputs_[index].get());
  place_.keeping.drop(name(master_.valid() ? kTerminal : kOutputs[index]));
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
    place_.keeping.drop(name(master_.valid() ? kTerminal : kOutputs[i]));
    place_.loop.forget(outputs_[i].get());
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
      place_.loop.forget(input_.get());
    else
      (void)place_.loop.watch(input_.get(), EPOLLOUT, [this](std::uint32_t) { write_input(); });
    watching_input_ = !watching_input_;
  }
  if (pending_.empty() && events_.input_room) events_.input_room();
}

void Streams::close_input() {
  if (!input_.valid()) return;
  if (watching_input_) place_.loop.forget(input_.get());
  watching_input_ = false;
  if (!master_.valid()) place_.keeping.drop(name(kInput));
  input_.reset();
  pending_ = std::string();
  if (events_.input_room) events_.input_room();
}

}  // namespace masu::shim
