// SPDX-License-Identifier: Apache-2.0
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/writer.h"
#include "template.h"

#include <algorithm>

namespace masu::manager {
namespace {

using json::Type;
using json::Value;

Error misused(std::string_view name, std::string_view why) {
  return Error::make(Kind::usage, cat(name, ": ", why));
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

std::string json_of(const Item& item) {
  if (const auto* value = std::get_if<Value>(&item)) return to_json(*value);
  std::string out;
  json::Writer writer(out);
  if (const auto* text = std::get_if<std::string>(&item)) {
    writer.value(*text);
  } else if (const auto* list = std::get_if<std::vector<std::string>>(&item)) {
    writer.begin_array();
    for (const std::string& each : *list) writer.value(each);
    writer.end_array();
  } else {
    writer.raw(std::holds_alternative<std::monostate>(item) ? "null" : plain(item));
  }
  return out;
}

std::size_t length(const Item& item) {
  if (const auto* text = std::get_if<std::string>(&item)) return text->size();
  if (const auto* list = std::get_if<std::vector<std::string>>(&item)) return list->size();
  if (const auto* value = std::get_if<Value>(&item)) return value->size();
  return 0;
}

std::string change_case(std::string_view name, std::string text) {
  const bool title = name == "title";
  bool first = true;
  for (char& c : text) {
    if ((name == "upper" || (title && first)) && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (name == "lower" && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    first = c == ' ';
  }
  return text;
}

std::vector<std::string> list_of(const Item& item) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&item)) return *list;
  std::vector<std::string> out;
  if (const auto* value = std::get_if<Value>(&item); value != nullptr && value->is(Type::array))
    for (const Value element : value->elements()) out.push_back(plain(item_of(element)));
  return out;
}

Result<Item> at_index(const Item& item, const Item& index) {
  const auto* number = std::get_if<std::int64_t>(&index);
  if (const auto* value = std::get_if<Value>(&item)) {
    if (value->is(Type::object)) {
      const auto member = value->find(plain(index));
      return member ? item_of(*member) : Item();
    }
    if (value->is(Type::array) && number != nullptr)
      for (std::int64_t at = 0; const Value element : value->elements())
        if (at++ == *number) return item_of(element);
  }
  if (const auto* list = std::get_if<std::vector<std::string>>(&item); list != nullptr && number != nullptr)
    if (*number >= 0 && static_cast<std::size_t>(*number) < list->size())
      return Item((*list)[static_cast<std::size_t>(*number)]);
  return fail(misused("index", cat("there is no element ", plain(index))));
}

// As much of printf as %s %d %v %q and %% are.
Result<std::string> print_formatted(const std::vector<Item>& arguments) {
  std::string out;
  std::size_t next = 1;
  const std::string format = plain(arguments.front());
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      out += format[i];
      continue;
    }
    const char verb = ++i < format.size() ? format[i] : ' ';
    if (verb == '%') {
      out += '%';
    } else if (std::string_view("sdvq").find(verb) == std::string_view::npos || next >= arguments.size()) {
      return fail(misused("printf", "known are %s %d %v %q, with a value for each"));
    } else {
      out += verb == 'q' ? json_of(Item(plain(arguments[next]))) : plain(arguments[next]);
      ++next;
    }
  }
  return out;
}

// Numbers as numbers, anything else as its text.
int compare(const Item& a, const Item& b) {
  const auto *first = std::get_if<std::int64_t>(&a), *second = std::get_if<std::int64_t>(&b);
  if (first != nullptr && second != nullptr) return *first < *second ? -1 : *first > *second ? 1 : 0;
  const std::string left = plain(a), right = plain(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

Result<Item> compared(std::string_view name, const std::vector<Item>& arguments) {
  if (name == "eq")  // true if the first is any of the others
    return Item(std::any_of(arguments.begin() + 1, arguments.end(),
                            [&](const Item& other) { return compare(arguments.front(), other) == 0; }));
  const int order = compare(arguments[0], arguments[1]);
  if (name == "ne") return Item(order != 0);
  if (name == "lt") return Item(order < 0);
  if (name == "le") return Item(order <= 0);
  if (name == "gt") return Item(order > 0);
  return Item(order >= 0);
}

Item logical(std::string_view name, const std::vector<Item>& arguments) {
  if (name == "not") return Item(!truth(arguments.front()));
  for (const Item& each : arguments)
    if (truth(each) == (name == "or")) return each;
  return arguments.back();
}

std::string printed(const std::vector<Item>& arguments, bool spaces) {
  std::string out;
  for (const Item& each : arguments) out += cat(spaces && !out.empty() ? " " : "", plain(each));
  return out;
}

struct Function {
  std::string_view name;
  std::size_t least, most;
};
constexpr std::size_t kMany = 64;
constexpr Function kFunctions[] = {
    {"json", 1, 1},       {"index", 2, kMany}, {"len", 1, 1},    {"join", 2, 2},        {"split", 2, 2},
    {"upper", 1, 1},      {"lower", 1, 1},     {"title", 1, 1},  {"println", 0, kMany}, {"print", 0, kMany},
    {"printf", 1, kMany}, {"truncate", 2, 2},  {"eq", 2, kMany}, {"ne", 2, 2},          {"lt", 2, 2},
    {"le", 2, 2},         {"gt", 2, 2},        {"ge", 2, 2},     {"and", 1, kMany},     {"or", 1, kMany},
    {"not", 1, 1}};

const Function* find_function(std::string_view name) {
  const auto* found = std::ranges::find(kFunctions, name, &Function::name);
  return found == std::end(kFunctions) ? nullptr : found;
}

}  // namespace

std::string to_json(Value value) {
  std::string out;
  json::Writer writer(out);
  write_json(writer, value);
  return out;
}

Item item_of(Value value) {
  switch (value.type()) {
    case Type::null:
      return {};
    case Type::boolean:
      return value.boolean();
    case Type::string:
      return std::string(value.text());
    case Type::number:
      if (const auto number = text::parse_int<std::int64_t>(value.text())) return *number;
      return value;
    case Type::array:
    case Type::object:
      break;
  }
  return value;
}

std::string plain(const Item& item) {
  if (std::holds_alternative<std::monostate>(item)) return "<nil>";
  if (const auto* truth_value = std::get_if<bool>(&item)) return *truth_value ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&item)) return cat(*number);
  if (const auto* text = std::get_if<std::string>(&item)) return *text;
  if (const auto* list = std::get_if<std::vector<std::string>>(&item))
    return cat("[", text::join(*list, " "), "]");
  const Value value = std::get<Value>(item);
  if (value.is(Type::number)) return std::string(value.text());
  std::string out;
  if (value.is(Type::array)) {
    for (const Value element : value.elements()) out += cat(out.empty() ? "" : " ", plain(item_of(element)));
    return cat("[", out, "]");
  }
  for (const auto [key, member] : value.members())
    out += cat(out.empty() ? "" : " ", key, ":", plain(item_of(member)));
  return cat("map[", out, "]");
}

bool truth(const Item& item) {
  if (const auto* truth_value = std::get_if<bool>(&item)) return *truth_value;
  if (const auto* number = std::get_if<std::int64_t>(&item)) return *number != 0;
  if (const auto* value = std::get_if<Value>(&item); value != nullptr && value->is(Type::number)) return true;
  return length(item) > 0;
}

bool is_function(std::string_view name) { return find_function(name) != nullptr; }

Result<Item> call_function(std::string_view name, const std::vector<Item>& arguments) {
  const Function* function = find_function(name);
  if (function == nullptr) return fail(misused(name, "there is no such function"));
  if (arguments.size() < function->least || arguments.size() > function->most)
    return fail(misused(name, cat("expected ", function->least, " arguments, found ", arguments.size())));
  if (name == "json") return Item(json_of(arguments[0]));
  if (name == "len") return Item(static_cast<std::int64_t>(length(arguments[0])));
  if (name == "println") return Item(printed(arguments, true) + "\n");
  if (name == "print") return Item(printed(arguments, false));
  if (name == "printf") return Item(TRY(print_formatted(arguments)));
  if (name == "join") return Item(text::join(list_of(arguments[0]), plain(arguments[1])));
  if (name == "upper" || name == "lower" || name == "title")
    return Item(change_case(name, plain(arguments[0])));
  if (name == "and" || name == "or" || name == "not") return logical(name, arguments);
  if (name == "truncate") {
    const auto* size = std::get_if<std::int64_t>(&arguments[1]);
    if (size == nullptr || *size < 0) return fail(misused(name, "expected a number of characters"));
    return Item(plain(arguments[0]).substr(0, static_cast<std::size_t>(*size)));
  }
  if (name == "split") {
    const std::string text = plain(arguments[0]), separator = plain(arguments[1]);
    std::vector<std::string> out;
    for (const std::string_view part : text::split(text, separator.empty() ? ' ' : separator.front()))
      out.emplace_back(part);
    return Item(std::move(out));
  }
  if (name != "index") return compared(name, arguments);
  Item at = arguments[0];
  for (std::size_t i = 1; i < arguments.size(); ++i) at = TRY(at_index(at, arguments[i]));
  return at;
}

}  // namespace masu::manager
