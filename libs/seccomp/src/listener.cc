// SPDX-License-Identifier: Apache-2.0
#include "masu/seccomp/listener.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/writer.h"
#include "masu/sys/socket.h"

#include <sys/socket.h>

namespace masu::seccomp {
namespace {

std::string to_json(const ContainerProcessState& state) {
  std::string text;
  json::Writer out(text, json::Layout::compact);
  out.begin_object().member("ociVersion", state.oci_version);
  out.key("fds").begin_array().value("seccompFd").end_array();
  out.member("pid", state.pid);
  if (!state.metadata.empty()) out.member("metadata", state.metadata);
  out.key("state").raw(state.state).end_object();
  return text;
}

}  // namespace

Result<> send_listener(const std::string& path, int listener, const ContainerProcessState& state) {
  const sys::Fd socket =
      TRY_IN(sys::connect_to(path, SOCK_STREAM), cat("failed to connect with seccomp agent ", quote(path)));
  const std::string message = to_json(state);
  const long sent = sys::send_message(socket.get(), message.data(), message.size(), listener);
  if (sent < 0) return fail(Error::sys(static_cast<int>(-sent), cat("send the listener to ", quote(path))));
  // A stream may take a part only; the fd has gone with the first byte.
  return sys::write_all(socket.get(), std::string_view(message).substr(static_cast<std::size_t>(sent)));
}

}  // namespace masu::seccomp
