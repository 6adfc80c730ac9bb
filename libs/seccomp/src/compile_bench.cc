// SPDX-License-Identifier: Apache-2.0
//
// seccomp-bench PROFILE…: microseconds to compile a profile (the object of linux.seccomp), and to find it in
// the cache.
#include "masu/base/text.h"
#include "masu/seccomp/cache.h"
#include "masu/spec/parse.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <fcntl.h>
#include <ftw.h>

namespace {

using namespace masu;

template <class Body>
void measure(const char* name, Body body) {
  std::vector<double> runs;
  for (int i = 0; i < 2000; ++i) {
    const auto start = sys::raw::monotonic_ns();
    if (!body()) std::abort();
    runs.push_back(static_cast<double>(sys::raw::monotonic_ns() - start) / 1e3);
  }
  std::ranges::sort(runs);
  std::printf("  %-16s min %6.1f  median %6.1f\n", name, runs.front(), runs[runs.size() / 2]);
}

Result<spec::Seccomp> read_profile(const std::string& path) {
  auto text = sys::read_file(path);
  if (!text) return fail(std::move(text).error());
  auto config = spec::parse_config(
      cat(R"({"ociVersion": "1.2.0", "root": {"path": "rootfs"}, "linux": {"seccomp": )", *text, "}}"));
  if (!config) return fail(std::move(config).error());
  return std::move(*config->linux_.seccomp);
}

}  // namespace

int main(int argc, char** argv) {
  char folder[] = "/tmp/seccomp-bench-XXXXXX";
  if (mkdtemp(folder) == nullptr) return 1;
  const auto root = sys::open(folder, O_RDONLY | O_DIRECTORY);
  const seccomp::Host host = seccomp::Host::probe();
  for (int i = 1; i < argc && root; ++i) {
    const auto profile = read_profile(argv[i]);
    if (!profile) {
      (void)std::fprintf(stderr, "%s: %s\n", argv[i], profile.error().message().c_str());
      continue;
    }
    std::printf("%s\n", argv[i]);
    measure("compile", [&] { return seccomp::compile(*profile, host).has_value(); });
    measure("compile_cached",
            [&] { return seccomp::compile_cached(*profile, host, root->get()).has_value(); });
  }
  // remove(3) for each file, then for the folders.
  return nftw(
      folder, [](const char* path, const struct stat*, int, FTW*) { return std::remove(path); }, 4,
      FTW_DEPTH);
}
