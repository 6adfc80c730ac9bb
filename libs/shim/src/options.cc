// SPDX-License-Identifier: Apache-2.0
#include "masu/shim/options.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

#include <algorithm>
#include <csignal>
#include <limits>

namespace masu::shim {
namespace {

Error refused(std::string_view text, std::string_view expected) {
  return Error::make(Kind::usage, cat(quote(text), " is not ", expected));
}

struct Unit {
  std::string_view name;
  std::int64_t factor;
};
// Longer names first: "ms" is no "m".
constexpr Unit kTimes[] = {{"ms", 1'000'000},    {"us", 1'000},         {"ns", 1},
                           {"s", 1'000'000'000}, {"m", 60'000'000'000}, {"h", 3'600'000'000'000}};

struct SignalName {
  std::string_view name;
  int number;
};
constexpr SignalName kSignals[] = {
    {"HUP", SIGHUP},       {"INT", SIGINT},   {"QUIT", SIGQUIT},   {"ILL", SIGILL},   {"TRAP", SIGTRAP},
    {"ABRT", SIGABRT},     {"BUS", SIGBUS},   {"FPE", SIGFPE},     {"KILL", SIGKILL}, {"USR1", SIGUSR1},
    {"SEGV", SIGSEGV},     {"USR2", SIGUSR2}, {"PIPE", SIGPIPE},   {"ALRM", SIGALRM}, {"TERM", SIGTERM},
    {"STKFLT", SIGSTKFLT}, {"CHLD", SIGCHLD}, {"CONT", SIGCONT},   {"STOP", SIGSTOP}, {"TSTP", SIGTSTP},
    {"TTIN", SIGTTIN},     {"TTOU", SIGTTOU}, {"URG", SIGURG},     {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ},
    {"VTALRM", SIGVTALRM}, {"PROF", SIGPROF}, {"WINCH", SIGWINCH}, {"IO", SIGIO},     {"PWR", SIGPWR},
    {"SYS", SIGSYS}};
// As programs see them: libc keeps the first two for itself.
constexpr int kFirstRealTime = 34, kLastRealTime = 64;

std::optional<std::int64_t> take_number(std::string_view& text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = text::parse_int<std::int64_t>(text.substr(0, digits));
  text.remove_prefix(digits);
  return number;
}

std::optional<int> real_time_signal(std::string_view name) {
  for (const auto& [prefix, base, sign] :
       {std::tuple{"RTMIN", kFirstRealTime, 1}, std::tuple{"RTMAX", kLastRealTime, -1}}) {
    if (!name.starts_with(prefix)) continue;
    name.remove_prefix(5);
    if (name.empty()) return base;
    const auto offset = text::parse_int<int>(name.substr(1));
    if (name.front() != (sign > 0 ? '+' : '-') || !offset || *offset < 0) return std::nullopt;
    const int number = base + sign * *offset;
    if (number >= kFirstRealTime && number <= kLastRealTime) return number;
  }
  return std::nullopt;
}

}  // namespace

Result<RestartPolicy> RestartPolicy::parse(std::string_view text) {
  using enum When;
  const auto colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  RestartPolicy policy;
  if (name == "no")
    policy.when = never;
  else if (name == "on-failure")
    policy.when = on_failure;
  else if (name == "always")
    policy.when = always;
  else if (name == "unless-stopped")
    policy.when = unless_stopped;
  else
    return fail(refused(text, "a restart policy: no, on-failure[:n], always or unless-stopped"));
  if (colon == std::string_view::npos) return policy;
  const auto most = text::parse_int<unsigned>(text.substr(colon + 1));
  if (policy.when != on_failure || !most || *most == 0)
    return fail(refused(text, "on-failure:n with a number above 0"));
  policy.most = *most;
  return policy;
}

bool RestartPolicy::wants(int code, bool stopped, unsigned restarts) const {
  switch (when) {
    case When::never:
      return false;
    case When::on_failure:
      return !stopped && code != 0 && (most == 0 || restarts < most);
    case When::always:
    case When::unless_stopped:
      return !stopped;  // the two differ for a manager that starts all anew, after a boot
  }
  return false;
}

std::int64_t restart_delay(unsigned quick_restarts) {
  constexpr std::int64_t kFirst = 100'000'000, kMost = 60'000'000'000;
  constexpr unsigned kDoublings = 10;
  return std::min(kFirst << std::min(quick_restarts, kDoublings), kMost);
}

Result<HealthOptions::Action> HealthOptions::parse_action(std::string_view text) {
  if (text == "none") return Action::none;
  if (text == "kill") return Action::kill;
  if (text == "restart") return Action::restart;
  if (text == "stop") return Action::stop;
  return fail(refused(text, "one of none, kill, restart and stop"));
}

Result<> check_id(std::string_view id) {
  constexpr std::size_t kLongest = 255;
  const bool good = std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-' || c == '.';
  });
  if (id.empty() || id.size() > kLongest || !good || id == "." || id == ".." || id.front() == '-')
    return fail(refused(id, "a container's id (letters, digits, _ + - .)"));
  return {};
}

Result<std::int64_t> parse_duration(std::string_view text) {
  constexpr std::string_view kExpected = "a time such as 10, 1m30s or 500ms";
  std::string_view rest = text;
  std::int64_t sum = 0;
  do {
    const auto number = take_number(rest);
    const auto* unit =
        std::ranges::find_if(kTimes, [&](const Unit& item) { return rest.starts_with(item.name); });
    const bool seconds = rest.empty() && sum == 0;
    const std::int64_t factor = seconds ? 1'000'000'000 : unit == std::end(kTimes) ? 0 : unit->factor;
    if (!number || factor == 0 || *number > (std::numeric_limits<std::int64_t>::max() - sum) / factor)
      return fail(refused(text, kExpected));
    sum += *number * factor;
    if (!seconds) rest.remove_prefix(unit->name.size());
  } while (!rest.empty());
  return sum;
}

Result<std::uint64_t> parse_size(std::string_view text) {
  std::string_view rest = text;
  const auto number = take_number(rest);
  constexpr std::string_view kUnits = "bkmgt";
  const auto unit = rest.empty() ? 0 : kUnits.find(static_cast<char>(rest.front() | 0x20));
  constexpr std::int64_t kMost = std::int64_t{1} << 22;  // × 2⁴⁰
  if (!number || rest.size() > 1 || unit == std::string_view::npos || (unit > 0 && *number > kMost))
    return fail(refused(text, "a size such as 4096, 64k or 10m"));
  return static_cast<std::uint64_t>(*number) << (10 * unit);
}

Result<int> parse_signal(std::string_view text) {
  if (const auto number = text::parse_int<int>(text); number && *number >= 1 && *number <= kLastRealTime)
    return *number;
  std::string name;
  for (const char c : text) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (name.starts_with("SIG")) name.erase(0, 3);
  for (const SignalName& signal : kSignals)
    if (signal.name == name) return signal.number;
  if (const auto number = real_time_signal(name)) return *number;
  return fail(refused(text, "a signal"));
}

std::string signal_name(int number) {
  for (const SignalName& signal : kSignals)
    if (signal.number == number) return cat("SIG", signal.name);
  if (number >= kFirstRealTime && number <= kLastRealTime)
    return number == kFirstRealTime ? "SIGRTMIN" : cat("SIGRTMIN+", number - kFirstRealTime);
  return cat(number);
}

}  // namespace masu::shim
