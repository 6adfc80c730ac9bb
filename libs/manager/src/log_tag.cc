// SPDX-License-Identifier: Apache-2.0
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/value.h"
#include "masu/json/writer.h"
#include "masu/manager/life.h"
#include "masu/manager/template.h"

namespace masu::manager {

Result<std::string> log_tag(const Request& request) {
  constexpr std::size_t kShort = 12;
  if (request.log_tag.empty()) return std::string();
  const std::string_view id = request.id, whole = request.image_id;
  const std::string_view image = whole.substr(whole.find(':') + 1);  // all, if there is no algorithm
  std::string text;
  json::Writer out(text);
  out.begin_object().member("ID", id.substr(0, kShort)).member("FullID", id).member("Name", request.name);
  out.member("ImageID", image.substr(0, kShort)).member("ImageFullID", whole);
  out.member("ImageName", request.image).end_object();
  const json::Document document = TRY(json::Document::parse(text));
  const Template parsed = TRY(Template::parse(request.log_tag));
  return parsed.expand(document.root());
}

}  // namespace masu::manager
