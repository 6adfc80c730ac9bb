// SPDX-License-Identifier: Apache-2.0
#include "seccomp.h"

#include "capabilities.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/image/document.h"
#include "masu/json/reader.h"
#include "masu/spec/names.h"
#include "masu/sys/fd.h"

#include <algorithm>

#include <sys/utsname.h>

namespace masu::manager {
namespace {

constexpr std::string_view kDefaultProfile =
#include "seccomp_profile.inc"
    ;

// "includes" and "excludes" of a rule.
struct Condition {
  std::vector<std::string> caps, arches;
  std::string min_kernel;
  bool empty() const { return caps.empty() && arches.empty() && min_kernel.empty(); }
};

struct Machine {
  std::string architecture;  // Go's name
  unsigned major = 0, minor = 0;
  std::uint64_t capabilities = 0;
};

Result<> read(json::Reader in, Condition& out) {
  TRY(in.optional("caps", out.caps));
  TRY(in.optional("arches", out.arches));
  return in.optional("minKernel", out.min_kernel);
}

template <class T>
Result<T> read_name(json::Reader in, spec::Table<T> table) {
  std::string name;
  TRY(read(in, name));
  if (const auto found = spec::find_value(table, name)) return *found;
  return fail(in.error(cat(quote(name), " is not known")));
}

Machine read_machine(std::uint64_t capabilities) {
  Machine out{.architecture = image::Platform::host().architecture, .capabilities = capabilities};
  utsname names{};
  (void)uname(&names);
  const auto version = text::split(names.release, '.');
  if (version.size() >= 2) {
    out.major = text::parse_int<unsigned>(version[0]).value_or(0);
    const auto digits = version[1].substr(0, version[1].find_first_not_of("0123456789"));
    out.minor = text::parse_int<unsigned>(digits).value_or(0);
  }
  return out;
}

bool is_newer(const Machine& machine, std::string_view version) {
  const auto parts = text::split(version, '.');
  const unsigned major = text::parse_int<unsigned>(parts[0]).value_or(0);
  const unsigned minor = parts.size() > 1 ? text::parse_int<unsigned>(parts[1]).value_or(0) : 0;
  return machine.major > major || (machine.major == major && machine.minor >= minor);
}

Result<bool> has_any_cap(const Machine& machine, const std::vector<std::string>& caps) {
  for (const std::string& name : caps)
    if ((machine.capabilities & TRY(capability_bit(name))) != 0) return true;
  return false;
}

// As containers-common reads them: each part that is given has to fit, or must not.
Result<bool> applies(const Machine& machine, const Condition& includes, const Condition& excludes) {
  const auto on_arch = [&machine](const Condition& c) {
    return std::ranges::find(c.arches, machine.architecture) != c.arches.end();
  };
  if (!includes.caps.empty() && !TRY(has_any_cap(machine, includes.caps))) return false;
  if (!includes.arches.empty() && !on_arch(includes)) return false;
  if (!includes.min_kernel.empty() && !is_newer(machine, includes.min_kernel)) return false;
  if (TRY(has_any_cap(machine, excludes.caps))) return false;
  if (on_arch(excludes)) return false;
  return excludes.min_kernel.empty() || !is_newer(machine, excludes.min_kernel);
}

Result<> read_operator(json::Reader in, spec::SeccompOp& out) {
  out = TRY(read_name(in, spec::seccomp_operators()));
  return {};
}

Result<> read_args(json::Reader in, std::vector<spec::SeccompArg>& out) {
  TRY(in.expect(json::Type::array));
  for (const json::Value element : in.value().elements()) {
    const json::Reader arg = in.at(element);
    spec::SeccompArg& item = out.emplace_back();
    TRY(arg.require("index", item.index));
    TRY(arg.require("value", item.value));
    TRY(arg.optional("valueTwo", item.value_two));
    TRY(arg.require("op", item.op, read_operator));
  }
  return {};
}

Result<> read_action(json::Reader in, spec::SeccompAction& out) {
  out.ret = TRY(read_name(in, spec::seccomp_actions()));
  return {};
}

Result<> read_rule(json::Reader in, const Machine& machine, spec::Seccomp& out) {
  Condition includes, excludes;
  const auto read_condition = [](json::Reader inner, Condition& item) { return read(inner, item); };
  TRY(in.optional("includes", includes, read_condition));
  TRY(in.optional("excludes", excludes, read_condition));
  if (!TRY(applies(machine, includes, excludes))) return {};
  spec::SeccompRule rule;
  std::string name;
  TRY(in.optional("names", rule.names));
  TRY(in.optional("name", name));
  if (!name.empty()) rule.names.push_back(name);
  TRY(in.require("action", rule.action, read_action));
  TRY(in.optional("errnoRet", rule.errno_ret));
  TRY(in.optional("args", rule.args, read_args));
  out.syscalls.push_back(std::move(rule));
  return {};
}

Result<> read_architectures(json::Reader in, const Machine& machine, spec::Seccomp& out) {
  const std::string_view ours = machine.architecture == "amd64"   ? "SCMP_ARCH_X86_64"
                                : machine.architecture == "arm64" ? "SCMP_ARCH_AARCH64"
                                                                  : "SCMP_ARCH_S390X";
  TRY(in.expect(json::Type::array));
  for (const json::Value element : in.value().elements()) {
    std::string name;
    std::vector<std::string> more;
    TRY(in.at(element).require("architecture", name));
    TRY(in.at(element).optional("subArchitectures", more));
    if (name != ours) continue;
    more.insert(more.begin(), name);
    for (const std::string& each : more)
      if (const auto found = spec::find_value(spec::seccomp_architectures(), each))
        out.architectures.push_back(*found);
  }
  return {};
}

Result<spec::Seccomp> resolve(std::string_view text, const Machine& machine) {
  const json::Document document = TRY(json::Document::parse(text));
  const json::Reader in(document);
  spec::Seccomp out;
  TRY(in.require("defaultAction", out.default_action, read_action));
  TRY(in.optional("defaultErrnoRet", out.default_errno_ret));
  const auto architectures = in.find("archMap");
  if (architectures) TRY(read_architectures(*architectures, machine, out));
  const auto rules = in.find("syscalls");
  if (!rules) return out;
  TRY(rules->expect(json::Type::array));
  for (const json::Value element : rules->value().elements())
    TRY(read_rule(rules->at(element), machine, out));
  return out;
}

}  // namespace

Result<std::optional<spec::Seccomp>> choose_seccomp(const std::string& choice, std::uint64_t capabilities) {
  if (choice == "unconfined") return std::nullopt;
  const Machine machine = read_machine(capabilities);
  if (choice.empty()) return TRY_IN(resolve(kDefaultProfile, machine), "default seccomp profile");
  const std::string text = TRY_IN(sys::read_file(choice), "seccomp profile");
  return TRY_IN(resolve(text, machine), cat("seccomp profile ", quote(choice)));
}

}  // namespace masu::manager
