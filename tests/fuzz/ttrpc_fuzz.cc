// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes what comes over the socket of containerd's shim: frames, calls in them, messages in those. Nothing
// may crash it, what is refused is refused in words, and frames are the same whatever the pieces that they
// come in.
#include "logger.h"
#include "masu/ttrpc/frame.h"
#include "masu/ttrpc/message.h"
#include "messages.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace masu;

template <class T>
void check(const Result<T>& result) {
  if (!result && result.error().message().empty()) std::abort();
}

void parse(std::string_view message) {
  check(ttrpc::parse_response(message));
  const auto request = ttrpc::parse_request(message);
  check(request);
  const std::string_view payload = request ? std::string_view(request->payload) : message;
  const auto create = containerd::parse_create(payload);
  check(create);
  if (create) check(containerd::parse_runtime_options(create->options));
  const auto checkpoint = containerd::parse_checkpoint(payload);
  check(checkpoint);
  if (checkpoint) check(containerd::parse_checkpoint_options(checkpoint->options));
  check(containerd::parse_process_request(payload));
  check(containerd::parse_exec(payload));
  check(containerd::parse_resize(payload));
  check(containerd::parse_kill(payload));
  check(containerd::parse_update(payload));
  check(containerd::parse_logger("binary://" + std::string(payload)));
}

std::vector<std::string> frames_of(std::string_view bytes, std::size_t piece) {
  ttrpc::FrameReader reader;
  std::vector<std::string> messages;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    reader.feed(bytes.substr(at, piece));
    while (const auto frame = reader.next()) messages.push_back(frame->message);
  }
  return messages;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  parse(text);
  const auto messages = frames_of(text, std::max<std::size_t>(1, size));
  for (const std::string& message : messages) parse(message);
  if (messages != frames_of(text, 1) || messages != frames_of(text, 7)) std::abort();
  return 0;
}
