// SPDX-License-Identifier: Apache-2.0
//
// What several commands' options mean.
#include "commands.h"
#include "image_tables.h"
#include "masu/base/text.h"
#include "masu/base/try.h"

#include <algorithm>

namespace masu::manager {
namespace {

constexpr int kMostRetries = 100;

// "300ms", "2s", "1m"; seconds without a unit.
Result<std::chrono::milliseconds> parse_pause(std::string_view text) {
  std::int64_t unit = 1000;
  std::string_view number = text;
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}};
  for (const auto& [name, size] : kUnits)
    if (text.ends_with(name)) {
      number.remove_suffix(name.size());
      unit = size;
      break;
    }
  const auto count = text::parse_int<std::int64_t>(number);
  if (!count || *count < 0 || *count > 3'600'000 / unit)
    return fail(
        Error::make(Kind::usage, cat("--retry-delay: ", quote(text), " is no time of an hour at most")));
  return std::chrono::milliseconds(*count * unit);
}

}  // namespace

Result<image::Platform> platform_of(const cli::Call& call) {
  image::Platform out = image::Platform::host();
  const auto& given = call.arguments;
  if (given.has(kPlatform)) out = TRY_IN(image::Platform::parse(given.value(kPlatform)), "--platform");
  if (given.has(kOs)) out.os = given.value(kOs);
  if (given.has(kArch)) out.architecture = given.value(kArch);
  if (given.has(kVariant)) out.variant = given.value(kVariant);
  return out;
}

Result<transfer::RegistryOptions> registry_options(const cli::Call& call) {
  transfer::RegistryOptions out;
  const auto& given = call.arguments;
  out.verify_tls = given.flag(kTlsVerify).value_or(true);
  out.insecure_is_said = given.flag(kTlsVerify).has_value();
  if (given.has(kCertDir)) out.certificates = TRY(call.env.absolute(given.value(kCertDir)));
  if (given.has(kRetry)) {
    const auto count = text::parse_int<int>(given.value(kRetry));
    if (!count || *count < 0 || *count > kMostRetries)
      return fail(Error::make(Kind::usage, "--retry: expected a number from 0 to 100"));
    out.attempts = *count + 1;
  }
  if (given.has(kRetryDelay)) out.pause = TRY(parse_pause(given.value(kRetryDelay)));
  return out;
}

Result<transfer::Credentials> credentials_for(const cli::Call& call, std::string_view repository) {
  if (!call.arguments.has(kCreds))
    return transfer::find_credentials(call.env, call.arguments.value(kAuthFile), repository);
  const std::string_view given = call.arguments.value(kCreds);
  const auto colon = given.find(':');
  if (colon == std::string_view::npos)
    return fail(Error::make(Kind::usage, "--creds: expected USER:PASSWORD"));
  return transfer::Credentials{std::string(given.substr(0, colon)), std::string(given.substr(colon + 1)), {}};
}

}  // namespace masu::manager
