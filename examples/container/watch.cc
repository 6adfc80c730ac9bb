// SPDX-License-Identifier: Apache-2.0
//
// watch ROOT BUNDLE ID: makes the container of a bundle, says what it uses each half second, and removes it
// when its program has ended. By the C++ library; what it explains is in docs/src/libraries.md.
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/container/events.h"

#include <cstdio>

namespace {

namespace container = masu::container;
using masu::Result;

Result<> print(const masu::cgroups::Stats& stats) {
  std::printf("%llu ms, %llu KiB, %llu processes\n",
              static_cast<unsigned long long>(stats.cpu.total / 1'000'000),
              static_cast<unsigned long long>(stats.memory.memory.usage / 1024),
              static_cast<unsigned long long>(stats.pids.current));
  return {};
}

/// From the start to the end of the container's program; yields its exit code.
Result<int> run(const container::Context& context, const std::string& id, const masu::sys::Process& process) {
  TRY(container::start(context, id));
  const container::Follower follower{.interval = std::chrono::milliseconds(500),
                                     .on_stats = print,
                                     .on_oom = [](const masu::cgroups::OomWatch::Event& event) -> Result<> {
                                       std::printf("out of memory: %llu killed\n",
                                                   static_cast<unsigned long long>(event.kills));
                                       return {};
                                     }};
  // A program that has ended by now is no longer followed.
  if (auto followed = container::follow(context, id, follower);
      !followed && followed.error().kind() != masu::Kind::invalid_state)
    return fail(std::move(followed).error());
  return process.reap();
}

Result<int> live(char** arguments) {
  const container::Context context{.root = arguments[0], .embedded = true};
  container::CreateOptions options;
  options.bundle = arguments[1];
  options.id = arguments[2];
  const auto launched = TRY(container::create(context, options));
  auto code = run(context, options.id, launched.process);
  if (!code) (void)launched.process.signal(9);
  TRY(container::remove(context, options.id, true));
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    (void)std::fprintf(stderr, "usage: watch ROOT BUNDLE ID\n");
    return 2;
  }
  const auto code = live(argv + 1);
  if (code) {
    std::printf("container %s ended with code %d\n", argv[3], *code);
    return 0;
  }
  (void)std::fprintf(stderr, "watch: %s\n", code.error().message().c_str());
  if (!code.error().hint_text().empty())
    (void)std::fprintf(stderr, "hint: %s\n", code.error().hint_text().c_str());
  return 1;
}
