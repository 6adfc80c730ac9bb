// SPDX-License-Identifier: Apache-2.0
//
// The labels that the program gets with its exec, or at once where there is none: AppArmor's profile,
// SELinux's context. Each is one write to a file of the very thread that executes, by the procfs that the
// parent has checked (CVE-2019-16884).
#include "child.h"
#include "masu/sys/raw.h"

#include <cerrno>

namespace masu::container {
namespace {

int write_attribute(const char* path, const std::string& text, Child& child) noexcept {
  const int file = sys::raw::openat(child.proc, path, O_WRONLY);
  if (file < 0) return file;
  child.explain(path);
  const long written = sys::raw::write(file, text.data(), text.size());
  sys::raw::close(file);
  return static_cast<int>(written);
}

}  // namespace

void set_labels(Child& child) noexcept {
  const ProcessPlan& process = child.process;
  if (!process.apparmor.empty()) {
    child.at(Step::apparmor);
    const bool now = process.workload != nullptr;  // there is no exec to wait for
    int written = write_attribute(now ? "self/attr/apparmor/current" : "self/attr/apparmor/exec",
                                  process.apparmor, child);
    if (written == -ENOENT)  // before Linux 5.1
      written = write_attribute(now ? "self/attr/current" : "self/attr/exec", process.apparmor, child);
    check(child, written);
  }
  if (!process.selinux_label.empty()) {
    child.at(Step::selinux);
    check(child, write_attribute(process.workload != nullptr ? "self/attr/current" : "self/attr/exec",
                                 process.selinux_label, child));
  }
}

void label_keyring(Child& child) noexcept {
  if (child.process.selinux_label.empty()) return;
  child.at(Step::selinux);
  check(child, write_attribute("self/attr/keycreate", child.process.selinux_label, child));
}

}  // namespace masu::container
