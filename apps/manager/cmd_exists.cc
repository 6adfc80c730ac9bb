// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "globals.h"
#include "masu/base/try.h"
#include "program.h"

namespace masu::manager {
namespace {

constexpr cli::Positional kImage[] = {
    {.name = "IMAGE", .values = {cli::Values::From::output, "images -q"}, .help = "a name or an id"}};

// 0 or 1 is the answer; 125 is for what keeps us from knowing.
template <class T>
Result<int> answer(Result<T> found) {
  constexpr int kUnknown = 125;
  if (found) return 0;
  if (found.error().kind() == Kind::not_found) return 1;
  print_error(found.error());
  return kUnknown;
}

Result<int> run_container(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  return answer(find(place, call.arguments.positional(0)));
}

Result<int> run_image(const cli::Call& call) {
  const store::Store store = TRY(open_store(call));
  return answer(store.find_image(call.arguments.positional(0)));
}

}  // namespace

constinit const cli::Command kContainerExistsCommand{
    .name = "container exists",
    .summary = "exit with 0 if there is such a container, else with 1",
    .positionals = kContainer,
    .run = run_container};
constinit const cli::Command kImageExistsCommand{
    .name = "image exists",
    .summary = "exit with 0 if there is such an image, else with 1",
    .positionals = kImage,
    .run = run_image};

}  // namespace masu::manager
