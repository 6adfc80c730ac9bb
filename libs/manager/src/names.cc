// SPDX-License-Identifier: Apache-2.0
#include "names.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/store/store.h"

#include <array>
#include <string_view>

namespace masu::manager {
namespace {

constexpr std::array<std::string_view, 40> kFirst = {
    "amber", "bold",  "brave", "bright", "brisk", "calm",   "clear",  "clever", "cosy",   "crisp",
    "deft",  "eager", "early", "fair",   "fleet", "fresh",  "gentle", "glad",   "golden", "grand",
    "happy", "keen",  "kind",  "lively", "lucky", "merry",  "mild",   "neat",   "nimble", "noble",
    "plain", "proud", "quick", "quiet",  "rapid", "silver", "still",  "sunny",  "swift",  "warm"};
constexpr std::array<std::string_view, 40> kSecond = {
    "alder", "aspen",  "bamboo", "barley", "beech",  "birch",  "cedar",  "cherry", "clover", "cypress",
    "elder", "elm",    "fern",   "fir",    "ginkgo", "hazel",  "heron",  "holly",  "iris",   "ivy",
    "larch", "laurel", "linden", "lotus",  "maple",  "millet", "moss",   "oak",    "olive",  "pine",
    "plum",  "poplar", "reed",   "rice",   "rowan",  "sorrel", "spruce", "tea",    "willow", "yew"};

}  // namespace

Result<std::string> random_name(unsigned attempt) {
  constexpr unsigned kPlainAttempts = 5;
  const std::string hex = TRY(store::random_hex(8));
  const auto number = text::parse_int<std::uint64_t>(hex, 16).value_or(0);
  const std::string name =
      cat(kFirst[number % kFirst.size()], "_", kSecond[number / kFirst.size() % kSecond.size()]);
  return attempt < kPlainAttempts ? name : cat(name, "_", number >> 40);
}

}  // namespace masu::manager
