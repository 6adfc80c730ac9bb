// SPDX-License-Identifier: Apache-2.0
#include "landlock.h"

#include "annotations.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <optional>

#include <linux/landlock.h>

namespace masu::container {
namespace {

using annotations::refusal;

// Newer than Debian 12's linux/landlock.h.
constexpr std::uint64_t kTruncate = 1u << 14;
constexpr std::uint64_t kIoctlDevice = 1u << 15;
constexpr std::uint64_t kBindTcp = 1u << 0, kConnectTcp = 1u << 1;
constexpr std::uint64_t kScopeSockets = 1u << 0, kScopeSignals = 1u << 1;
constexpr int kFirstWithTruncate = 3, kFirstWithNetwork = 4, kFirstWithIoctl = 5, kFirstWithScope = 6;

constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

struct PathKind {
  const char* annotation;
  std::uint64_t access;
};
struct PortKind {
  const char* annotation;
  std::uint64_t access;
};

constexpr char kScope[] = "masu.landlock.scope";
constexpr PathKind kPaths[] = {{"masu.landlock.read", kRead},
                               {"masu.landlock.execute", kRead | LANDLOCK_ACCESS_FS_EXECUTE},
                               {"masu.landlock.write", ~std::uint64_t{LANDLOCK_ACCESS_FS_EXECUTE}}};
constexpr PortKind kPorts[] = {{"masu.landlock.connect", kConnectTcp}, {"masu.landlock.bind", kBindTcp}};

/// All that the kernel can deny; what it does not know yet stays allowed, as without Landlock.
std::uint64_t known_access(int abi) {
  std::uint64_t access = (std::uint64_t{LANDLOCK_ACCESS_FS_MAKE_SYM} << 1) - 1;
  if (abi > 1) access |= LANDLOCK_ACCESS_FS_REFER;
  if (abi >= kFirstWithTruncate) access |= kTruncate;
  if (abi >= kFirstWithIoctl) access |= kIoctlDevice;
  return access;
}

Result<> need(const char* annotation, int abi, int needed) {
  if (abi >= needed) return {};
  const std::string what =
      abi < 0 ? "Landlock is not there" : cat("needs Landlock's ABI ", needed, ", not ", abi);
  return fail(
      Error::make(Kind::unsupported, what)
          .at(cat("annotations.", annotation))
          .hint("the kernel needs CONFIG_SECURITY_LANDLOCK, and landlock among lsm= on its command line"));
}

Result<> add_paths(LandlockPlan& plan, const PathKind& kind, const std::string& list) {
  if (list.empty()) return {};  // nothing is allowed by this
  for (const auto path : text::split(list, ':')) {
    if (!path.starts_with('/'))
      return fail(refusal(kind.annotation, cat(quote(path), " is no absolute path")));
    plan.paths.push_back({std::string(path), kind.access & plan.handled_files});
  }
  return {};
}

Result<> add_ports(LandlockPlan& plan, const PortKind& kind, const std::string& list) {
  if (list.empty()) return {};
  for (const auto text : text::split(list, ',')) {
    const auto port = text::parse_int<std::uint16_t>(text);
    if (!port) return fail(refusal(kind.annotation, cat(quote(text), " is no port")));
    plan.ports.push_back({*port, kind.access});
  }
  return {};
}

Result<> add_scope(LandlockPlan& plan, const std::string& list) {
  for (const auto word : text::split(list, ',')) {
    if (word != "sockets" && word != "signals")
      return fail(refusal(kScope, cat(quote(word), " is neither sockets nor signals")));
    plan.scoped |= word == "sockets" ? kScopeSockets : kScopeSignals;
  }
  return {};
}

constexpr std::string_view kPrefix = "masu.landlock.";

Result<> check_names(const spec::Annotations& annotations) {
  const auto known = [](const std::string& name) {
    for (const auto& kind : kPaths)
      if (name == kind.annotation) return true;
    for (const auto& kind : kPorts)
      if (name == kind.annotation) return true;
    return name == kScope;
  };
  for (auto it = annotations.lower_bound(std::string(kPrefix)); it != annotations.end(); ++it) {
    if (!it->first.starts_with(kPrefix)) break;
    // A rule that is not understood must not be one that is not there.
    if (!known(it->first))
      return fail(
          refusal(it->first.c_str(), "is unknown: read, execute, write, connect, bind and scope are known"));
  }
  return {};
}

}  // namespace

Result<> plan_landlock(ProcessPlan& planned, const spec::Annotations& annotations, int abi) {
  TRY(check_names(annotations));
  LandlockPlan plan;
  for (const auto& kind : kPaths) {
    if (!annotations::given(annotations, kind.annotation)) continue;
    TRY(need(kind.annotation, abi, 1));
    plan.handled_files = known_access(abi);
    TRY(add_paths(plan, kind, annotations::value(annotations, kind.annotation)));
  }
  for (const auto& kind : kPorts) {
    if (!annotations::given(annotations, kind.annotation)) continue;
    TRY(need(kind.annotation, abi, kFirstWithNetwork));
    plan.handled_ports |= kind.access;
    TRY(add_ports(plan, kind, annotations::value(annotations, kind.annotation)));
  }
  if (annotations::given(annotations, kScope)) {
    TRY(need(kScope, abi, kFirstWithScope));
    TRY(add_scope(plan, annotations::value(annotations, kScope)));
  }
  if ((plan.handled_files | plan.handled_ports | plan.scoped) != 0) planned.landlock = std::move(plan);
  return {};
}

Result<> plan_landlock(ProcessPlan& planned, const spec::Annotations& annotations) {
  const auto first = annotations.lower_bound(std::string(kPrefix));
  if (first == annotations.end() || !first->first.starts_with(kPrefix)) return {};
  const long abi = sys::raw::call(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return plan_landlock(planned, annotations, static_cast<int>(abi));
}

}  // namespace masu::container
