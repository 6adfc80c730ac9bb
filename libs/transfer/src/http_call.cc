// SPDX-License-Identifier: Apache-2.0
#include "http_call.h"

#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>

#include <curl/curl.h>

namespace masu::transfer {
namespace {

constexpr long kConnectSeconds = 30, kIdleSeconds = 60, kMostRedirects = 10;
constexpr const char* kIdleVariable = "MASU_NET_TIMEOUT";
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
  std::optional<Error> failure;  // of whoever takes the body, or of the file that is sent
  std::uint64_t sent = 0;
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

std::size_t give_body(char* bytes, std::size_t, std::size_t size, void* self) {
  Running& running = *static_cast<Running*>(self);
  const std::uint64_t left = running.call.file_size - running.sent;
  const long got = sys::raw::call(SYS_pread64, running.call.file, bytes, std::min<std::uint64_t>(size, left),
                                  running.sent);
  if (got < 0) {
    running.failure = Error::sys(static_cast<int>(-got), cat("read what is sent to ", running.call.url));
    return CURL_READFUNC_ABORT;
  }
  running.sent += static_cast<std::uint64_t>(got);
  if (running.call.sent) running.call.sent(running.sent);
  return static_cast<std::size_t>(got);
}

// A request that has to be sent again, with credentials or elsewhere.
int rewind_body(void* self, curl_off_t offset, int) {
  static_cast<Running*>(self)->sent = static_cast<std::uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

// Link: </v2/a/tags/list?last=x>; rel="next" (RFC 8288)
std::string next_link(std::string_view value) {
  const auto end = value.find('>');
  if (!value.starts_with('<') || end == std::string_view::npos) return {};
  const std::string_view rest = value.substr(end);
  if (rest.find("rel=\"next\"") == std::string_view::npos && rest.find("rel=next") == std::string_view::npos)
    return {};
  return std::string(value.substr(1, end - 1));
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
  if (text::equals_ignore_case(name, "location")) reply.location = value;
  if (text::equals_ignore_case(name, "link")) reply.next = next_link(value);
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

// How long the other side may say nothing.
long idle_seconds() {
  const char* given = secure_getenv(kIdleVariable);
  const auto seconds = text::parse_int<long>(given != nullptr ? given : "").value_or(kIdleSeconds);
  return seconds > 0 ? seconds : kIdleSeconds;
}

// As users of docker and podman know it: what is of this machine needs no proxy.
void set_proxy(CURL* handle) {
  const char* given = secure_getenv("no_proxy");
  if (given == nullptr) given = secure_getenv("NO_PROXY");
  std::string hosts = given != nullptr ? given : "";
  if (hosts != "*") hosts += cat(hosts.empty() ? "" : ",", "localhost,127.0.0.0/8,::1");
  (void)curl_easy_setopt(handle, CURLOPT_NOPROXY, hosts.c_str());
}

// libcurl reads the other variables in capitals, too, but this one might come from a header of a request to a
// CGI program, which we are not.
void read_http_proxy() {
  const char* given = secure_getenv("HTTP_PROXY");
  if (given != nullptr) (void)setenv("http_proxy", given, 0);
}

void set_body(CURL* handle, Running& running) {
  const HttpCall& call = running.call;
  if (!call.form.empty()) (void)curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, call.form.c_str());
  if (call.method.empty()) return;
  if (call.method == "HEAD") {
    (void)curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    return;
  }
  (void)curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, call.method.c_str());
  if (call.file < 0) {
    (void)curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    (void)curl_easy_setopt(handle, CURLOPT_POSTFIELDS, call.body.data());
    return;
  }
  (void)curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
  (void)curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(call.file_size));
  (void)curl_easy_setopt(handle, CURLOPT_READFUNCTION, give_body);
  (void)curl_easy_setopt(handle, CURLOPT_READDATA, &running);
  (void)curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, rewind_body);
  (void)curl_easy_setopt(handle, CURLOPT_SEEKDATA, &running);
}

void set_limits(CURL* handle) {
  (void)curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  (void)curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  (void)curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, idle_seconds());
  (void)curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
  (void)curl_easy_setopt(handle, CURLOPT_MAXREDIRS, kMostRedirects);
  (void)curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  (void)curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  (void)curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
}

// `words` are libcurl's, if it has any for this very failure: they name a proxy.
Error no_answer(CURL* handle, CURLcode code, const std::string& url, std::string_view words) {
  long number = 0;
  (void)curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &number);
  std::string what =
      cat("no answer from ", url, ": ", words.empty() ? curl_easy_strerror(code) : text::trim(words));
  if (code == CURLE_OPERATION_TIMEDOUT) number = ETIMEDOUT;
  if (code == CURLE_COULDNT_RESOLVE_HOST)
    return Error::make(Kind::not_found, std::move(what))
        .hint("check the registry's name, and that of its proxy");
  if (code == CURLE_PEER_FAILED_VERIFICATION)
    return Error::make(Kind::invalid_state, std::move(what))
        .hint(
            "put the authority's certificate as *.crt into /etc/containers/certs.d/<host:port>/, or name its "
            "folder by --cert-dir");
  if (number != 0) return Error::sys(static_cast<int>(number), std::move(what));
  return Error::make(Kind::system, std::move(what));
}

}  // namespace

Result<HttpReply> perform(const HttpCall& call, const Trust& trust, bool* plain_instead) {
  static std::once_flag once;
  std::call_once(once, [] {
    read_http_proxy();
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
  });
  static thread_local const Handle handle(curl_easy_init());  // keeps its connections for the next call
  if (handle == nullptr) return fail(Error::make(Kind::internal, "libcurl does not start"));
  curl_easy_reset(handle.get());
  Running running{call, handle.get(), {}, {}};
  List headers(curl_slist_append(nullptr, "Expect:"));  // no pause of a second before a body
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
  set_body(curl, running);
  if (call.from > 0) (void)curl_easy_setopt(curl, CURLOPT_RANGE, cat(call.from, "-").c_str());
  std::array<char, CURL_ERROR_SIZE> words{};
  (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words.data());
  set_limits(curl);
  set_proxy(curl);
  set_trust(curl, trust);
  MASU_DEBUG(cat(call.method.empty() ? "GET" : call.method, " ", call.url));
  const CURLcode code = curl_easy_perform(curl);
  if (running.failure) return fail(std::move(*running.failure));
  if (plain_instead != nullptr) *plain_instead = code == CURLE_SSL_CONNECT_ERROR;
  (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr);  // it lives no longer than this call
  if (code != CURLE_OK) return fail(no_answer(curl, code, call.url, words.data()));
  long status = 0;
  (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  running.reply.status = static_cast<int>(status);
  const char* last = nullptr;
  (void)curl_easy_getinfo(curl, CURLINFO_EFFECTIVE_URL, &last);
  const std::string base = last != nullptr ? last : call.url;
  for (std::string* link : {&running.reply.location, &running.reply.next})
    if (!link->empty()) *link = resolve_url(base, *link);
  return std::move(running.reply);
}

std::string resolve_url(const std::string& base, const std::string& link) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> url(curl_url(), curl_url_cleanup);
  char* text = nullptr;
  if (url == nullptr || curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK ||
      curl_url_set(url.get(), CURLUPART_URL, link.c_str(), 0) != CURLUE_OK ||
      curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK)
    return {};
  std::string out = text;
  curl_free(text);
  return out;
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
