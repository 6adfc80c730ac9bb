// SPDX-License-Identifier: Apache-2.0
//
// slirp4netns is a network in a process: the container is 10.0.2.100 in it. It ends when the other end of a
// pipe is closed.
#include "helper.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"

#include <array>
#include <cerrno>
#include <csignal>

#include <sys/socket.h>
#include <unistd.h>

namespace masu::network {
namespace {

namespace raw = sys::raw;

constexpr std::int64_t kReadyTime = 10'000'000'000;
constexpr const char* kNameServer = "10.0.2.3";
constexpr const char* kHost = "10.0.2.2";
constexpr const char* kOwn = "10.0.2.100";

struct Pipe {
  sys::Fd in, out;
};
Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail(Error::sys(errno, "pipe"));
  return Pipe{sys::Fd(ends[0]), sys::Fd(ends[1])};
}

// Above the numbers that they are passed as.
Result<sys::Fd> lifted(const sys::Fd& fd) {
  constexpr long kAbove = 10;
  const int copy = raw::fcntl(fd.get(), F_DUPFD_CLOEXEC, kAbove);
  if (copy < 0) return fail(Error::sys(-copy, "duplicate a file descriptor"));
  return sys::Fd(copy);
}

Error failure(const Started& slirp) {
  std::string words;
  if (lseek(slirp.output.get(), 0, SEEK_SET) == 0) words = sys::read_all(slirp.output.get()).value_or("");
  const auto lines = text::split(text::trim(words), '\n');
  return Error::make(Kind::system,
                     cat("slirp4netns: ", lines.back().empty() ? "it ended without a word" : lines.back()))
      .hint("it needs /dev/net/tun: modprobe tun");
}

// It writes a byte when the interface is there, and closes the pipe when it gives up.
Result<> wait_ready(const sys::Fd& ready, const Started& slirp) {
  pollfd poll{ready.get(), POLLIN, 0};
  const int found = raw::poll_until(&poll, 1, raw::monotonic_ns() + kReadyTime);
  char byte = 0;
  if (found > 0 && raw::read(ready.get(), &byte, 1) == 1) return {};
  (void)raw::pidfd_send_signal(slirp.pidfd.get(), SIGKILL);
  return fail(found == 0 ? Error::make(Kind::timeout, "slirp4netns was not ready within 10 s")
                         : failure(slirp));
}

std::string forward_request(const Port& port) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("execute", "add_hostfwd").key("arguments").begin_object();
  out.member("proto", port.protocol).member("host_addr", port.host_ip.empty() ? "0.0.0.0" : port.host_ip);
  out.member("host_port", port.host_port).member("guest_port", port.container_port).end_object().end_object();
  return text;
}

// One request a connection, which it answers when our side is closed.
Result<> forward(int folder, const std::string& socket_name, const Port& port) {
  const sys::Fd socket = TRY(sys::connect_at(folder, socket_name.c_str(), SOCK_STREAM));
  TRY(sys::write_all(socket.get(), forward_request(port)));
  (void)shutdown(socket.get(), SHUT_WR);
  const std::string answer = TRY(sys::read_all(socket.get()));
  const auto document = TRY_IN(json::Document::parse(answer), "the answer of slirp4netns");
  const auto error = json::Reader(document).find("error");
  if (!error) return {};
  std::string words;
  (void)error->optional("desc", words);
  return fail(Error::make(Kind::system, cat("slirp4netns: publish port ", shown_host_side(port), "/",
                                            port.protocol, ": ", words)));
}

}  // namespace

Result<> slirp_set_up(const Folders& folders, Record& record, int space, std::vector<sys::Fd>& held) {
  const std::string program = find_helper("slirp4netns");
  if (program.empty())
    return fail(Error::make(Kind::not_found, "slirp4netns is not installed").hint("apt install slirp4netns"));
  const sys::Fd folder = TRY(sys::open(folders.state + "/networks/containers", O_RDONLY | O_DIRECTORY));
  const std::string socket_name = cat(record.id.substr(0, 12), ".slirp");
  (void)raw::unlinkat(folder.get(), socket_name.c_str(), 0);
  Pipe ready = TRY(make_pipe()), end = TRY(make_pipe());
  sys::Fd ready_out = TRY(lifted(ready.out));
  const sys::Fd end_in = TRY(lifted(end.in));
  Started slirp = TRY(
      start({program, "-c", "--mtu=65520", "--disable-host-loopback", "--enable-sandbox", "--enable-seccomp",
             "--ready-fd=3", "--exit-fd=4", cat("--api-socket=", path_of(folder.get()), "/", socket_name),
             "--netns-type=path", path_of(space), "tap0"},
            {ready_out.get(), end_in.get()}));
  record.helper = slirp.pid;
  record.helper_started = slirp.started;
  TRY(write_record(folders, record));
  ready.out.reset();
  ready_out.reset();
  TRY(wait_ready(ready.in, slirp));
  for (const Port& port : record.ports) TRY(forward(folder.get(), socket_name, port));
  (void)raw::unlinkat(folder.get(), socket_name.c_str(), 0);
  held.push_back(std::move(end.out));
  record.dns = {kNameServer};
  record.host = kHost;
  record.address = kOwn;
  return {};
}

}  // namespace masu::network
