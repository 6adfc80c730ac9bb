// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/hash.h"

#include "masu/base/text.h"

#include <array>
#include <string>

#include <openssl/evp.h>

namespace masu::transfer {

struct Hash::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::string algorithm;
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }
};

Hash::Hash(std::unique_ptr<State> state) : state_(std::move(state)) {}
Hash::Hash(Hash&&) noexcept = default;
Hash& Hash::operator=(Hash&&) noexcept = default;
Hash::~Hash() = default;

Result<Hash> Hash::make(std::string_view algorithm) {
  auto state = std::make_unique<State>();
  state->algorithm = algorithm;
  const EVP_MD* kind = algorithm == "sha256" ? EVP_sha256() : algorithm == "sha512" ? EVP_sha512() : nullptr;
  if (kind == nullptr || EVP_DigestInit_ex(state->context, kind, nullptr) != 1)
    return fail(Error::make(Kind::unsupported, cat("digests of ", quote(algorithm), " are not supported")));
  return Hash(std::move(state));
}

void Hash::update(std::string_view bytes) {
  (void)EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}

image::Digest Hash::finish() {
  constexpr char kHex[] = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  (void)EVP_DigestFinal_ex(state_->context, bytes.data(), &size);
  std::string text = state_->algorithm + ":";
  for (unsigned i = 0; i < size; ++i) text += {kHex[bytes[i] >> 4], kHex[bytes[i] & 15]};
  auto digest = image::Digest::parse(text);
  return digest ? std::move(*digest)
                : image::Digest();  // it is one: OpenSSL fills as many bytes as the name says
}

image::Digest sha256(std::string_view bytes) {
  auto hash = Hash::make("sha256");
  if (!hash) return {};  // OpenSSL has no such state that it could be without
  hash->update(bytes);
  return hash->finish();
}

}  // namespace masu::transfer
