// SPDX-License-Identifier: Apache-2.0
#include "masu/image/changes.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"

#include <algorithm>
#include <array>

namespace masu::image {
namespace {

Error wrong(std::string_view line, std::string_view why) {
  return Error::make(Kind::usage, cat("change ", quote(line), ": ", why));
}

// ["a", "b"]; nothing if it is no list, and so words for a shell.
std::optional<std::vector<std::string>> json_list(std::string_view text) {
  if (!text.starts_with('[')) return std::nullopt;
  const auto document = json::Document::parse(text);
  std::vector<std::string> out;
  if (!document || !json::read(json::Reader(*document), out)) return std::nullopt;
  return out;
}

std::vector<std::string> command(std::string_view text) {
  if (auto list = json_list(text)) return *list;
  return {"/bin/sh", "-c", std::string(text)};
}

// Words with quotes and backslashes, as a Dockerfile has them.
Result<std::vector<std::string>> words(std::string_view line, std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  char quoted = 0;
  bool begun = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted == 0 && (c == ' ' || c == '\t')) {
      if (begun) out.push_back(std::exchange(word, {}));
      begun = false;
      continue;
    }
    begun = true;
    if (c == quoted) {
      quoted = 0;
    } else if (quoted == 0 && (c == '"' || c == '\'')) {
      quoted = c;
    } else if (c == '\\' && quoted != '\'' && i + 1 < text.size()) {
      word += text[++i];
    } else {
      word += c;
    }
  }
  if (quoted != 0) return fail(wrong(line, "a quote is not closed"));
  if (begun) out.push_back(word);
  return out;
}

// KEY=VALUE …, or KEY VALUE.
Result<std::vector<std::pair<std::string, std::string>>> pairs(std::string_view line, std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  const std::vector<std::string> given = TRY(words(line, text));
  if (!given.empty() && given.front().find('=') == std::string::npos) {
    const auto space = text.find(' ');
    if (space == std::string_view::npos) return fail(wrong(line, "expected KEY=VALUE"));
    out.emplace_back(given.front(), text::trim(text.substr(space)));
    return out;
  }
  for (const std::string& word : given) {
    const auto equals = word.find('=');
    if (equals == std::string::npos || equals == 0) return fail(wrong(line, "expected KEY=VALUE"));
    out.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return out;
}

void set_env(Config& config, const std::string& name, const std::string& value) {
  const std::string entry = cat(name, "=", value);
  for (std::string& old : config.env)
    if (old.starts_with(name + "=")) {
      old = entry;
      return;
    }
  config.env.push_back(entry);
}

void add(std::vector<std::string>& list, std::string item) {
  if (std::ranges::find(list, item) == list.end()) list.push_back(std::move(item));
}

// "1m30s", as Go writes durations.
std::optional<std::int64_t> parse_duration(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 6> kUnits = {{{"ns", 1},
                                                                                {"us", 1'000},
                                                                                {"ms", 1'000'000},
                                                                                {"s", 1'000'000'000},
                                                                                {"m", 60'000'000'000},
                                                                                {"h", 3'600'000'000'000}}};
  std::int64_t total = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto count = text::parse_int<std::int32_t>(text.substr(0, digits));
    text.remove_prefix(digits);
    const auto letters = std::min(text.find_first_of("0123456789"), text.size());
    const auto* unit =
        std::ranges::find(kUnits, text.substr(0, letters), &std::pair<std::string_view, std::int64_t>::first);
    if (!count || unit == kUnits.end()) return std::nullopt;
    total += *count * unit->second;
    text.remove_prefix(letters);
  }
  return total;
}

Result<> health_option(std::string_view line, std::string_view option, Healthcheck& health) {
  const auto equals = option.find('=');
  const std::string_view name = option.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? "" : option.substr(equals + 1);
  if (name == "--retries") {
    const auto count = text::parse_int<int>(value);
    if (!count || *count < 0) return fail(wrong(line, "--retries: expected a number"));
    health.retries = *count;
    return {};
  }
  std::int64_t* target = name == "--interval"         ? &health.interval_ns
                         : name == "--timeout"        ? &health.timeout_ns
                         : name == "--start-period"   ? &health.start_period_ns
                         : name == "--start-interval" ? &health.start_interval_ns
                                                      : nullptr;
  if (target == nullptr) return fail(wrong(line, cat("unknown option ", name)));
  const auto time = parse_duration(value);
  if (!time) return fail(wrong(line, cat(name, ": expected a time like 30s")));
  *target = *time;
  return {};
}

Result<> set_health(Config& config, std::string_view line, std::string_view text) {
  Healthcheck health;
  while (text.starts_with("--")) {
    const auto end = std::min(text.find(' '), text.size());
    TRY(health_option(line, text.substr(0, end), health));
    text = text::trim(text.substr(end));
  }
  if (text::equals_ignore_case(text, "none")) {
    health.test = {"NONE"};
  } else if (text::equals_ignore_case(text.substr(0, 4), "cmd ")) {
    const std::string_view rest = text::trim(text.substr(4));
    const auto list = json_list(rest);
    health.test = {list ? "CMD" : "CMD-SHELL"};
    if (list)
      health.test.insert(health.test.end(), list->begin(), list->end());
    else
      health.test.emplace_back(rest);
  } else {
    return fail(wrong(line, "expected HEALTHCHECK [OPTIONS] CMD … or NONE"));
  }
  config.healthcheck = std::move(health);
  return {};
}

Result<> set_list(std::vector<std::string>& list, std::string_view line, std::string_view text,
                  std::string_view suffix) {
  const auto given = json_list(text);
  for (const std::string& word : given ? *given : TRY(words(line, text)))
    add(list, word.find('/') == std::string::npos ? cat(word, suffix) : word);
  return {};
}

Result<> set_pairs(Config& config, std::string_view line, std::string_view text, bool labels) {
  for (const auto& [name, value] : TRY(pairs(line, text))) {
    if (labels)
      config.labels.insert_or_assign(name, value);
    else
      set_env(config, name, value);
  }
  return {};
}

}  // namespace

Result<> apply_change(Config& config, std::string_view line) {
  const auto end = std::min(line.find_first_of(" =\t"), line.size());
  std::string word(line.substr(0, end));
  std::ranges::transform(word, word.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  const std::string_view text = text::trim(line.substr(std::min(end + 1, line.size())));
  if (text.empty()) return fail(wrong(line, "expected INSTRUCTION VALUE"));
  if (word == "CMD") return config.cmd = command(text), Result<>();
  if (word == "ENTRYPOINT") return config.entrypoint = command(text), Result<>();
  if (word == "ENV") return set_pairs(config, line, text, false);
  if (word == "LABEL") return set_pairs(config, line, text, true);
  if (word == "EXPOSE") return set_list(config.exposed_ports, line, text, "/tcp");
  if (word == "VOLUME") return set_list(config.volumes, line, text, "");
  if (word == "USER") return config.user = text, Result<>();
  if (word == "WORKDIR") return config.working_dir = text, Result<>();
  if (word == "STOPSIGNAL") return config.stop_signal = text, Result<>();
  if (word == "ONBUILD") return config.on_build.emplace_back(text), Result<>();
  if (word == "HEALTHCHECK") return set_health(config, line, text);
  return fail(wrong(line, cat(quote(word), " is no instruction that changes an image's configuration")));
}

}  // namespace masu::image
