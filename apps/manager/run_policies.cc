// SPDX-License-Identifier: Apache-2.0
#include "run_policies.h"

#include "masu/json/reader.h"
#include "masu/manager/life.h"
#include "masu/shim/options.h"
#include "masu/sys/fd.h"

namespace masu::manager {
namespace {

Result<> read_labels(const cli::Call& call, Request& out) {
  for (const std::string_view path : call.arguments.values(kLabelFile)) {
    const std::string absolute = TRY(call.env.absolute(path));
    const std::string text = TRY_IN(sys::read_file(absolute), "--label-file");
    for (const std::string_view line : text::split(text, '\n'))
      if (const std::string_view label = text::trim(line); !label.empty() && !label.starts_with('#'))
        out.labels.insert_or_assign(split_pair(label).first, split_pair(label).second);
  }
  for (const std::string_view label : call.arguments.values(kLabel))
    out.labels.insert_or_assign(split_pair(label).first, split_pair(label).second);
  return {};
}

// As the shim takes it: the same words in nanoseconds would be no number of anybody's.
Result<std::string> read_time(const cli::Call& call, const cli::Option& option, std::int64_t image) {
  const std::string_view given = call.arguments.value(option);
  if (!call.arguments.has(option)) return image > 0 ? cat(image / 1'000'000, "ms") : std::string();
  if (given == "disable") return std::string("876000h");  // podman's word; a century
  TRY_IN(shim::parse_duration(given), cat("--", option.name));
  return std::string(given);
}

Result<std::vector<std::string>> parse_health(const cli::Option& option, std::string_view text) {
  if (text == "none") return std::vector<std::string>{};
  if (!text.starts_with('[')) return std::vector<std::string>{"CMD-SHELL", std::string(text)};
  const auto document = json::Document::parse(text);
  std::vector<std::string> out;
  if (!document || !read(json::Reader(*document), out) || out.empty())
    return fail(wrong(option, text, "expected a command, or a JSON array of words"));
  if (out.front() != "CMD" && out.front() != "CMD-SHELL") out.insert(out.begin(), "CMD");
  return out;
}

// As the shim takes it.
Result<> read_count(const cli::Call& call, const cli::Option& option, std::uint64_t& out) {
  constexpr std::uint64_t kMost = 1000;
  TRY(read_number(call, option, out));
  if (out > kMost) return fail(wrong(option, call.arguments.value(option), "expected 1000 at most"));
  return {};
}

Result<> read_startup(const cli::Call& call, Request& out) {
  const cli::Arguments& given = call.arguments;
  for (const cli::Option* option : {&kStartupInterval, &kStartupTimeout, &kStartupRetries, &kStartupSuccess})
    if (given.has(*option) && !given.has(kStartupCmd))
      return fail(Error::make(Kind::usage, cat("--", option->name, " needs --health-startup-cmd")));
  if (!given.has(kStartupCmd)) return {};
  if (out.health_test.empty())
    return fail(Error::make(Kind::usage, "--health-startup-cmd needs a check that comes after it")
                    .hint("--health-cmd, or an image with a HEALTHCHECK"));
  out.startup_test = TRY(parse_health(kStartupCmd, given.value(kStartupCmd)));
  out.startup_interval = TRY(read_time(call, kStartupInterval, 0));
  out.startup_timeout = TRY(read_time(call, kStartupTimeout, 0));
  TRY(read_count(call, kStartupRetries, out.startup_retries));
  return read_count(call, kStartupSuccess, out.startup_success);
}

Result<> read_health(const cli::Call& call, const image::Healthcheck& image, Request& out) {
  const cli::Arguments& given = call.arguments;
  if (given.has(kNoHealthcheck)) {
    if (given.has(kHealthCmd))
      return fail(Error::make(Kind::usage, "--no-healthcheck and --health-cmd exclude each other"));
    return {};
  }
  out.health_test = image.test;
  if (given.has(kHealthCmd)) out.health_test = TRY(parse_health(kHealthCmd, given.value(kHealthCmd)));
  if (out.health_test.size() < 2) out.health_test.clear();  // ["NONE"]
  if (out.health_test.empty()) return {};
  out.health_interval = TRY(read_time(call, kHealthInterval, image.interval_ns));
  out.health_timeout = TRY(read_time(call, kHealthTimeout, image.timeout_ns));
  out.health_start_period = TRY(read_time(call, kHealthStart, image.start_period_ns));
  out.health_start_interval = TRY(read_time(call, kHealthStartInterval, image.start_interval_ns));
  if (image.retries > 0) out.health_retries = static_cast<std::uint64_t>(image.retries);
  TRY(read_number(call, kHealthRetries, out.health_retries));
  out.health_on_failure = given.value(kHealthAction);
  return {};
}

Result<> read_log(const cli::Call& call, Request& out) {
  const std::string_view driver = call.arguments.value(kLogDriver, "json");
  if (driver == "journald" || driver == "none") out.log_driver = driver;  // all files are of one form
  for (const std::string_view item : call.arguments.values(kLogOpt)) {
    const auto [name, value] = split_pair(item);
    if (name == "max-size") {
      if (!shim::parse_size(value)) return fail(wrong(kLogOpt, item, "expected a size, as in 10m"));
      out.log_max_size = value;
    } else if (name == "max-file") {
      out.log_max_files = text::parse_int<std::uint64_t>(value).value_or(0);
      if (out.log_max_files == 0) return fail(wrong(kLogOpt, item, "expected a number, 1 or more"));
    } else if (name == "path" && !value.empty()) {
      out.log_path = TRY(call.env.absolute(value));
    } else if (name == "tag" && !value.empty()) {
      if (driver != "journald") return fail(wrong(kLogOpt, item, "a tag is of --log-driver journald"));
      out.log_tag = value;
      TRY_IN(log_tag(out), cat("--log-opt ", quote(item)));
    } else {
      return fail(wrong(kLogOpt, item, "expected max-size=, max-file=, path= or tag="));
    }
  }
  return {};
}

}  // namespace

Result<> read_policies(const cli::Call& call, const image::Config& image, Request& out) {
  const cli::Arguments& given = call.arguments;
  out.name = given.value(kName);
  if (given.has(kName)) TRY_IN(check_name(out.name), "--name");
  TRY(read_labels(call, out));
  TRY(read_health(call, image.healthcheck.value_or(image::Healthcheck{}), out));
  TRY(read_startup(call, out));
  TRY(read_log(call, out));
  if (given.has(kPidFile)) out.pid_file = TRY(call.env.absolute(given.value(kPidFile)));
  if (given.has(kReplace) && !given.has(kName))
    return fail(Error::make(Kind::usage, "--replace needs --name"));
  for (const std::string_view item : given.values(kAnnotation))
    out.annotations.insert_or_assign(split_pair(item).first, split_pair(item).second);
  // The runtime is told by annotations what the program is; what was given counts.
  if (image.platform.os.starts_with("wasi") || image.platform.architecture.starts_with("wasm"))
    out.annotations.emplace("run.oci.handler", "wasm");
  out.restart = given.value(kRestart);
  if (!out.restart.empty()) TRY_IN(shim::RestartPolicy::parse(out.restart), "--restart");
  if (given.has(kRm) && !out.restart.empty() && out.restart != "no")
    return fail(Error::make(Kind::usage, "--rm and --restart exclude each other"));
  out.stop_signal = given.value(kStopSignal, image.stop_signal);
  if (!out.stop_signal.empty()) TRY_IN(shim::parse_signal(out.stop_signal), "--stop-signal");
  TRY(read_number(call, kStopTimeout, out.stop_timeout));
  TRY(read_number(call, kTimeout, out.timeout));
  out.tty = given.has(kTty);
  out.interactive = given.has(kInteractive);
  out.remove = given.has(kRm);
  return {};
}

}  // namespace masu::manager
