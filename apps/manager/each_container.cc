// SPDX-License-Identifier: Apache-2.0
#include "each_container.h"

#include "container_rows.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"
#include "program.h"

namespace masu::manager {
namespace {

std::vector<std::string_view> filters_of(const cli::Call& call) {
  auto out = call.arguments.values(kEachFilter);
  const auto more = call.arguments.values(kEachFilterLong);
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

constexpr std::size_t kLongestId = 4096;

// Those that --all, --latest and --filter mean, newest first.
Result<> add_found(const cli::Call& call, const Place& place, const Which& which,
                   std::vector<std::string>& names) {
  const bool latest = call.arguments.has(kEachLatest);
  const auto texts = filters_of(call);
  if (!which.all && !latest && texts.empty()) return {};
  const ContainerFilter filter = TRY(ContainerFilter::make(place, texts));
  const std::vector<Request> containers = TRY(list(place));
  for (auto each = containers.rbegin(); each != containers.rend(); ++each) {
    Listed item{.state = {}, .request = *each, .size = 0};
    if (which.only || !filter.empty()) item.state = read_state(place, *each);
    if ((which.only && item.state.phase != *which.only) || !filter.matches(item)) continue;
    names.push_back(each->id);
    if (latest) break;
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> chosen_names(const cli::Call& call, const Place& place, const Which& which) {
  std::vector<std::string> names;
  for (const std::string_view name : call.arguments.positionals()) names.emplace_back(name);
  const bool named = !names.empty();
  for (const std::string_view path : call.arguments.values(kEachCidFile)) {
    const auto id = sys::read_file(TRY(call.env.absolute(path)), kLongestId);
    if (id)
      names.emplace_back(text::trim(*id));
    else if (id.error().err() != ENOENT || !call.arguments.has(kEachIgnore))
      return fail(Error::sys(id.error().err(), cat("--cidfile ", quote(path))));
  }
  const bool found = which.all || call.arguments.has(kEachLatest) || !filters_of(call).empty();
  if (!named && !found && call.arguments.values(kEachCidFile).empty())
    return fail(
        Error::make(Kind::usage, cat(quote(call.command.name), " requires a container"))
            .hint(cat(call.program.name, " ", call.command.name, " --help tells how they are named")));
  if (named && found)
    return fail(
        Error::make(Kind::usage, "containers are named, or --all, --latest or --filter are given, not both"));
  TRY(add_found(call, place, which, names));
  return names;
}

Result<int> each_container(const cli::Call& call, Which which,
                           const std::function<Result<std::string>(const Place&, const Request&)>& work) {
  const Place place = TRY(make_place(call));
  const std::vector<std::string> names = TRY(chosen_names(call, place, which));
  const bool ignore = which.ignore_missing || call.arguments.has(kEachIgnore);
  int code = 0;
  for (const std::string& name : names) {
    auto container = find(place, name);
    auto done = container ? work(place, *container) : fail(std::move(container).error());
    if (done) {
      TRY(call.env.print(cat(done->empty() ? name : *done, "\n")));
    } else if (!ignore || done.error().kind() != Kind::not_found) {
      print_error(done.error());
      code = 1;
    }
  }
  return code;
}

}  // namespace masu::manager
