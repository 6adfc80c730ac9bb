// SPDX-License-Identifier: Apache-2.0
//
// Requests to one repository of one registry: the scheme, who one is, the token, and another attempt where
// that may help.
#pragma once

#include "challenge.h"
#include "http_call.h"
#include "masu/image/reference.h"
#include "masu/transfer/registry.h"

#include <memory>
#include <mutex>

namespace masu::transfer {

class Session {
 public:
  static Result<std::unique_ptr<Session>> open(const image::Reference& name, RegistryOptions options);

  std::string url(std::string_view kind, std::string_view id) const;
  std::string base() const;  ///< https://host/v2/
  /// Whether another host may be asked: by TLS, unless the registry itself is without.
  bool may_ask(std::string_view url) const;

  /// Before each attempt; true if the one before has got somewhere, and so does not count.
  using Before = std::function<bool(HttpCall&)>;
  /// A reply of 2xx, or one of `fine`; anything else is an error that says what the registry said.
  Result<HttpReply> ask(HttpCall call, std::string_view what, const Before& before = {}, int fine = 0);

 private:
  Session() = default;
  Result<> choose_scheme();
  Result<std::string> fetch_token(const Challenge& challenge);
  std::string scopes(const Challenge& challenge) const;
  /// True if another attempt may succeed now.
  Result<bool> authenticate(const HttpReply& reply, const std::string& tried);
  Result<HttpReply> ask_once(const HttpCall& call);
  bool is_ours(const std::string& url) const;

  image::Reference name_;
  RegistryOptions options_;
  Trust trust_;
  std::string scheme_ = "https";
  std::mutex mutex_;
  std::string token_;  // of Bearer, for this repository
  bool basic_ = false;
};

}  // namespace masu::transfer
