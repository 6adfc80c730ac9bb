// SPDX-License-Identifier: Apache-2.0
#include "streams.h"

#include "logger.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "masu/sys/tty.h"

#include <cerrno>
#include <string_view>
#include <utility>

#include <sys/epoll.h>

namespace masu::containerd {
namespace {

namespace raw = sys::raw;

constexpr std::string_view kFile = "file://", kBinary = "binary://", kFifo = "fifo://";

struct Pipe {
  sys::Fd read, write;
};

// Ours never blocks; the process's is as it expects it.
Result<Pipe> make_pipe(const StdioOwner& owner, bool read_is_ours) {
  int fds[2];
  if (const long made = raw::call(SYS_pipe2, fds, O_CLOEXEC); made < 0)
    return fail(Error::sys(static_cast<int>(-made), "make a pipe"));
  Pipe pipe{sys::Fd(fds[0]), sys::Fd(fds[1])};
  const sys::Fd& ours = read_is_ours ? pipe.read : pipe.write;
  (void)raw::fcntl(ours.get(), F_SETFL, (read_is_ours ? O_RDONLY : O_WRONLY) | O_NONBLOCK);
  if (owner.uid != 0 || owner.gid != 0)
    if (const int changed = raw::fchown(fds[0], owner.uid, owner.gid); changed < 0)
      return fail(Error::sys(-changed, "give the pipe to its user"));
  return pipe;
}

Result<sys::Fd> open_null() { return sys::open("/dev/null", O_RDWR); }

std::string_view without(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

Result<> make_parents(const std::string& path) {
  for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    if (const int made = raw::mkdirat(AT_FDCWD, part.c_str(), 0755); made < 0 && made != -EEXIST)
      return fail(Error::sys(-made, cat("make folder ", quote(part))));
  }
  return {};
}

// A FIFO is opened for reading too: its writer is never without a reader, and does not wait for the first.
Result<sys::Fd> open_client_output(const std::string& given) {
  if (given.starts_with(kFile)) {
    const std::string path(without(given, kFile));
    TRY(make_parents(path));
    return sys::open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY, 0644);
  }
  const std::string path(without(given, kFifo));
  if (path.find("://") != std::string::npos)
    return fail(Error::make(Kind::unsupported, cat("output to ", quote(path), " is not understood"))
                    .hint("it is the path of a FIFO, file:///PATH or binary:///PROGRAM"));
  sys::Fd file = TRY(sys::open(path, O_RDWR | O_NONBLOCK | O_NOCTTY));
  struct stat info;
  if (raw::fstat(file.get(), &info) == 0 && S_ISFIFO(info.st_mode)) return file;
  return sys::open(path, O_WRONLY | O_APPEND | O_NOCTTY);
}

}  // namespace

Stdio::Stdio(event::Loop& loop, StdioPaths paths, StdioOwner owner)
    : loop_(loop), paths_(std::move(paths)), owner_(std::move(owner)) {}

Stdio::~Stdio() { close(); }

Result<> Stdio::open() {
  TRY_IN(open_input(), "stdin");
  if (paths_.out.starts_with(kBinary)) return open_logger();
  const bool file = paths_.out.starts_with(kFile);  // which then has both
  TRY_IN(open_output(0, paths_.out), "stdout");
  TRY_IN(open_output(1, paths_.terminal ? "" : file ? paths_.out : paths_.err), "stderr");
  return {};
}

Result<> Stdio::open_input() {
  if (!paths_.terminal) theirs_[0] = TRY(open_null());
  if (paths_.in.empty()) return {};
  const std::string path(without(paths_.in, kFifo));
  client_[0] = TRY(sys::open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  struct stat info;
  if (raw::fstat(client_[0].get(), &info) < 0 || !S_ISFIFO(info.st_mode))
    return fail(Error::make(Kind::usage, cat(quote(path), " is no FIFO")));
  input_holder_ = TRY(sys::open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY));
  if (paths_.terminal) return {};
  Pipe pipe = TRY(make_pipe(owner_, false));
  theirs_[0] = std::move(pipe.read);
  ours_[0] = std::move(pipe.write);
  return {};
}

Result<> Stdio::open_output(unsigned index, const std::string& path) {
  const unsigned stream = index + 1;
  if (!path.empty()) client_[stream] = TRY(open_client_output(path));
  if (paths_.terminal) return {};
  if (path.empty()) {
    theirs_[stream] = TRY(open_null());
    return {};
  }
  Pipe pipe = TRY(make_pipe(owner_, true));
  theirs_[stream] = std::move(pipe.write);
  ours_[stream] = std::move(pipe.read);
  return {};
}

// The program has the other ends of the process's own pipes: nothing passes through us but a terminal.
Result<> Stdio::open_logger() {
  Pipe out = TRY(make_pipe(owner_, false)), err = TRY(make_pipe(owner_, false));
  logger_ = TRY_IN(start_logger(paths_.out, owner_.name_space, owner_.id, out.read.get(), err.read.get()),
                   cat("logging program ", quote(paths_.out)));
  if (paths_.terminal) {
    client_[1] = std::move(out.write);
    return {};
  }
  for (Pipe* pipe : {&out, &err}) (void)raw::fcntl(pipe->write.get(), F_SETFL, O_WRONLY);
  theirs_[1] = std::move(out.write);
  theirs_[2] = std::move(err.write);
  return {};
}

Result<> Stdio::begin(sys::Fd console) {
  for (sys::Fd& end : theirs_) end.reset();
  if (paths_.terminal) return begin_terminal(std::move(console));
  if (ours_[0].valid())
    input_ = TRY(Pump::make(loop_, std::move(client_[0]), std::move(ours_[0]), [this] { input_ended(); }));
  for (unsigned i = 0; i < 2; ++i)
    if (ours_[i + 1].valid())
      outputs_[i] = TRY(Pump::make(loop_, std::move(ours_[i + 1]), std::move(client_[i + 1]),
                                   [this, i] { output_ended(i); }));
  return {};
}

Result<> Stdio::begin_terminal(sys::Fd console) {
  if (!console.valid()) return fail(Error::make(Kind::internal, "the terminal has no master"));
  console_ = std::move(console);
  (void)raw::fcntl(console_.get(), F_SETFL, O_RDWR | O_NONBLOCK);
  sys::Fd output = client_[1].valid() ? std::move(client_[1]) : TRY(open_null());
  sys::Fd source = TRY(sys::duplicate(console_.get()));
  outputs_[0] = TRY(Pump::make(loop_, std::move(source), std::move(output), [this] { output_ended(0); }));
  if (!client_[0].valid()) return {};
  sys::Fd target = TRY(sys::duplicate(console_.get()));
  input_ = TRY(Pump::make(loop_, std::move(client_[0]), std::move(target), [this] { input_ended(); }));
  return {};
}

void Stdio::close_input() { input_holder_.reset(); }

void Stdio::input_ended() {
  input_.reset();
  input_holder_.reset();
  constexpr char kEndOfTransmission = 4;
  if (console_.valid()) (void)raw::write(console_.get(), &kEndOfTransmission, 1);
}

void Stdio::output_ended(unsigned index) {
  outputs_[index].reset();
  if (!drained() || !on_drained_) return;
  const auto done = std::move(on_drained_);
  on_drained_ = nullptr;
  done();
}

Result<> Stdio::resize(std::uint16_t width, std::uint16_t height) {
  if (!console_.valid()) return {};  // as containerd's own shim has it
  const int set = sys::set_window_size(console_.get(), {.rows = height, .columns = width});
  if (set < 0) return fail(Error::sys(-set, "set the size of the terminal"));
  return {};
}

void Stdio::close() {
  input_.reset();
  for (auto& output : outputs_) output.reset();
  for (auto* fds : {&theirs_, &ours_, &client_})
    for (sys::Fd& fd : *fds) fd.reset();
  input_holder_.reset();
  console_.reset();
  end_logger(loop_, std::exchange(logger_, {}));
}

}  // namespace masu::containerd
