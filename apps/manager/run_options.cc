// SPDX-License-Identifier: Apache-2.0
#include "run_options.h"

#include "hand_over.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/shim/options.h"
#include "masu/spec/names.h"
#include "masu/sys/fd.h"
#include "mount_options.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fcntl.h>

namespace masu::manager {
namespace {

using Takes = cli::Option::Takes;
using From = cli::Values::From;

constexpr cli::Option value(std::string_view name, std::string_view argument, std::string_view help,
                            char letter = 0, cli::Values values = {}) {
  return {.name = name,
          .letter = letter,
          .takes = Takes::value,
          .argument = argument,
          .values = values,
          .help = help};
}
constexpr cli::Option values(std::string_view name, std::string_view argument, std::string_view help,
                             char letter = 0, cli::Values values = {}) {
  return {.name = name,
          .letter = letter,
          .takes = Takes::values,
          .argument = argument,
          .values = values,
          .help = help};
}

constexpr cli::Option kName = value("name", "NAME", "the container's name; one is found by default");
constexpr cli::Option kHostname =
    value("hostname", "NAME", "the host name in the container; its id by default", 'h');
constexpr cli::Option kEnv =
    values("env", "NAME[=VALUE]", "set a variable; without a value, to that of the caller", 'e');
constexpr cli::Option kEnvFile =
    values("env-file", "FILE", "set the variables of a file, one a line", 0, cli::kFiles);
constexpr cli::Option kVolume =
    values("volume", "SRC:DST[:OPTIONS]", "bind a folder or file of the host", 'v');
constexpr cli::Option kMount =
    values("mount", "type=…,…", "bind or tmpfs: type=bind,src=,dst=,ro or type=tmpfs,dst=,tmpfs-size=");
constexpr cli::Option kTmpfs = values("tmpfs", "PATH[:OPTIONS]", "mount a tmpfs there");
constexpr cli::Option kWorkdir = value("workdir", "DIR", "where the program starts", 'w');
constexpr cli::Option kUser =
    value("user", "USER[:GROUP]", "who the program runs as; names are looked up in the container", 'u');
constexpr cli::Option kGroupAdd = values("group-add", "GROUP", "a supplementary group");
constexpr cli::Option kEntrypoint =
    value("entrypoint", "PROGRAM", "instead of the image's: one word, or a JSON array");
constexpr cli::Option kNetwork =
    value("network", "MODE", "none (the default), or host for the network of this machine", 0,
          {From::choices, "none host"});
constexpr cli::Option kNet{.name = "net",
                           .takes = Takes::value,
                           .argument = "MODE",
                           .values = {From::choices, "none host"},
                           .help = "as --network",
                           .hidden = true};
constexpr cli::Option kAddHost = values("add-host", "NAME:ADDRESS", "an entry of /etc/hosts");
constexpr cli::Option kDns = values("dns", "ADDRESS", "a name server, instead of the host's");
constexpr cli::Option kCapAdd = values("cap-add", "CAPABILITY", "give a capability; all for all of them");
constexpr cli::Option kCapDrop = values("cap-drop", "CAPABILITY", "take a capability; all for all of them");
constexpr cli::Option kSecurityOpt =
    values("security-opt", "OPTION", "no-new-privileges, seccomp=unconfined or seccomp=FILE");
constexpr cli::Option kPrivileged{.name = "privileged",
                                  .help = "all capabilities, no seccomp filter, nothing masked"};
constexpr cli::Option kReadOnly{.name = "read-only", .help = "the root file system is not writable"};
constexpr cli::Option kMemory = value("memory", "SIZE", "how much memory it may use: 512m", 'm');
constexpr cli::Option kMemorySwap =
    value("memory-swap", "SIZE", "memory and swap together; -1 for as much as there is");
constexpr cli::Option kCpus = value("cpus", "N", "how many processors it may use: 1.5");
constexpr cli::Option kCpuShares = value("cpu-shares", "N", "its share of processor time; 1024 is the usual");
constexpr cli::Option kCpusetCpus = value("cpuset-cpus", "LIST", "the processors that it may run on: 0-3,7");
constexpr cli::Option kPidsLimit =
    value("pids-limit", "N", "how many processes it may have; -1 for no limit, 2048 by default");
constexpr cli::Option kUlimit =
    values("ulimit", "NAME=SOFT[:HARD]", "a limit of setrlimit(2): nofile=1024:2048");
constexpr cli::Option kShmSize = value("shm-size", "SIZE", "the size of /dev/shm; 64m by default");
constexpr cli::Option kOomScoreAdj =
    value("oom-score-adj", "N", "-1000 to 1000: how soon it is killed for want of memory");
constexpr cli::Option kSysctl =
    values("sysctl", "NAME=VALUE", "a kernel parameter of the container's namespaces");
constexpr cli::Option kLabel = values("label", "NAME[=VALUE]", "a label", 'l');
constexpr cli::Option kAnnotation = values("annotation", "NAME=VALUE", "an annotation for the runtime");
constexpr cli::Option kRestart =
    value("restart", "POLICY", "no (the default), on-failure[:N], always, unless-stopped");
constexpr cli::Option kStopSignal = value("stop-signal", "SIGNAL", "what stop sends; TERM by default");
constexpr cli::Option kStopTimeout =
    value("stop-timeout", "SECONDS", "after which stop kills; 10 by default");

Error wrong(const cli::Option& option, std::string_view given, std::string_view why) {
  return Error::make(Kind::usage, cat("--", option.name, " ", quote(given), ": ", why));
}

std::pair<std::string, std::string> split_pair(std::string_view text) {
  const auto equals = text.find('=');
  return {std::string(text.substr(0, equals)),
          std::string(equals == std::string_view::npos ? "" : text.substr(equals + 1))};
}

void set_variable(std::vector<std::string>& env, std::string_view entry) {
  const std::string_view name = entry.substr(0, entry.find('=') + 1);
  std::erase_if(env, [name](std::string_view other) { return other.starts_with(name); });
  env.emplace_back(entry);
}

// "NAME" alone is the caller's; if the caller has none, there is none.
void add_variable(std::vector<std::string>& env, std::string_view entry, const cli::Env& caller) {
  if (entry.find('=') != std::string_view::npos) return set_variable(env, entry);
  for (const char* const* variable = caller.variables; variable != nullptr && *variable != nullptr;
       ++variable)
    if (std::string_view(*variable).starts_with(cat(entry, "="))) set_variable(env, *variable);
}

Result<> read_env(const cli::Call& call, Request& out) {
  for (const std::string_view path : call.arguments.values(kEnvFile)) {
    const std::string absolute = TRY(call.env.absolute(path));
    const std::string text = TRY_IN(sys::read_file(absolute), "--env-file");
    for (const std::string_view line : text::split(text, '\n')) {
      const std::string_view entry = text::trim(line).starts_with('#') ? "" : line;
      if (!text::trim(entry).empty()) add_variable(out.env, entry, call.env);
    }
  }
  for (const std::string_view entry : call.arguments.values(kEnv)) {
    if (entry.empty() || entry.front() == '=') return fail(wrong(kEnv, entry, "expected NAME=VALUE"));
    add_variable(out.env, entry, call.env);
  }
  return {};
}

Result<std::vector<std::string>> parse_entrypoint(std::string_view text) {
  if (text.empty()) return std::vector<std::string>{};
  if (!text.starts_with('[')) return std::vector<std::string>{std::string(text)};
  const auto document = json::Document::parse(text);
  std::vector<std::string> out;
  if (!document || !read(json::Reader(*document), out))
    return fail(wrong(kEntrypoint, text, "expected one word, or a JSON array of strings"));
  return out;
}

Result<> read_command(const cli::Call& call, const image::Config& image, Request& out) {
  const auto& words = call.arguments.positionals();
  std::vector<std::string> command(words.begin() + 1, words.end());
  if (call.arguments.has(kEntrypoint)) {
    out.args = TRY(parse_entrypoint(call.arguments.value(kEntrypoint)));
  } else {
    out.args = image.entrypoint;
    if (command.empty()) command = image.cmd;
  }
  out.args.insert(out.args.end(), command.begin(), command.end());
  if (out.args.empty())
    return fail(Error::make(
        Kind::usage, "there is nothing to run: neither the image nor the command line names a program"));
  out.command = text::join(out.args, " ");
  return {};
}

Result<std::int64_t> parse_bytes(const cli::Call& call, const cli::Option& option) {
  const std::string_view given = call.arguments.value(option);
  if (given.empty()) return 0;
  if (given == "-1") return -1;
  std::string_view digits = given;  // docker takes 64mb and 64MiB as well
  for (const std::string_view unit : {"iB", "ib", "B", "b"})
    if (digits.ends_with(unit)) {
      digits.remove_suffix(unit.size());
      break;
    }
  const auto size = shim::parse_size(digits);
  if (!size || *size == 0 || *size > static_cast<std::uint64_t>(INT64_MAX))
    return fail(wrong(option, given, "expected a size: 512m, 2g"));
  return static_cast<std::int64_t>(*size);
}

template <class T>
Result<> read_number(const cli::Call& call, const cli::Option& option, T& out) {
  if (!call.arguments.has(option)) return {};
  const auto number = text::parse_int<T>(call.arguments.value(option));
  if (!number) return fail(wrong(option, call.arguments.value(option), "expected a number"));
  out = *number;
  return {};
}

// "1.5": microseconds of each 100 ms.
Result<std::int64_t> parse_cpus(std::string_view text) {
  const auto dot = text.find('.');
  const auto whole = text::parse_int<std::uint32_t>(dot == 0 ? "0" : text.substr(0, dot));
  std::string decimals(dot == std::string_view::npos ? "" : text.substr(dot + 1));
  decimals.resize(5, '0');
  const auto part = text::parse_int<std::uint32_t>(decimals);
  const std::int64_t quota = whole && part ? std::int64_t{*whole} * 100'000 + *part : 0;
  if (quota < 1000) return fail(wrong(kCpus, text, "expected a number, 0.01 or more"));
  return quota;
}

Result<> read_limits(const cli::Call& call, Request& out) {
  out.memory = TRY(parse_bytes(call, kMemory));
  out.memory_swap = TRY(parse_bytes(call, kMemorySwap));
  if (out.memory_swap > 0 && out.memory_swap < out.memory)
    return fail(wrong(kMemorySwap, call.arguments.value(kMemorySwap),
                      "it counts memory too, and is less than --memory"));
  if (call.arguments.has(kCpus)) out.cpu_quota = TRY(parse_cpus(call.arguments.value(kCpus)));
  TRY(read_number(call, kCpuShares, out.cpu_shares));
  out.cpuset_cpus = call.arguments.value(kCpusetCpus);
  out.pids_limit = 2048;
  TRY(read_number(call, kPidsLimit, out.pids_limit));
  if (out.pids_limit == 0) out.pids_limit = -1;
  if (const auto shm = TRY(parse_bytes(call, kShmSize)); shm > 0)
    out.shm_size = static_cast<std::uint64_t>(shm);
  if (call.arguments.has(kOomScoreAdj)) TRY(read_number(call, kOomScoreAdj, out.oom_score_adj.emplace()));
  TRY(read_number(call, kStopTimeout, out.stop_timeout));
  for (const std::string_view given : call.arguments.values(kUlimit)) {
    auto [name, rest] = split_pair(given);
    std::string full = "RLIMIT_" + name;
    std::ranges::transform(full, full.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    const auto number = [](std::string_view text) {
      return text == "unlimited" || text == "-1" ? std::optional<std::uint64_t>(UINT64_MAX)
                                                 : text::parse_int<std::uint64_t>(text);
    };
    const auto colon = rest.find(':');
    const auto soft = number(rest.substr(0, colon)),
               hard = colon == std::string::npos ? soft : number(rest.substr(colon + 1));
    if (!spec::find_value(spec::rlimits(), full) || !soft || !hard || *soft > *hard)
      return fail(wrong(kUlimit, given, "expected NAME=SOFT[:HARD], as in nofile=1024:2048"));
    out.ulimits.push_back({full, *soft, *hard});
  }
  return {};
}

Result<> read_security(const cli::Call& call, Request& out) {
  const cli::Arguments& given = call.arguments;
  for (const std::string_view name : given.values(kCapAdd)) out.cap_add.emplace_back(name);
  for (const std::string_view name : given.values(kCapDrop)) out.cap_drop.emplace_back(name);
  for (const std::string_view option : given.values(kSecurityOpt)) {
    const auto [name, value] = split_pair(option);
    if (name == "no-new-privileges" && (value.empty() || value == "true")) {
      out.no_new_privileges = true;
    } else if (name == "no-new-privileges" && value == "false") {
      out.no_new_privileges = false;
    } else if (name == "seccomp" && value == "unconfined") {
      out.seccomp = value;
    } else if (name == "seccomp" && !value.empty()) {
      out.seccomp = TRY(call.env.absolute(value));
      const sys::Fd readable = TRY_IN(sys::open(out.seccomp, O_RDONLY), "--security-opt seccomp");
    } else {
      return fail(
          wrong(kSecurityOpt, option, "expected no-new-privileges, seccomp=unconfined or seccomp=FILE"));
    }
  }
  out.privileged = given.has(kPrivileged);
  out.read_only = given.has(kReadOnly);
  return {};
}

Result<> read_mounts(const cli::Call& call, Request& out) {
  for (const std::string_view text : call.arguments.values(kVolume))
    out.mounts.push_back(TRY_IN(parse_volume(text, call.env), cat("--volume ", quote(text))));
  for (const std::string_view text : call.arguments.values(kMount))
    out.mounts.push_back(TRY_IN(parse_mount(text, call.env), cat("--mount ", quote(text))));
  for (const std::string_view text : call.arguments.values(kTmpfs))
    out.mounts.push_back(TRY_IN(parse_tmpfs(text), cat("--tmpfs ", quote(text))));
  for (std::size_t i = 0; i < out.mounts.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (out.mounts[i].destination == out.mounts[j].destination)
        return fail(
            Error::make(Kind::usage, cat("two mounts are asked for at ", quote(out.mounts[i].destination))));
  return {};
}

Result<> read_names(const cli::Call& call, Request& out) {
  const cli::Arguments& given = call.arguments;
  out.name = given.value(kName);
  if (given.has(kName)) TRY_IN(check_name(out.name), "--name");
  out.hostname = given.value(kHostname);
  if (out.hostname.size() > 64 || out.hostname.find_first_of("\n\t /") != std::string::npos)
    return fail(wrong(kHostname, out.hostname, "expected a name of 64 characters at most"));
  for (const std::string_view label : given.values(kLabel))
    out.labels.insert_or_assign(split_pair(label).first, split_pair(label).second);
  for (const std::string_view item : given.values(kAnnotation))
    out.annotations.insert_or_assign(split_pair(item).first, split_pair(item).second);
  for (const std::string_view item : given.values(kSysctl)) {
    if (item.find('=') == std::string_view::npos) return fail(wrong(kSysctl, item, "expected NAME=VALUE"));
    out.sysctls.insert_or_assign(split_pair(item).first, split_pair(item).second);
  }
  for (const std::string_view group : given.values(kGroupAdd)) out.groups.emplace_back(group);
  for (const std::string_view host : given.values(kAddHost)) {
    if (host.find(':') == std::string_view::npos || host.find_first_of("\n\t ") != std::string_view::npos)
      return fail(wrong(kAddHost, host, "expected NAME:ADDRESS"));
    out.extra_hosts.emplace_back(host);
  }
  for (const std::string_view server : given.values(kDns)) {
    if (server.empty() || server.find_first_of("\n\t ") != std::string_view::npos)
      return fail(wrong(kDns, server, "expected an address"));
    out.dns.emplace_back(server);
  }
  return {};
}

Result<> read_policies(const cli::Call& call, const image::Config& image, Request& out) {
  const cli::Arguments& given = call.arguments;
  out.network = given.value(kNetwork, given.value(kNet, "none"));
  out.restart = given.value(kRestart);
  if (!out.restart.empty()) TRY_IN(shim::RestartPolicy::parse(out.restart), "--restart");
  if (given.has(kRm) && !out.restart.empty() && out.restart != "no")
    return fail(Error::make(Kind::usage, "--rm and --restart exclude each other"));
  out.stop_signal = given.value(kStopSignal, image.stop_signal);
  if (!out.stop_signal.empty()) TRY_IN(shim::parse_signal(out.stop_signal), "--stop-signal");
  out.tty = given.has(kTty);
  out.interactive = given.has(kInteractive);
  out.remove = given.has(kRm);
  return {};
}

}  // namespace

constexpr cli::Option kDetach{
    .name = "detach", .letter = 'd', .help = "print the id, and leave the container running"};
constexpr cli::Option kInteractive{
    .name = "interactive", .letter = 'i', .help = "pass stdin on to the container"};
constexpr cli::Option kTty{.name = "tty", .letter = 't', .help = "give the container a terminal"};
constexpr cli::Option kRm{.name = "rm", .help = "remove the container when it has ended"};
constexpr cli::Option kPull =
    value("pull", "WHEN", "pull the image always, never, or when it is missing (the default)", 0,
          {From::choices, "always missing never"});
constexpr cli::Option kRunPlatform =
    value("platform", "OS/ARCH", "of an image to be pulled, the one for this");
constexpr cli::Option kCidFile = value("cidfile", "FILE", "write the id to this new file", 0, cli::kFiles);

#define MASU_CREATE_OPTIONS                                                                                \
  &kInteractive, &kTty, &kRm, &kName, &kHostname, &kEnv, &kEnvFile, &kVolume, &kMount, &kTmpfs, &kWorkdir, \
      &kUser, &kGroupAdd, &kEntrypoint, &kNetwork, &kNet, &kAddHost, &kDns, &kCapAdd, &kCapDrop,           \
      &kSecurityOpt, &kPrivileged, &kReadOnly, &kMemory, &kMemorySwap, &kCpus, &kCpuShares, &kCpusetCpus,  \
      &kPidsLimit, &kUlimit, &kShmSize, &kOomScoreAdj, &kSysctl, &kLabel, &kAnnotation, &kRestart,         \
      &kStopSignal, &kStopTimeout, &kPull, &kRunPlatform, &kCidFile
constexpr const cli::Option* const kCreateOptions[] = {MASU_CREATE_OPTIONS};
constexpr const cli::Option* const kRunOptions[] = {&kDetach, MASU_CREATE_OPTIONS};
namespace {
// An array that is declared too long would end with null pointers.
constexpr const cli::Option* kCounted[] = {MASU_CREATE_OPTIONS};
static_assert(std::size(kCounted) == std::size(kCreateOptions) &&
              std::size(kCounted) + 1 == std::size(kRunOptions));
}  // namespace
#undef MASU_CREATE_OPTIONS
constinit const std::array<cli::Positional, 2> kRunPositionals = {
    {{.name = "IMAGE", .values = {From::output, "images -q"}, .help = "the name or the id of an image"},
     {.name = "COMMAND",
      .count = cli::Positional::Count::any,
      .help = "what to run in it; what the image says by default"}}};

Result<Request> read_request(const cli::Call& call, const store::Image& image) {
  Request out;
  out.image = image.name.empty() ? image.id().text() : image.name;
  out.image_id = image.id().text();
  out.manifest = image.manifest_digest.text();
  for (const image::Digest& layer : image.config.diff_ids) out.layers.push_back(layer.text());
  out.labels = image.config.labels;
  out.env = image.config.env;
  out.user = call.arguments.value(kUser, image.config.user);
  out.cwd = call.arguments.value(kWorkdir, image.config.working_dir);
  if (!out.cwd.empty() && out.cwd.front() != '/')
    return fail(wrong(kWorkdir, out.cwd, "expected a path from the root on"));
  TRY(read_command(call, image.config, out));
  TRY(read_env(call, out));
  TRY(read_names(call, out));
  TRY(read_policies(call, image.config, out));
  TRY(read_security(call, out));
  TRY(read_limits(call, out));
  TRY(read_mounts(call, out));
  return out;
}

Result<store::Image> get_image(const cli::Call& call, const store::Store& store) {
  const std::string_view name = call.arguments.positional(0);
  const std::string_view when = call.arguments.value(kPull, "missing");
  if (when != "always") {
    auto found = store.find_image(name);
    if (found && store.is_complete(*found)) return found;
    if (!found && (found.error().kind() != Kind::not_found || when == "never")) return found;
  }
  TRY(image::Reference::parse(name));
  std::vector<std::string> words = {"pull", std::string(name)};
  if (call.arguments.has(kRunPlatform))
    words.insert(words.end(), {"--platform", std::string(call.arguments.value(kRunPlatform))});
  if (const int code = TRY(run_image_program(call, words)); code != 0)
    return fail(Error::make(Kind::system, cat("the image ", quote(name), " could not be pulled")));
  return store.find_image(name);
}

}  // namespace masu::manager
