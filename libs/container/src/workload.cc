// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

#include "annotations.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include <linux/sched.h>
#include <unistd.h>

namespace masu::container {
namespace {

struct Choice {
  bool wasm = false;
  bool smart = false;  // only if the program's name says so
  std::string engine;
};

bool is_named_module(std::string_view program) {
  return program.ends_with(".wasm") || program.ends_with(".wat");
}

Result<Choice> choice_of(const Context& context, const spec::Annotations& all) {
  const std::string handler = annotations::value(all, annotations::kHandler);
  const std::string variant = annotations::value(all, annotations::kWasmVariant);
  Choice choice{.wasm = context.wasm_only, .smart = false, .engine = {}};
  if (!handler.empty()) {
    choice.wasm = true;
    choice.smart = handler == "wasm-smart";
    constexpr std::string_view kEngines[] = {"wasmtime", "wamr", "wasmedge", "wasmer"};
    if (std::ranges::find(kEngines, handler) != std::end(kEngines))
      choice.engine = handler;
    else if (handler != "wasm" && !choice.smart)
      return fail(annotations::refusal(annotations::kHandler, cat(quote(handler), " is no handler"))
                      .hint("it may be wasm, wasm-smart, or an engine: wasmtime, wamr"));
  } else if (!variant.empty()) {
    if (variant != "compat" && variant != "compat-smart")
      return fail(annotations::refusal(annotations::kWasmVariant,
                                       cat(quote(variant), " is neither compat nor compat-smart")));
    choice.smart = variant == "compat-smart" && !choice.wasm;
    choice.wasm = true;
  }
  return choice;
}

Result<const Workload*> find(const Context& context, const std::string& engine) {
  if (!context.find_workload)
    return fail(Error::make(Kind::unsupported, "this program does not run WebAssembly")
                    .at("annotations")
                    .hint("masu-runtime does"));
  auto found = context.find_workload(engine);
  if (!found) return fail(std::move(found).error().within("the container holds WebAssembly"));
  return found;
}

// Whether the first of these paths that is there leads to a module.
bool holds_module(int root, const std::vector<std::string>& paths, const std::string& cwd) {
  for (const auto& path : paths) {
    const std::string absolute = path.starts_with('/') ? path : cat(cwd, "/", path);
    const sys::Fd file(sys::open_in_root(root, absolute.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY));
    if (!file.valid()) continue;
    char magic[4] = {};
    return sys::raw::call(SYS_pread64, file.get(), magic, sizeof magic, 0) == sizeof magic &&
           std::string_view(magic, sizeof magic) == std::string_view("\0asm", 4);
  }
  return false;
}

std::optional<std::uint64_t> read_count(const std::string& path) {
  const auto text = sys::read_kernel_file(path);
  return text ? text::parse_int<std::uint64_t>(text::trim(*text)) : std::nullopt;
}

// The tasks that may still be made in this cgroup, and which one of those above it is the narrowest.
struct Room {
  std::uint64_t tasks = std::numeric_limits<std::uint64_t>::max();
  std::string limit;
};
Room room_below(std::string path) {
  Room room;
  for (; path.size() > 1; path.resize(path.rfind('/'))) {
    const auto limit = read_count(path + "/pids.max");  // "max" is no number
    const auto used = read_count(path + "/pids.current");
    if (!limit || !used) continue;  // the controller may be off here, and on above
    const std::uint64_t left = *limit > *used ? *limit - *used : 0;
    if (left < room.tasks) room = {left, path + "/pids.max"};
  }
  return room;
}

Result<> check_room(const Workload& workload, const cgroups::Manager& cgroups) {
  for (const auto& directory : cgroups.directories()) {
    const Room room = room_below(directory.path);
    if (room.tasks >= workload.fewest_tasks - 1) continue;  // the process is there, and one of them
    return fail(
        Error::make(Kind::unsupported, cat(workload.name, " needs ", workload.fewest_tasks, " tasks, and ",
                                           quote(room.limit), " leaves ", room.tasks + 1))
            .at("linux.resources.pids.limit")
            .hint("raise the limit; wamr runs with 1"));
  }
  return {};
}

}  // namespace

Result<const Workload*> choose_workload(const Context& context, const spec::Config& config) {
  const Choice choice = TRY(choice_of(context, config.annotations));
  if (!choice.wasm) return nullptr;
  const auto& args = config.process->args;
  if (choice.smart && (args.empty() || !is_named_module(args.front()))) return nullptr;
  return find(context, choice.engine);
}

Result<const Workload*> choose_workload(const Context& context, const spec::Config& config,
                                        const spec::Process& process, pid_t init) {
  const Choice choice = TRY(choice_of(context, config.annotations));
  if (!choice.wasm || process.args.empty()) return nullptr;
  if (!is_named_module(process.args.front())) {
    const ProcessPlan plan = TRY(build_process_plan(process, config.linux_, {}));
    const auto root = sys::open(cat("/proc/", init, "/root"), O_PATH | O_DIRECTORY);
    if (!root || !holds_module(root->get(), plan.search, process.cwd)) return nullptr;
  }
  return find(context, choice.engine);
}

void plan_workload(ProcessPlan& plan, const Workload* workload, const spec::Config& config) {
  plan.workload = workload;
  if (workload == nullptr) return;
  // An image of one module has no PATH to look it up in.
  const std::string program = plan.argv.front();
  if (program.find('/') == std::string::npos) plan.search.push_back("./" + program);
  // Its memory is a copy of the runtime's, so it stays undumpable, which the host's root does not mind. From
  // within a user namespace nobody could join its namespaces then.
  plan.dumpable = geteuid() != 0 || config.find_namespace(CLONE_NEWUSER) != nullptr;
  if (plan.apparmor.starts_with("exec ")) plan.apparmor.replace(0, 4, "changeprofile");
}

Result<sys::Fd> prepare_workload(const Workload& workload, const std::optional<cgroups::Manager>& cgroups,
                                 int program, const spec::Process& process) {
  if (cgroups) TRY(check_room(workload, *cgroups));
  auto prepared = workload.prepare(program);
  if (!prepared)
    return fail(std::move(prepared)
                    .error()
                    .within(cat("module ", quote(process.args.front())))
                    .at("process.args[0]"));
  return prepared;
}

}  // namespace masu::container
