// SPDX-License-Identifier: Apache-2.0
#include "masu/image/reference.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

#include <algorithm>

namespace masu::image {
namespace {

constexpr std::string_view kDockerHub = "docker.io";
constexpr std::string_view kOfficial = "library/";
constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestTag = 128;

bool is_lower_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alnum(char c) { return is_lower_alnum(c) || (c >= 'A' && c <= 'Z'); }

Error wrong(std::string_view text, std::string_view why) {
  return Error::make(Kind::usage, cat("invalid image name ", quote(text), ": ", why));
}

// [a-z0-9]+ joined by ".", "_", "__" or any number of "-".
bool is_component(std::string_view text) {
  if (text.empty() || !is_lower_alnum(text.front()) || !is_lower_alnum(text.back())) return false;
  for (std::size_t i = 0; i < text.size();) {
    const auto end = std::ranges::find_if(text.substr(i), is_lower_alnum);
    const std::string_view separator =
        text.substr(i, static_cast<std::size_t>(end - (text.begin() + static_cast<std::ptrdiff_t>(i))));
    const bool dashes = separator.find_first_not_of('-') == std::string_view::npos;
    if (!separator.empty() && separator != "." && separator != "_" && separator != "__" && !dashes)
      return false;
    i += separator.size() + 1;
  }
  return true;
}

bool is_path(std::string_view text) { return std::ranges::all_of(text::split(text, '/'), is_component); }

bool is_tag(std::string_view text) {
  if (text.empty() || text.size() > kLongestTag || (!is_alnum(text.front()) && text.front() != '_'))
    return false;
  return std::ranges::all_of(text, [](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; });
}

// A host name, an IPv4 address or an IPv6 one in brackets, with a port or without.
bool is_registry(std::string_view text) {
  std::string_view host = text;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    host = text.substr(end + 1);
    if (text.substr(1, end - 1).find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos)
      return false;
    if (host.empty()) return true;
  } else {
    host = text.substr(0, text.find(':'));
    if (host.empty() || !is_alnum(host.front()) || host.find("..") != std::string_view::npos ||
        !std::ranges::all_of(host, [](char c) { return is_alnum(c) || c == '.' || c == '-'; }))
      return false;
    host = text.substr(host.size());
  }
  return host.empty() ||
         (host.starts_with(':') && text::parse_int<std::uint16_t>(host.substr(1)).has_value());
}

bool names_registry(std::string_view first) {
  return first == "localhost" || first.find_first_of(".:[") != std::string_view::npos;
}

}  // namespace

Result<Reference> Reference::parse(std::string_view text) {
  Reference out;
  std::string_view rest = text;
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    out.digest = TRY_IN(Digest::parse(rest.substr(at + 1)), cat("invalid image name ", quote(text)));
    rest = rest.substr(0, at);
  }
  if (const auto slash = rest.find('/');
      slash != std::string_view::npos && names_registry(rest.substr(0, slash))) {
    out.registry = rest.substr(0, slash);
    rest = rest.substr(slash + 1);
    if (!is_registry(out.registry)) return fail(wrong(text, "the part before the first / is no host"));
    if (out.registry == "index.docker.io") out.registry = kDockerHub;
  } else {
    out.registry = kDockerHub;
  }
  if (const auto colon = rest.find(':'); colon != std::string_view::npos) {
    out.tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    if (!is_tag(out.tag))
      return fail(wrong(text, "the tag may have letters, digits, _ . and -, 128 at most"));
  } else if (out.digest.empty()) {
    out.tag = "latest";
  }
  if (std::ranges::any_of(rest, [](char c) { return c >= 'A' && c <= 'Z'; }))
    return fail(wrong(text, "a repository's name is in lower case"));
  if (!is_path(rest))
    return fail(
        wrong(text, "a repository's name has lower-case letters and digits, with . _ - between them"));
  out.path = out.registry == kDockerHub && rest.find('/') == std::string_view::npos ? cat(kOfficial, rest)
                                                                                    : std::string(rest);
  if (out.repository().size() > kLongestName) return fail(wrong(text, "it is longer than 255 characters"));
  return out;
}

std::string Reference::repository() const { return cat(registry, "/", path); }

std::string Reference::text() const {
  std::string out = repository();
  if (!tag.empty()) out += cat(":", tag);
  if (!digest.empty()) out += cat("@", digest.text());
  return out;
}

std::string Reference::familiar() const {
  std::string out = text();
  if (registry == kDockerHub) out = out.substr(kDockerHub.size() + 1);
  if (registry == kDockerHub && out.starts_with(kOfficial)) out = out.substr(kOfficial.size());
  return out;
}

bool is_short(std::string_view text) {
  const auto slash = text.find('/');
  return slash == std::string_view::npos || !names_registry(text.substr(0, slash));
}

}  // namespace masu::image
