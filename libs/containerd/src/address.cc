// SPDX-License-Identifier: Apache-2.0
#include "address.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/sys/fd.h"

#include <cstdint>
#include <map>

namespace masu::containerd {
namespace {

// Sockets of shims, as containerd's own have them: short enough for sun_path whatever the names.
constexpr std::string_view kFolder = "/run/containerd/s/";

// FNV-1a of 128 bits (RFC 9923): who names groups is root already, so nobody looks for collisions.
std::string hash(std::string_view text) {
  __extension__ using Word = unsigned __int128;
  constexpr Word kPrime = Word{1} << 88 | 0x13b;
  Word value = Word{0x6c62272e07bb0142} << 64 | 0x62b821756295c58d;
  for (const char byte : text) value = (value ^ static_cast<unsigned char>(byte)) * kPrime;
  std::string out;
  for (int shift = 124; shift >= 0; shift -= 4)
    out += "0123456789abcdef"[static_cast<std::uint64_t>(value >> shift) & 0xf];
  return out;
}

}  // namespace

std::string socket_path(std::string_view containerd, std::string_view name_space, std::string_view group) {
  return cat(kFolder, hash(cat(containerd, "/", name_space, "/", group)));
}

Result<std::string> group_of(const std::string& bundle, const std::string& id) {
  const std::string path = bundle + "/config.json";
  const std::string text = TRY(sys::read_file(path));
  const auto document = TRY_IN(json::Document::parse(text), cat("read ", quote(path)));
  std::map<std::string, std::string> annotations;
  TRY(json::Reader(document).optional("annotations", annotations));
  for (const char* name : {"io.containerd.runc.v2.group", "io.kubernetes.cri.sandbox-id"})
    if (const auto found = annotations.find(name); found != annotations.end() && !found->second.empty())
      return found->second;
  return id;
}

}  // namespace masu::containerd
