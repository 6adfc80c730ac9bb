// SPDX-License-Identifier: Apache-2.0
//
// masu-demo: the one program in the image that `./dev run` starts. It shows what a container is from inside,
// and how long it took to come to be. Static, and in need of nothing but /proc.
#include "inside.h"
#include "report.h"
#include "timeline.h"

#include <cstdint>
#include <string_view>

#include <time.h>

namespace {
constexpr int kTraceFd = 3;
}

// "inside" as the only argument: no timeline, for whoever starts it has written none.
int main(int argc, char** argv) {
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  masu::demo::Report report;
  masu::demo::show_inside(report);
  if (argc == 2 && std::string_view(argv[1]) == "inside") return 0;
  masu::demo::show_timeline(report, kTraceFd,
                            static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000);
}
