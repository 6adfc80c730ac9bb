// SPDX-License-Identifier: Apache-2.0
#include "template.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/value.h"
#include "masu/json/writer.h"

namespace masu::manager {
namespace {

using json::Type;
using json::Value;

Error wrong(std::string_view action, std::string_view why) {
  return Error::make(Kind::usage, cat("--format: {{", action, "}}: ", why));
}

void write_json(json::Writer& out, Value value) {
  switch (value.type()) {
    case Type::null:
      out.null();
      break;
    case Type::boolean:
      out.value(value.boolean());
      break;
    case Type::number:
      out.raw(value.text());
      break;
    case Type::string:
      out.value(value.text());
      break;
    case Type::array:
      out.begin_array();
      for (const Value element : value.elements()) write_json(out, element);
      out.end_array();
      break;
    case Type::object:
      out.begin_object();
      for (const auto [key, member] : value.members()) write_json(out.key(key), member);
      out.end_object();
      break;
  }
}

std::string to_json(Value value) {
  std::string out;
  json::Writer writer(out);
  write_json(writer, value);
  return out;
}

// As Go prints it: [a b] and map[k:v].
std::string plain(Value value) {
  std::string out;
  if (value.is(Type::array)) {
    for (const Value element : value.elements()) out += cat(out.empty() ? "" : " ", plain(element));
    return cat("[", out, "]");
  }
  if (value.is(Type::object)) {
    for (const auto [key, member] : value.members())
      out += cat(out.empty() ? "" : " ", key, ":", plain(member));
    return cat("map[", out, "]");
  }
  if (value.is(Type::boolean)) return value.boolean() ? "true" : "false";
  return std::string(value.is(Type::null) ? "<nil>" : value.text());
}

Result<Value> find(Value root, std::string_view path, std::string_view action) {
  if (!path.starts_with('.')) return fail(wrong(action, "expected a field, as in .State.Status"));
  Value at = root;
  for (const std::string_view name : text::split(path.substr(1), '.')) {
    if (name.empty() && path == ".") return at;
    const auto member = at.is(Type::object) ? at.find(name) : std::nullopt;
    if (!member) return fail(wrong(action, cat("there is no field ", quote(name))));
    at = *member;
  }
  return at;
}

Result<std::string> evaluate(Value root, std::string_view action) {
  const std::string_view text = text::trim(action);
  if (text.starts_with("json ")) return to_json(TRY(find(root, text::trim(text.substr(5)), action)));
  if (!text.starts_with("index ")) return plain(TRY(find(root, text, action)));
  const std::string_view rest = text::trim(text.substr(6));
  const auto quoted = rest.find('"');
  if (quoted == std::string_view::npos || !rest.ends_with('"') || quoted + 1 >= rest.size())
    return fail(wrong(action, "expected index .Field \"name\""));
  const Value map = TRY(find(root, text::trim(rest.substr(0, quoted)), action));
  const auto member =
      map.is(Type::object) ? map.find(rest.substr(quoted + 1, rest.size() - quoted - 2)) : std::nullopt;
  return member ? plain(*member) : std::string();
}

}  // namespace

Result<std::string> expand(std::string_view format, std::string_view json) {
  const json::Document document = TRY(json::Document::parse(json));
  std::string out;
  for (;;) {
    const auto open = format.find("{{");
    out += format.substr(0, open);
    if (open == std::string_view::npos) return out;
    const auto close = format.find("}}", open);
    if (close == std::string_view::npos) return fail(wrong(format.substr(open + 2), "it is not closed"));
    out += TRY(evaluate(document.root(), format.substr(open + 2, close - open - 2)));
    format.remove_prefix(close + 2);
  }
}

}  // namespace masu::manager
