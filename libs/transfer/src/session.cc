// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/store/tree.h"
#include "masu/sys/fd.h"

#include <algorithm>
#include <cerrno>
#include <thread>

#include <fcntl.h>

namespace masu::transfer {
namespace {

constexpr int kLongestPause = 60;  // seconds that a registry may ask us to wait
constexpr int kUnauthorized = 401, kForbidden = 403, kNotFound = 404, kTooMany = 429, kServerError = 500;
constexpr std::size_t kLongestAnswer = std::size_t{1} << 20;
constexpr std::string_view kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

bool is_loopback(std::string_view registry) {
  const std::string_view host = registry.substr(0, registry.find(':'));
  return host == "localhost" || host.starts_with("127.") || registry.starts_with("[::1]");
}

// *.crt are authorities, besides the system's; NAME.cert with NAME.key are ours (containers-certs.d(5)).
Result<> add_certificates(const std::string& folder, Trust& trust) {
  const auto names = store::list_folder(AT_FDCWD, folder.c_str());
  if (!names) return {};
  for (const std::string& name : *names) {
    const std::string path = cat(folder, "/", name);
    if (name.ends_with(".crt")) trust.authorities += TRY(sys::read_file(path)) + "\n";
    if (!name.ends_with(".cert")) continue;
    trust.certificate = path;
    trust.key = cat(path.substr(0, path.size() - 4), "key");
    if (!sys::open(trust.key, O_RDONLY))
      return fail(Error::make(Kind::not_found, cat("the certificate ", quote(path), " has no key"))
                      .hint(cat("put it as ", trust.key, " beside it")));
  }
  return {};
}

Result<Trust> read_trust(const image::Reference& name, const RegistryOptions& options) {
  Trust out{.verify = options.verify_tls, .authorities = {}, .certificate = {}, .key = {}};
  if (!options.certificates.empty()) {
    const sys::Fd folder = TRY(sys::open(options.certificates, O_PATH | O_DIRECTORY));
    TRY(add_certificates(options.certificates, out));
  }
  for (const std::string_view folder : {"/etc/containers/certs.d/", "/etc/docker/certs.d/"})
    TRY(add_certificates(cat(folder, name.registry), out));
  if (!out.authorities.empty())
    out.authorities += sys::read_file(std::string(kSystemAuthorities)).value_or("");
  return out;
}

// {"errors":[{"code":…,"message":…}]}
std::string words_of(const std::string& body) {
  const auto document = json::Document::parse(body);
  if (!document || !document->root().is(json::Type::object)) return {};
  const auto errors = document->root().find("errors");
  if (!errors || !errors->is(json::Type::array)) return {};
  std::string out;
  for (const json::Value error : errors->elements()) {
    if (!error.is(json::Type::object)) continue;
    const auto message = error.find("message");
    if (message && message->is(json::Type::string)) out += cat(out.empty() ? "" : ", ", message->text());
  }
  return out;
}

Error refusal(const HttpReply& reply, std::string_view what, const std::string& registry, bool anonymous) {
  const std::string words = words_of(reply.body);
  std::string text = cat(what, ": ", registry, " answers ", reply.status, words.empty() ? "" : ": ", words);
  switch (reply.status) {
    case kUnauthorized:
    case kForbidden:
      return Error::make(Kind::system, std::move(text))
          .hint(anonymous ? cat("there are no credentials for ", registry, ": masu login ", registry,
                                ", or check the name")
                          : cat("the credentials for ", registry, " do not allow this"));
    case kNotFound:
      return Error::make(Kind::not_found, std::move(text)).hint("check the name and the tag");
    case kTooMany:
      return Error::make(Kind::system, std::move(text))
          .hint("the registry has had enough of us: wait, or log in");
    default:
      if (reply.status >= kServerError)
        return Error::make(Kind::system, std::move(text))
            .hint("the fault is the registry's; try again later");
      return Error::make(Kind::system, std::move(text));
  }
}

bool is_worth_another(const Error& error) {
  return error.kind() == Kind::system && error.err() != ECONNREFUSED && error.err() != ENOSPC &&
         error.err() != EDQUOT;
}

}  // namespace

// Docker's registry has another name than its images.
std::string Session::base() const {
  const std::string_view host =
      name_.registry == "docker.io" ? "registry-1.docker.io" : std::string_view(name_.registry);
  return cat(scheme_, "://", host, "/v2/");
}

std::string Session::url(std::string_view kind, std::string_view id) const {
  return cat(base(), name_.path, "/", kind, "/", id);
}

// A registry may send an upload elsewhere, where our token is nobody's business.
bool Session::is_ours(const std::string& url) const {
  const std::string ours = base();
  return url.starts_with(ours.substr(0, ours.size() - std::string_view("v2/").size()));
}

bool Session::may_ask(std::string_view url) const {
  return url.starts_with("https://") || (scheme_ == "http" && url.starts_with("http://"));
}

// TLS always, except with a registry of this machine, or any other if nothing is to be verified, that does
// not know it.
Result<> Session::choose_scheme() {
  if (options_.verify_tls && !is_loopback(name_.registry)) return {};
  bool plain = false;
  const HttpCall ping{.url = base(), .most = kLongestAnswer};
  auto answer = perform(ping, trust_, &plain);
  if (plain) scheme_ = "http";
  if (!answer && !plain) return fail(std::move(answer).error());
  return {};
}

Result<std::unique_ptr<Session>> Session::open(const image::Reference& name, RegistryOptions options) {
  std::unique_ptr<Session> out(new Session);
  out->name_ = name;
  out->trust_ = TRY(read_trust(name, options));
  out->options_ = std::move(options);
  TRY(out->choose_scheme());
  return out;
}

// What the registry asks for is often less than what comes next.
std::string Session::scopes(const Challenge& challenge) const {
  if (name_.path.empty()) return challenge.scope.empty() ? "" : cat("&scope=", escape_query(challenge.scope));
  const std::string own = cat("repository:", name_.path, options_.push ? ":pull,push" : ":pull");
  std::string out = cat("&scope=", escape_query(own));
  if (!challenge.scope.empty() && challenge.scope != own && !options_.push)
    out = cat("&scope=", escape_query(challenge.scope));
  return out;
}

Result<std::string> Session::fetch_token(const Challenge& challenge) {
  const Credentials& who = options_.credentials;
  HttpCall call{.most = kLongestAnswer};
  if (!challenge.realm.starts_with("https://") && !is_loopback(name_.registry) && options_.verify_tls)
    return fail(Error::make(Kind::unsupported,
                            cat("the registry's token service is not https: ", quote(challenge.realm))));
  call.url = challenge.realm;
  const std::string query = cat("service=", escape_query(challenge.service), scopes(challenge));
  if (!who.identity_token.empty()) {
    call.form = cat("grant_type=refresh_token&client_id=masu&", query,
                    "&refresh_token=", escape_query(who.identity_token));
  } else {
    call.url += cat(call.url.find('?') == std::string::npos ? "?" : "&", query);
    if (!who.user.empty()) {
      call.url += cat("&client_id=masu&account=", escape_query(who.user));
      call.user_password = cat(who.user, ":", who.password);
    }
  }
  const HttpReply reply = TRY_IN(perform(call, trust_), "get a token");
  if (reply.status != 200) return fail(refusal(reply, "get a token", challenge.realm, who.empty()));
  const json::Document document = TRY_IN(json::Document::parse(reply.body), "token");
  std::string out;
  TRY(json::Reader(document).optional("access_token", out));
  if (out.empty()) TRY(json::Reader(document).optional("token", out));
  if (out.empty() || out.find_first_of("\r\n") != std::string::npos)
    return fail(Error::make(Kind::unsupported, cat("there is no token in the answer of ", challenge.realm)));
  return out;
}

Result<bool> Session::authenticate(const HttpReply& reply, const std::string& tried) {
  const Challenge challenge = parse_challenge(reply.challenge);
  const std::lock_guard held(mutex_);
  if (challenge.scheme == Challenge::Scheme::bearer) {
    if (token_ != tried) return true;  // another thread has got a new one
    token_ = TRY(fetch_token(challenge));
    return token_ != tried;
  }
  if (challenge.scheme != Challenge::Scheme::basic || basic_ || options_.credentials.user.empty())
    return false;
  basic_ = true;
  return true;
}

// Another host gets neither our credentials nor a token, whatever it says that it wants: an image's manifest
// may name any.
Result<HttpReply> Session::ask_once(const HttpCall& call) {
  if (!is_ours(call.url)) {
    Trust stranger = trust_;
    stranger.certificate.clear();
    stranger.key.clear();
    return perform(call, stranger);
  }
  for (int attempt = 0;; ++attempt) {
    HttpCall with = call;
    std::string tried;
    {
      const std::lock_guard held(mutex_);
      tried = token_;
      if (basic_) with.user_password = cat(options_.credentials.user, ":", options_.credentials.password);
    }
    if (!tried.empty()) with.headers.push_back(cat("Authorization: Bearer ", tried));
    HttpReply reply = TRY(perform(with, trust_));
    if (reply.status != kUnauthorized || attempt == 2 || !TRY(authenticate(reply, tried))) return reply;
  }
}

Result<HttpReply> Session::ask(HttpCall call, std::string_view what, const Before& before, int fine) {
  auto pause = options_.pause;
  for (int attempt = 1;; ++attempt) {
    if (before && before(call)) {
      attempt = 1;
      pause = options_.pause;
    }
    auto reply = ask_once(call);
    if (reply && (reply->status / 100 == 2 || reply->status == fine)) return reply;
    const bool again =
        reply ? reply->status == kTooMany || reply->status >= kServerError : is_worth_another(reply.error());
    if (!again || attempt >= options_.attempts) {
      if (!reply) return fail(std::move(reply).error().within(std::string(what)));
      if (!is_ours(call.url))
        return fail(Error::make(Kind::system, cat(what, ": ", call.url, " answers ", reply->status)));
      return fail(refusal(*reply, what, name_.registry, options_.credentials.empty()));
    }
    const std::chrono::seconds asked(reply ? std::clamp(reply->retry_after, 0, kLongestPause) : 0);
    std::this_thread::sleep_for(std::max<std::chrono::milliseconds>(pause, asked));
    pause = std::min<std::chrono::milliseconds>(pause * 2, std::chrono::seconds(kLongestPause));
  }
}

}  // namespace masu::transfer
