// SPDX-License-Identifier: Apache-2.0
//
// Manager: writing the limits.
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/delegation.h"
#include "masu/cgroups/devices.h"
#include "masu/cgroups/files.h"
#include "masu/cgroups/manager.h"
#include "masu/cgroups/settings.h"
#include "masu/sys/raw.h"
#include "prepare.h"
#include "refusal.h"
#include "tree.h"
#include "undo.h"

#include <algorithm>
#include <cerrno>

namespace masu::cgroups {
namespace {

bool has_limits(const spec::Resources& resources) {
  return resources.memory || resources.cpu || resources.pids_limit || resources.block_io ||
         !resources.hugepage_limits.empty() || resources.network || !resources.rdma.empty() ||
         !resources.unified.empty();
}

/// A setting with the directory it is for.
struct Target {
  const Setting* setting;
  const Directory* directory;
};

Result<> write_noted(const Root& root, const std::string& path, const Setting& setting,
                     std::string_view value, UndoLog* undo) {
  if (undo == nullptr) return root.write(path, value);
  UndoLog::Entry entry = UndoLog::before(root, path, setting);
  TRY(root.write(path, value));
  undo->add(std::move(entry));
  return {};
}

Result<> write_setting(const Root& root, const Target& target, UndoLog* undo) {
  const Setting& setting = *target.setting;
  auto written =
      write_noted(root, cat(target.directory->path, "/", setting.file), setting, setting.value, undo);
  if (!written && written.error().err() == ENOENT && !setting.other_file.empty())
    written = write_noted(root, cat(target.directory->path, "/", setting.other_file), setting,
                          setting.other_value, undo);
  if (written || !setting.optional) return written;
  // EOPNOTSUPP: memory.kmem.limit_in_bytes of Linux 5.16 to 6.10.
  const int err = written.error().err();
  const bool there = root.open_file(target.directory->path, O_PATH | O_DIRECTORY).has_value();
  return there && (err == ENOENT || err == EOPNOTSUPP) ? Result<>() : std::move(written);
}

/// A real-time budget is a part of the one above, and a new cgroup has none (sched-rt-group.rst): cgroups on
/// the way that nobody has given any get as much as the container.
void fill_realtime(const Root& root, const std::vector<Target>& group) {
  const Directory& directory = *group.front().directory;
  for (std::size_t end = directory.path.find('/', directory.mount.size() + 1); end != std::string::npos;
       end = directory.path.find('/', end + 1)) {
    const std::string above = directory.path.substr(0, end + 1);
    const auto runtime = root.read(above + "cpu.rt_runtime_us");
    if (!runtime || text::trim(*runtime) != "0") continue;
    for (const Target& target : group) (void)root.write(above + target.setting->file, target.setting->value);
  }
}

/// Writes the settings of one group: what the kernel refuses as not fitting to the present values comes again
/// after the rest, as long as that rest makes a difference.
Result<> write_group(const Root& root, std::vector<Target> group, UndoLog* undo) {
  bool realtime = group.front().setting->group == Group::realtime && !group.front().directory->is_v2();
  while (true) {
    std::vector<Target> refused;
    std::optional<Error> first;
    for (const Target& target : group) {
      auto written = write_setting(root, target, undo);
      if (written) continue;
      const int err = written.error().err();
      Error error = explain_limit(std::move(written).error(), root, *target.directory, *target.setting);
      if (err != EINVAL) return fail(std::move(error));
      if (!first) first = std::move(error);
      refused.push_back(target);
    }
    if (refused.empty()) return {};
    if (std::exchange(realtime, false))
      fill_realtime(root, group);
    else if (refused.size() == group.size())
      return fail(std::move(*first));
    group = std::move(refused);
  }
}

/// The name of a v1 controller in the v2 tree.
std::string_view name_on_v2(std::string_view controller) { return controller == "blkio" ? "io" : controller; }

}  // namespace

/// memory.checkBeforeUpdate: a limit below the present use makes the kernel kill.
Result<> Manager::check_memory(const spec::Memory& memory) const {
  if (memory.check_before_update != true || memory.limit.value_or(0) <= 0) return {};
  const Directory* v1 = find("memory");
  const Directory* directory = v1 != nullptr ? v1 : find_v2();
  if (directory == nullptr) return {};
  const std::string text =
      TRY(root_.read(directory->path + (v1 != nullptr ? "/memory.usage_in_bytes" : "/memory.current")));
  const std::uint64_t usage = TRY(parse_single_value(text));
  if (static_cast<std::uint64_t>(*memory.limit) > usage) return {};
  return fail(Error::spec("linux.resources.memory.limit", cat("new memory limit ", *memory.limit,
                                                              " is not above the present usage of ", usage)));
}

Result<> Manager::apply(const spec::Resources& resources, Devices devices) {
  if (saved_.directories.empty() && saved_.rootless && has_limits(resources))
    return fail(
        Error::make(Kind::unsupported,
                    cat("rootless needs no limits + no cgrouppath when no permission is granted for cgroups",
                        denied_.empty() ? "" : ": ", denied_))
            .at("linux.resources")
            .hint(how_to_delegate()));
  if (resources.memory) TRY(check_memory(*resources.memory));
  TRY(apply_settings(resources, nullptr));
  return devices == Devices::set ? apply_devices(resources.devices) : Result<>();
}

Result<> Manager::update(const spec::Resources& resources, Devices devices) {
  const spec::Resources complete = TRY(completed(resources));
  if (complete.memory) TRY(check_memory(*complete.memory));
  UndoLog undo;
  auto updated = apply_settings(complete, &undo);
  if (updated && has_unit()) {
    updated = set_unit_properties(complete, devices);
    // systemd has written its own, rounded idea of them.
    if (updated) updated = apply_settings(complete, nullptr);
  }
  if (updated && devices == Devices::set) updated = apply_devices(complete.devices);
  if (!updated) undo.roll_back(root_);
  return updated;
}

/// What v2 keeps in one file, or counts from another value, with the present other half.
Result<spec::Resources> Manager::completed(spec::Resources resources) const {
  const Directory* unified = find_v2();
  if (unified == nullptr) return resources;
  const auto read = [&](const char* controller, const char* file) -> Result<std::string> {
    auto text =
        find(controller) == nullptr ? root_.read(cat(unified->path, "/", file)) : Result<std::string>();
    if (!text && is_gone(text.error())) return "";  // the write will say it better
    return text;
  };
  if (resources.cpu && resources.cpu->period && !resources.cpu->quota) {
    const std::string present = TRY(read("cpu", "cpu.max"));
    resources.cpu->quota =
        text::parse_int<std::int64_t>(std::string_view(present).substr(0, present.find(' ')));
  }
  if (resources.memory && resources.memory->swap.value_or(0) > 0 && !resources.memory->limit) {
    const std::string present = TRY(read("memory", "memory.max"));
    resources.memory->limit = text::parse_int<std::int64_t>(text::trim(present));
  }
  return resources;
}

Result<> Manager::apply_settings(const spec::Resources& resources, UndoLog* undo) {
  if (!has_limits(resources)) return {};
  const Directory* unified = find_v2();
  const bool pure_v2 = saved_.kind == LayoutKind::v2;
  const std::vector<Setting> settings = TRY(pure_v2 ? settings_v2(resources) : settings_v1(resources));
  std::vector<Target> targets;
  std::vector<std::string_view> elsewhere;  // controllers that a hybrid layout has left in its v2 tree
  for (const Setting& setting : settings) {
    const Directory* directory = pure_v2 ? unified : find(setting.controller);
    if (directory != nullptr) {
      targets.push_back({&setting, directory});
    } else if (!setting.optional) {
      const std::string_view controller = name_on_v2(setting.controller);
      if (unified == nullptr || !TRY(offers(*unified, controller)))
        return fail(missing_controller(setting, denied_));
      TRY(enable_controllers(root_, unified->mount, unified->path, controller));
      elsewhere.push_back(controller);
    }
  }
  std::vector<Setting> settings_elsewhere;
  if (!elsewhere.empty()) {
    spec::Resources rest = resources;
    if (find("memory") != nullptr) rest.memory.reset();  // v2's rules for swap do not concern v1's
    settings_elsewhere = TRY(settings_v2(rest));
  }
  for (const Setting& setting : settings_elsewhere)
    if (std::ranges::find(elsewhere, setting.controller) != elsewhere.end())
      targets.push_back({&setting, unified});

  for (auto at = targets.begin(); at != targets.end();) {
    const Group group = at->setting->group;
    const auto end = std::find_if(at + 1, targets.end(), [group](const Target& target) {
      return group == Group::none || target.setting->group != group;
    });
    TRY(write_group(root_, {at, end}, undo));
    at = end;
  }
  return {};
}

/// True if the v2 tree that `directory` is in has this controller at all.
Result<bool> Manager::offers(const Directory& directory, std::string_view controller) const {
  const std::string list = TRY(root_.read(directory.mount + "/cgroup.controllers"));
  return std::ranges::any_of(text::split(text::trim(list), ' '),
                             [controller](std::string_view entry) { return entry == controller; });
}

Result<> Manager::apply_devices(const std::vector<spec::DeviceRule>& rules) {
  const DevicePolicy policy = TRY(reduce_device_rules(rules));
  const Directory* v1 = find("devices");
  const Directory* directory = v1 != nullptr ? v1 : find_v2();
  if (directory == nullptr) {
    if (saved_.rootless) return {};  // who cannot make device nodes needs no list of them
    return fail(
        Error::make(Kind::unsupported, "there is no devices controller").at("linux.resources.devices"));
  }
  const bool fresh = fresh_[static_cast<std::size_t>(directory - saved_.directories.data())];
  const int cgroup = v1 != nullptr ? -1 : TRY(clone_fd());
  auto applied = v1 != nullptr ? write_device_list(v1->path, policy, fresh)
                               : attach_device_program(cgroup, policy, fresh);
  if (!applied && saved_.rootless && (applied.error().err() == EPERM || applied.error().err() == EACCES))
    return {};
  if (!applied)
    return fail(std::move(applied).error().within("set device rules").at("linux.resources.devices"));
  return {};
}

Result<> Manager::write_device_list(const std::string& path, const DevicePolicy& policy, bool fresh) const {
  const std::string allow = path + "/devices.allow", deny = path + "/devices.deny";
  std::vector<DeviceWrite> writes;
  // A list of our own making begins from nothing or from everything. One that is in use is led to the new one
  // by the difference: nothing that both allow is refused meanwhile, and a cgroup with children takes no
  // other way.
  if (!fresh) {
    const std::string list = TRY(sys::read_file_at(root_.fd(), root_.below(path + "/devices.list")));
    const DevicePolicy present = TRY(parse_devices_list(list));
    writes = present.allow_by_default == policy.allow_by_default ? TRY(device_transition(present, policy))
                                                                 : device_writes(policy);
  } else {
    writes = device_writes(policy);
  }
  sys::Fd file;
  bool open_for_allow = false;
  for (const DeviceWrite& write : writes) {
    const std::string& name = write.allow ? allow : deny;
    if (!file.valid() || open_for_allow != write.allow) file = TRY(root_.open_file(name, O_WRONLY));
    open_for_allow = write.allow;
    TRY(write_value(file, write.value, name));
  }
  return {};
}

}  // namespace masu::cgroups
