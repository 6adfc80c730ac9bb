// SPDX-License-Identifier: Apache-2.0
#include "template.h"

#include "masu/base/try.h"
#include "masu/json/value.h"
#include "masu/manager/template.h"

namespace masu::manager {

Result<std::string> expand(std::string_view format, std::string_view json) {
  const json::Document document = TRY(json::Document::parse(json));
  const Template parsed = TRY(Template::parse(format));
  return parsed.expand(document.root());
}

}  // namespace masu::manager
