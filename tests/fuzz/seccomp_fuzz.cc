// SPDX-License-Identifier: Apache-2.0
//
// Any profile at all: the compiler must refuse it or make a program that the kernel takes and that answers
// every call.
#include "../support/bpf.h"
#include "masu/seccomp/compile.h"
#include "masu/spec/names.h"

#include <array>
#include <cstdlib>
#include <cstring>

#include <linux/audit.h>

namespace {

using masu::spec::Seccomp;

// Takes the fuzzer's bytes apart; zeros follow the last.
class Input {
 public:
  Input(const std::uint8_t* bytes, std::size_t size) : bytes_(bytes), left_(size) {}

  template <class T>
  T take() {
    T value{};
    const std::size_t size = left_ < sizeof value ? left_ : sizeof value;
    std::memcpy(&value, bytes_, size);
    bytes_ += size;
    left_ -= size;
    return value;
  }
  template <class T>
  T pick(masu::spec::Table<T> table) {
    return table[take<std::uint8_t>() % table.size()].value;
  }
  bool empty() const { return left_ == 0; }

 private:
  const std::uint8_t* bytes_;
  std::size_t left_;
};

constexpr const char* kNames[] = {
    "read",   "write", "openat2", "socket",     "clone",  "personality", "prctl",
    "semget", "shmat", "ioctl",   "socketcall", "ipc",    "set_tls",     "cacheflush",
    "fcntl",  "setup", "mseal",   "sendto",     "accept", "none",        "restart_syscall"};

Seccomp make_profile(Input& input) {
  Seccomp profile;
  profile.default_action = {input.pick(masu::spec::seccomp_actions())};
  profile.listener_path = "/agent";
  for (unsigned count = input.take<std::uint8_t>() % 4u; count > 0; --count)
    profile.architectures.push_back(input.pick(masu::spec::seccomp_architectures()));
  while (!input.empty()) {
    auto& rule = profile.syscalls.emplace_back();
    rule.action = {input.pick(masu::spec::seccomp_actions())};
    const auto shape = input.take<std::uint8_t>();
    if ((shape & 1u) != 0) rule.errno_ret = input.take<std::uint16_t>();
    for (unsigned count = 1 + (shape >> 1 & 3u); count > 0; --count)
      rule.names.emplace_back(kNames[input.take<std::uint8_t>() % std::size(kNames)]);
    for (unsigned count = shape >> 3 & 7u; count > 0; --count)
      rule.args.push_back({input.take<std::uint8_t>() % 7u, input.take<std::uint64_t>(),
                           input.take<std::uint64_t>(), input.pick(masu::spec::seccomp_operators())});
  }
  return profile;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Input input(bytes, size);
  const std::uint32_t host = input.pick(masu::spec::seccomp_architectures());
  std::array<std::uint64_t, 6> args{};
  for (auto& arg : args) arg = input.take<std::uint64_t>();
  const auto program = masu::seccomp::compile(make_profile(input), {host, 0});
  if (!program) return 0;
  if (!masu::test::check_program(program->code).empty()) std::abort();
  for (std::uint32_t nr :
       {0u, 1u, 101u, 102u, 117u, 462u, 463u, 4102u, 5000u, 0x0f0002u, 0x40000000u, 0xffffffffu})
    (void)masu::test::run_program(program->code, masu::test::make_data(host, nr, args, false));
  return 0;
}
