// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "container_rows.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"
#include "masu/sys/fd.h"
#include "program.h"
#include "shown.h"
#include "template.h"

#include <algorithm>
#include <set>

#include <sys/utsname.h>
#include <unistd.h>

namespace masu::manager {
namespace {

constexpr cli::Option kFormat{.name = "format",
                              .letter = 'f',
                              .takes = cli::Option::Takes::value,
                              .argument = "FORMAT",
                              .help = "json, or a template: {{.Containers}}"};
constexpr const cli::Option* kOptions[] = {&kFormat};

// PRETTY_NAME of os-release(5).
std::string operating_system() {
  constexpr std::string_view kName = "PRETTY_NAME=";
  const std::string text = sys::read_file("/etc/os-release").value_or("");
  for (std::string_view line : text::split(text, '\n')) {
    if (!line.starts_with(kName)) continue;
    line = text::trim(line.substr(kName.size()));
    if (line.size() >= 2 && line.starts_with('"')) line = line.substr(1, line.size() - 2);
    return std::string(line);
  }
  return "Linux";
}

struct Counts {
  std::size_t running = 0, paused = 0, stopped = 0;
};

Result<Counts> count(const Place& place) {
  Counts out;
  const std::vector<Request> containers = TRY(list(place));
  for (const Request& request : containers) {
    const Phase phase = read_state(place, request).phase;
    ++(phase == Phase::running ? out.running : phase == Phase::paused ? out.paused : out.stopped);
  }
  return out;
}

Result<std::string> describe(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const store::Store store = TRY(open_store(call));
  const Counts counts = TRY(count(place));
  std::set<std::string> images;
  for (const store::Image& image : TRY(store.images())) images.insert(image.id().text());
  utsname machine{};
  (void)uname(&machine);
  const auto memory =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  const bool unified = access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0;
  const bool rootless = geteuid() != 0 || !call.env.variable("_MASU_ROOTLESS").empty();
  std::string text;
  json::Writer out(text, json::Layout::spaces);
  out.begin_object().member("Containers", counts.running + counts.paused + counts.stopped);
  out.member("ContainersRunning", counts.running).member("ContainersPaused", counts.paused);
  out.member("ContainersStopped", counts.stopped).member("Images", images.size());
  out.member("ServerVersion", own_version().number).member("Driver", "overlay").member("RootDir", place.root);
  out.member("StateDir", place.state).member("DefaultRuntime", place.runtime).member("Shim", place.shim);
  out.member("CgroupDriver", "cgroupfs").member("CgroupVersion", unified ? "2" : "1");
  out.member("Rootless", rootless).member("KernelVersion", machine.release);
  out.member("OperatingSystem", operating_system())
      .member("OSType", "linux")
      .member("Architecture", machine.machine);
  out.member("NCPU", sysconf(_SC_NPROCESSORS_ONLN))
      .member("MemTotal", memory)
      .member("Name", machine.nodename);
  out.end_object();
  return text;
}

// "Containers Running: 2", a line for each member; numbers of bytes as people read them.
Result<std::string> lines(std::string_view text) {
  const json::Document document = TRY(json::Document::parse(text));
  std::string out;
  for (const auto [key, value] : document.root().members()) {
    std::string name;
    for (std::size_t i = 0; i < key.size(); ++i) {
      const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
      if (i > 0 && upper(key[i]) && !upper(key[i - 1])) name += ' ';
      name += key[i];
    }
    const std::string shown =
        key == "MemTotal"               ? shown_size(text::parse_int<std::uint64_t>(value.text()).value_or(0))
        : value.is(json::Type::boolean) ? std::string(value.boolean() ? "true" : "false")
                                        : std::string(value.text());
    out += cat(name, ": ", shown, "\n");
  }
  return out;
}

Result<int> run(const cli::Call& call) {
  const std::string text = TRY(describe(call));
  const std::string_view format = call.arguments.value(kFormat);
  std::string shown = text + "\n";
  if (format.empty()) shown = TRY(lines(text));
  if (!format.empty() && format != "json") shown = TRY(expand(format, text)) + "\n";
  TRY(call.env.print(shown));
  return 0;
}

}  // namespace

constinit const cli::Command kInfoCommand{
    .name = "info", .summary = "print what there is, and what it runs on", .options = kOptions, .run = run};

}  // namespace masu::manager
