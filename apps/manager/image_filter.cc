// SPDX-License-Identifier: Apache-2.0
#include "image_filter.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/shim/log_record.h"

#include <fnmatch.h>

namespace masu::manager {
namespace {

std::int64_t created(const store::Image& image) { return shim::parse_time(image.config.created).value_or(0); }

// "alpine", "alpine:3*", "*/team/*": against the name as it is written for short and in full, with its tag or
// not.
bool matches(const store::Image& image, const std::string& pattern) {
  const auto name = image::Reference::parse(image.name);
  if (image.name.empty() || !name) return false;
  const std::string familiar = name->familiar();
  for (const std::string& text :
       {name->text(), name->repository(), familiar, familiar.substr(0, familiar.rfind(':')),
        name->path.substr(name->path.rfind('/') + 1)})
    if (fnmatch(pattern.c_str(), text.c_str(), 0) == 0) return true;
  return false;
}

const store::Image* find(const std::vector<store::Image>& all, std::string_view text) {
  const auto name = image::Reference::parse(text);
  for (const store::Image& image : all)
    if ((name && image.name == name->text()) || image.id().hex().starts_with(text)) return &image;
  return nullptr;
}

}  // namespace

Result<ImageFilter> ImageFilter::parse(const std::vector<std::string_view>& texts) {
  ImageFilter out;
  out.filters_ = TRY(Filters::parse(texts, "dangling reference before since until label id"));
  out.until_ = TRY(out.filters_.until());
  for (const std::string& value : out.filters_.values("dangling"))
    if (value != "true" && value != "false")
      return fail(Error::make(Kind::usage, "--filter dangling: expected true or false"));
  return out;
}

bool ImageFilter::takes(const store::Image& image, const std::vector<store::Image>& all) const {
  const auto beside = [&](bool before) {
    return [&all, &image, before](const std::string& text) {
      const store::Image* other = find(all, text);
      if (other == nullptr) return false;
      return before ? created(image) < created(*other) : created(image) > created(*other);
    };
  };
  return filters_.labels(image.config.labels) && (!until_ || created(image) <= *until_) &&
         filters_.any("dangling",
                      [&](const std::string& text) { return image.name.empty() == (text == "true"); }) &&
         filters_.any("reference", [&](const std::string& text) { return matches(image, text); }) &&
         filters_.any("id", [&](const std::string& text) { return image.id().hex().starts_with(text); }) &&
         filters_.any("before", beside(true)) && filters_.any("since", beside(false));
}

}  // namespace masu::manager
