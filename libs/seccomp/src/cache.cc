// SPDX-License-Identifier: Apache-2.0
#include "masu/seccomp/cache.h"

#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <linux/seccomp.h>
#include <unistd.h>

namespace masu::seccomp {
namespace {

constexpr const char* kFolder = ".seccomp";
// Changes with the form of the file and with whatever the compiler makes of a profile.
constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kMaxFile = 4u << 20;

// A file is this, the key, the program's instructions; in the host's byte order.
struct Header {
  std::array<char, 8> magic = {'m', 'a', 's', 'u', 'B', 'P', 'F', '\n'};
  std::uint64_t checksum = 0;  // of all that follows it
  std::uint64_t version = kVersion;
  std::uint32_t key_size = 0;
  std::uint32_t code_size = 0;  // instructions
  std::uint32_t flags = 0;
  std::uint32_t notifies = 0;
};
static_assert(sizeof(Header) == 40 && std::has_unique_object_representations_v<Header>);
constexpr std::size_t kChecked = offsetof(Header, version);

// FNV-1a over words of eight bytes: this finds accidents; who may write the file may write the program.
std::uint64_t hash_bytes(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037u;
  const auto mix = [&](std::uint64_t word) {
    hash = (hash ^ word) * 1099511628211u;
    hash ^= hash >> 29;
  };
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    mix(word);
  }
  for (char byte : bytes) mix(static_cast<unsigned char>(byte));
  return hash;
}

// All that compile() reads, unambiguously: numbers have a fixed width, strings and lists their length in
// front.
class Key {
 public:
  Key(const spec::Seccomp& profile, const Host& host) {
    number(host.arch);
    number(host.flags);
    action(profile.default_action, profile.default_errno_ret);
    number(profile.architectures.size());
    for (std::uint32_t token : profile.architectures) number(token);
    number(profile.flags ? profile.flags->size() + 1 : 0);
    if (profile.flags)
      for (const std::string& flag : *profile.flags) text(flag);
    number(profile.listener_path.empty() ? 0 : 1);
    number(profile.syscalls.size());
    for (const spec::SeccompRule& rule : profile.syscalls) add(rule);
  }

  std::string take() { return std::move(bytes_); }

 private:
  void number(std::uint64_t value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void text(std::string_view value) {
    number(value.size());
    bytes_ += value;
  }
  void action(spec::SeccompAction action, std::optional<std::uint32_t> number_of_action) {
    number(action.ret);
    number(number_of_action ? std::uint64_t{*number_of_action} + 1 : 0);
  }
  void add(const spec::SeccompRule& rule) {
    action(rule.action, rule.errno_ret);
    number(rule.names.size());
    for (const std::string& name : rule.names) text(name);
    number(rule.args.size());
    for (const spec::SeccompArg& arg : rule.args) {
      number(arg.index);
      number(static_cast<std::uint64_t>(arg.op));
      number(arg.value);
      number(arg.value_two);
    }
  }

  std::string bytes_;
};

std::string file_name(std::string_view key) {
  std::string name;
  const std::uint64_t hash = hash_bytes(key);
  for (int shift = 60; shift >= 0; shift -= 4) name += "0123456789abcdef"[hash >> shift & 15u];
  return name;
}

// Nobody but this user (or, for root, root) can have written it.
bool is_ours(int file) {
  struct stat status{};
  return sys::raw::fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::optional<Program> decode(std::string_view bytes, std::string_view key) {
  Header header;
  const Header expected;
  if (bytes.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  const std::size_t code_bytes = std::size_t{header.code_size} * sizeof(sock_filter);
  if (header.magic != expected.magic || header.version != kVersion || header.code_size == 0 ||
      header.code_size > BPF_MAXINSNS || bytes.size() != sizeof header + header.key_size + code_bytes)
    return std::nullopt;
  if (bytes.substr(sizeof header, header.key_size) != key) return std::nullopt;
  if (header.checksum != hash_bytes(bytes.substr(kChecked))) return std::nullopt;
  Program program{{}, header.flags, header.notifies != 0};
  program.code.resize(header.code_size);
  std::memcpy(program.code.data(), bytes.data() + sizeof header + header.key_size, code_bytes);
  return program;
}

std::string encode(const Program& program, std::string_view key) {
  Header header;
  header.key_size = static_cast<std::uint32_t>(key.size());
  header.code_size = static_cast<std::uint32_t>(program.code.size());
  header.flags = program.flags;
  header.notifies = program.notifies ? 1 : 0;
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += key;
  bytes.append(reinterpret_cast<const char*>(program.code.data()), program.code.size() * sizeof(sock_filter));
  header.checksum = hash_bytes(std::string_view(bytes).substr(kChecked));
  std::memcpy(bytes.data() + offsetof(Header, checksum), &header.checksum, sizeof header.checksum);
  return bytes;
}

std::optional<Program> find(int root, const std::string& path, std::string_view key) {
  auto file = sys::open_at(root, path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!file || !is_ours(file->get())) return std::nullopt;
  auto bytes = sys::read_all(file->get(), kMaxFile);
  if (!bytes) return std::nullopt;
  return decode(*bytes, key);
}

Result<> store(int root, const std::string& name, std::string_view bytes) {
  if (const int made = sys::raw::mkdirat(root, kFolder, 0700); made < 0 && made != -EEXIST)
    return fail(Error::sys(-made, cat("make the folder ", quote(kFolder))));
  const sys::Fd folder = TRY(sys::open_at(root, kFolder, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  return sys::place_file_at(folder.get(), name.c_str(), bytes, 0600);
}

}  // namespace

Result<Program> compile_cached(const spec::Seccomp& profile, const Host& host, int root,
                               Omissions* omissions) {
  const std::string key = Key(profile, host).take();
  const std::string name = file_name(key);
  if (auto program = find(root, cat(kFolder, "/", name), key)) return std::move(*program);
  Program program = TRY(compile(profile, host, omissions));
  if (auto stored = store(root, name, encode(program, key)); !stored)
    MASU_DEBUG(cat("seccomp cache, ignoring: ", stored.error().message()));
  return program;
}

}  // namespace masu::seccomp
