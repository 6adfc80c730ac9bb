// SPDX-License-Identifier: Apache-2.0
#include "http_call.h"

#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"

#include <cerrno>
#include <memory>
#include <mutex>
#include <optional>

#include <curl/curl.h>

namespace masu::transfer {
namespace {

constexpr long kConnectSeconds = 30, kIdleSeconds = 60, kMostRedirects = 10;
constexpr std::size_t kMostErrorText = std::size_t{64} << 10;

struct CurlDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, CurlDeleter>;
using List = std::unique_ptr<curl_slist, CurlDeleter>;

struct Running {
  const HttpCall& call;
  CURL* handle;
  HttpReply reply;
  std::optional<Error> failure;  // of whoever takes the body
};

bool is_success(long status) { return status >= 200 && status < 300; }

std::size_t take_body(char* bytes, std::size_t, std::size_t size, void* self) {
  Running& running = *static_cast<Running*>(self);
  long status = 0;
  (void)curl_easy_getinfo(running.handle, CURLINFO_RESPONSE_CODE, &status);
  const std::string_view piece(bytes, size);
  if (is_success(status) && running.call.take) {
    auto taken = running.call.take(static_cast<int>(status), piece);
    if (taken) return size;
    running.failure = std::move(taken).error();
    return 0;
  }
  const std::size_t most = is_success(status) ? running.call.most : kMostErrorText;
  if (running.reply.body.size() + size > most) {
    if (!is_success(status)) return size;  // enough of an error page
    running.failure = Error::make(
        Kind::unsupported, cat("the answer of ", running.call.url, " is longer than ", most, " bytes"));
    return 0;
  }
  running.reply.body += piece;
  return size;
}

std::size_t take_header(char* bytes, std::size_t, std::size_t size, void* self) {
  HttpReply& reply = static_cast<Running*>(self)->reply;
  const std::string_view line(bytes, size);
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) reply = {};  // after a redirection: of the last answer alone
  if (colon == std::string_view::npos) return size;
  const std::string_view name = line.substr(0, colon), value = text::trim(line.substr(colon + 1));
  if (text::equals_ignore_case(name, "content-type"))
    reply.content_type = text::trim(value.substr(0, value.find(';')));
  if (text::equals_ignore_case(name, "docker-content-digest")) reply.digest = value;
  if (text::equals_ignore_case(name, "retry-after"))
    reply.retry_after = text::parse_int<int>(value).value_or(0);
  // Of several challenges Bearer is the one that registries mean.
  if (text::equals_ignore_case(name, "www-authenticate") &&
      (reply.challenge.empty() || text::equals_ignore_case(value.substr(0, 6), "bearer")))
    reply.challenge = value;
  return size;
}

void set_trust(CURL* handle, const Trust& trust) {
  (void)curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, trust.verify ? 1L : 0L);
  (void)curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, trust.verify ? 2L : 0L);
  if (!trust.authorities.empty()) {
    curl_blob blob{const_cast<char*>(trust.authorities.data()), trust.authorities.size(), CURL_BLOB_NOCOPY};
    (void)curl_easy_setopt(handle, CURLOPT_CAINFO_BLOB, &blob);
  }
  if (trust.certificate.empty()) return;
  (void)curl_easy_setopt(handle, CURLOPT_SSLCERT, trust.certificate.c_str());
  (void)curl_easy_setopt(handle, CURLOPT_SSLKEY, trust.key.c_str());
}

void set_limits(CURL* handle) {
  (void)curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  (void)curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  (void)curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, kIdleSeconds);
  (void)curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
  (void)curl_easy_setopt(handle, CURLOPT_MAXREDIRS, kMostRedirects);
  (void)curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  (void)curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  (void)curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
}

Error no_answer(CURL* handle, CURLcode code, const std::string& url) {
  long number = 0;
  (void)curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &number);
  std::string what = cat("no answer from ", url, ": ", curl_easy_strerror(code));
  if (code == CURLE_OPERATION_TIMEDOUT) number = ETIMEDOUT;
  if (code == CURLE_PEER_FAILED_VERIFICATION)
    return Error::make(Kind::system, std::move(what))
        .hint(
            "put the authority's certificate as *.crt into /etc/containers/certs.d/<host:port>/, or name its "
            "folder by --cert-dir");
  if (number != 0) return Error::sys(static_cast<int>(number), std::move(what));
  return Error::make(Kind::system, std::move(what));
}

}  // namespace

Result<HttpReply> perform(const HttpCall& call, const Trust& trust, bool* plain_instead) {
  static std::once_flag once;
  std::call_once(once, [] { (void)curl_global_init(CURL_GLOBAL_DEFAULT); });
  const Handle handle(curl_easy_init());
  if (handle == nullptr) return fail(Error::make(Kind::internal, "libcurl does not start"));
  Running running{call, handle.get(), {}, {}};
  List headers;
  for (const std::string& header : call.headers) {
    curl_slist* longer = curl_slist_append(headers.get(), header.c_str());
    (void)headers.release();
    headers.reset(longer);
  }
  CURL* curl = handle.get();
  (void)curl_easy_setopt(curl, CURLOPT_URL, call.url.c_str());
  (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  (void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "masu");
  (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, &running);
  (void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  (void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, &running);
  if (!call.user_password.empty()) (void)curl_easy_setopt(curl, CURLOPT_USERPWD, call.user_password.c_str());
  if (!call.form.empty()) (void)curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, call.form.c_str());
  if (call.from > 0) (void)curl_easy_setopt(curl, CURLOPT_RANGE, cat(call.from, "-").c_str());
  set_limits(curl);
  set_trust(curl, trust);
  MASU_DEBUG(cat("GET ", call.url));
  const CURLcode code = curl_easy_perform(curl);
  if (running.failure) return fail(std::move(*running.failure));
  if (plain_instead != nullptr) *plain_instead = code == CURLE_SSL_CONNECT_ERROR;
  if (code != CURLE_OK) return fail(no_answer(curl, code, call.url));
  long status = 0;
  (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  running.reply.status = static_cast<int>(status);
  return std::move(running.reply);
}

std::string escape_query(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
        c == '_')
      out += c;
    else
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

}  // namespace masu::transfer
