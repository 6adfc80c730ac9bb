// SPDX-License-Identifier: Apache-2.0
#include "capabilities.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/spec/names.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cctype>

#include <linux/capability.h>
#include <sys/prctl.h>

namespace masu::manager {
namespace {

constexpr std::uint64_t bit(unsigned capability) { return std::uint64_t{1} << capability; }

constexpr std::uint64_t kDefault = bit(CAP_CHOWN) | bit(CAP_DAC_OVERRIDE) | bit(CAP_FOWNER) |
                                   bit(CAP_FSETID) | bit(CAP_KILL) | bit(CAP_NET_BIND_SERVICE) |
                                   bit(CAP_SETFCAP) | bit(CAP_SETGID) | bit(CAP_SETPCAP) | bit(CAP_SETUID) |
                                   bit(CAP_SYS_CHROOT);

bool is_all(std::string_view name) { return text::equals_ignore_case(name, "all"); }

Result<std::uint64_t> bits_of(const std::vector<std::string>& names, std::uint64_t all) {
  std::uint64_t out = 0;
  for (const std::string& name : names) out |= is_all(name) ? all : TRY(capability_bit(name));
  return out;
}

}  // namespace

std::uint64_t read_capabilities() {
  std::uint64_t out = 0;
  for (unsigned capability = 0; capability < 64; ++capability)
    if (sys::raw::prctl(PR_CAPBSET_READ, capability) == 1) out |= bit(capability);
  return out;
}

Result<std::uint64_t> capability_bit(std::string_view name) {
  std::string full(name);
  std::ranges::transform(full, full.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (!full.starts_with("CAP_")) full.insert(0, "CAP_");
  if (const auto found = spec::find_value(spec::capabilities(), full))
    return bit(static_cast<unsigned>(*found));
  return fail(Error::make(Kind::usage, cat("there is no capability ", quote(name))));
}

Result<spec::Capabilities> choose_capabilities(const Request& request, const Facts& facts, bool root) {
  const std::uint64_t all = facts.kernel_capabilities;
  const std::uint64_t added = TRY(bits_of(request.cap_add, all)),
                      dropped = TRY(bits_of(request.cap_drop, all));
  const bool drop_all = std::ranges::any_of(request.cap_drop, is_all);
  std::uint64_t given = request.privileged ? all : drop_all ? 0 : kDefault;
  if (!drop_all) given &= ~dropped;
  given |= added;
  if (drop_all || std::ranges::any_of(request.cap_add, is_all)) given &= ~(drop_all ? 0 : dropped);
  given &= all;
  spec::Capabilities out;
  out.bounding = given;
  if (root) {
    out.effective = given;
    out.permitted = given;
    return out;
  }
  // What was asked for by name is meant for that user too.
  out.effective = out.permitted = out.inheritable = out.ambient =
      added & given & (request.privileged ? 0 : all);
  return out;
}

std::uint64_t process_capabilities(const spec::Config& config) {
  return config.process && config.process->capabilities ? config.process->capabilities->bounding : 0;
}

}  // namespace masu::manager
