// SPDX-License-Identifier: Apache-2.0
//
// First the template becomes a tree, by a parser of recursive descent; then the tree is run over a value.
#include "template.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

#include <algorithm>
#include <utility>

namespace masu::manager {
namespace {

constexpr unsigned kDeepest = 64;  // of what is nested

Error wrong(std::string_view action, std::string_view why) {
  return Error::make(Kind::usage, cat("--format: {{", action, "}}: ", why));
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The words of one action.
class Words {
 public:
  explicit Words(std::string_view action) : action_(action), rest_(action) {}
  std::string_view action() const { return action_; }

  bool at_end() {
    rest_ = text::trim(rest_);
    return rest_.empty();
  }
  bool take(std::string_view sign) {
    if (at_end() || !rest_.starts_with(sign)) return false;
    rest_.remove_prefix(sign.size());
    return true;
  }
  char peek() { return at_end() ? '\0' : rest_.front(); }
  std::string_view word() {
    if (at_end()) return {};
    std::size_t size = 0;
    while (size < rest_.size() && is_word(rest_[size])) ++size;
    return cut(size);
  }
  // ".A.B", as far as it goes without a space.
  std::vector<std::string> path() {
    std::vector<std::string> out;
    while (rest_.size() > 1 && rest_.front() == '.' && is_word(rest_[1])) {
      rest_.remove_prefix(1);
      out.emplace_back(word());
    }
    return out;
  }
  Result<std::string> quoted() {
    const char quote = rest_.front();
    std::string out;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == quote) {
        rest_.remove_prefix(i + 1);
        return out;
      }
      if (rest_[i] == '\\' && quote == '"' && i + 1 < rest_.size()) {
        ++i;
        out += rest_[i] == 'n' ? '\n' : rest_[i] == 't' ? '\t' : rest_[i];
      } else {
        out += rest_[i];
      }
    }
    return fail(wrong(action_, "a string is not closed"));
  }
  std::string_view number() {
    std::size_t size = rest_.front() == '-' ? 1 : 0;
    while (size < rest_.size() && rest_[size] >= '0' && rest_[size] <= '9') ++size;
    return cut(size);
  }

 private:
  std::string_view cut(std::size_t size) {
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  std::string_view action_, rest_;
};

Result<Pipeline> parse_pipeline(Words& words, unsigned depth);

Result<Operand> parse_operand(Words& words, unsigned depth) {
  Operand out;
  const char first = words.peek();
  if (first == '"' || first == '`') {
    out.kind = Operand::Kind::constant;
    out.value = TRY(words.quoted());
  } else if (first == '-' || (first >= '0' && first <= '9')) {
    const auto number = text::parse_int<std::int64_t>(words.number());
    if (!number) return fail(wrong(words.action(), "expected a number"));
    out.kind = Operand::Kind::constant;
    out.value = *number;
  } else if (first == '$') {
    (void)words.take("$");
    out.kind = Operand::Kind::variable;
    out.name = cat("$", words.peek() == '.' ? std::string_view() : words.word());
    out.path = words.path();
  } else if (first == '(') {
    (void)words.take("(");
    out.kind = Operand::Kind::pipeline;
    out.stages = TRY(parse_pipeline(words, depth + 1));
    if (!words.take(")")) return fail(wrong(words.action(), "expected )"));
    out.path = words.path();
  } else if (first == '.') {
    out.path = words.path();
    if (out.path.empty() && !words.take(".")) return fail(wrong(words.action(), "expected a field"));
  } else {
    const std::string_view word = words.word();
    if (word != "true" && word != "false" && word != "nil")
      return fail(wrong(words.action(), "expected a field, as in .State.Status"));
    out.kind = Operand::Kind::constant;
    if (word != "nil") out.value = word == "true";
  }
  return out;
}

Result<Pipeline> parse_pipeline(Words& words, unsigned depth) {
  if (depth > kDeepest) return fail(wrong(words.action(), "it is nested too deeply"));
  Pipeline out;
  do {
    Stage& stage = out.emplace_back();
    Words ahead = words;
    if (const std::string_view word = ahead.word(); !word.empty() && is_function(word)) {
      stage.function = word;
      words = ahead;
    }
    while (!words.at_end() && words.peek() != '|' && words.peek() != ')')
      stage.operands.push_back(TRY(parse_operand(words, depth)));
    if (stage.function.empty() && (stage.operands.size() != 1 || out.size() > 1))
      return fail(wrong(words.action(), "expected a field or a function"));
  } while (words.take("|"));
  return out;
}

}  // namespace

class TemplateParser {
 public:
  using Node = Template::Node;
  explicit TemplateParser(std::string_view text) : rest_(text) {}

  Result<Template> parse() {
    auto root = std::make_unique<Node>();
    TRY(parse_list(root->children, false, 0));
    return Template(std::move(root));
  }

 private:
  // Until the template's end, or the action that ends the list: "end", "else", "else if …".
  Result<std::string_view> parse_list(std::vector<std::unique_ptr<Node>>& out, bool inner, unsigned depth) {
    if (depth > kDeepest) return fail(wrong("", "it is nested too deeply"));
    for (;;) {
      const auto open = rest_.find("{{");
      add_text(out, rest_.substr(0, open),
               open != std::string_view::npos && rest_.substr(open).starts_with("{{- "));
      if (open == std::string_view::npos) {
        if (inner) return fail(wrong("", "an {{end}} is missing"));
        return std::string_view();
      }
      const auto close = rest_.find("}}", open);
      if (close == std::string_view::npos) return fail(wrong(rest_.substr(open + 2), "it is not closed"));
      std::string_view action = rest_.substr(open + 2, close - open - 2);
      rest_.remove_prefix(close + 2);
      trim_next_ = action.ends_with(" -");
      if (trim_next_) action.remove_suffix(2);
      if (action.starts_with("- ")) action.remove_prefix(2);
      action = text::trim(action);
      if (action.starts_with("/*")) continue;
      const std::string_view word = action.substr(0, action.find(' '));
      if (word == "end" || word == "else") {
        if (!inner) return fail(wrong(action, "there is nothing that it belongs to"));
        return action;
      }
      out.push_back(TRY(parse_action(action, word, depth)));
    }
  }

  Result<std::unique_ptr<Node>> parse_action(std::string_view action, std::string_view word, unsigned depth) {
    auto node = std::make_unique<Node>();
    node->kind = word == "if"      ? Node::Kind::condition
                 : word == "range" ? Node::Kind::range
                 : word == "with"  ? Node::Kind::with
                                   : Node::Kind::print;
    node->text = action;
    Words words(action);
    if (node->kind != Node::Kind::print) (void)words.word();
    TRY(parse_variables(words, *node));
    node->pipeline = TRY(parse_pipeline(words, 0));
    if (!words.at_end()) return fail(wrong(action, "there is something behind its end"));
    if (node->kind == Node::Kind::print && !node->value.empty()) node->kind = Node::Kind::assign;
    if (node->kind != Node::Kind::print && node->kind != Node::Kind::assign) TRY(parse_bodies(*node, depth));
    return node;
  }

  Result<> parse_bodies(Node& node, unsigned depth) {
    std::string_view end = TRY(parse_list(node.children, true, depth + 1));
    if (end == "end") return {};
    if (end == "else") {
      end = TRY(parse_list(node.otherwise, true, depth + 1));
      return end == "end" ? Result<>() : fail(wrong(end, "expected {{end}}"));
    }
    const std::string_view rest = text::trim(end.substr(4));  // "else if …" has the outer's end
    node.otherwise.push_back(TRY(parse_action(rest, rest.substr(0, rest.find(' ')), depth + 1)));
    return {};
  }

  // "$v := ", "$k, $v := "
  static Result<> parse_variables(Words& words, Node& node) {
    Words ahead = words;
    if (!ahead.take("$")) return {};
    std::string first = cat("$", ahead.word()), second;
    if (ahead.take(",")) {
      if (!ahead.take("$")) return fail(wrong(words.action(), "expected a variable"));
      second = cat("$", ahead.word());
    }
    if (!ahead.take(":=") && !ahead.take("=")) return {};
    node.key = second.empty() ? "" : first;
    node.value = second.empty() ? first : second;
    words = ahead;
    return {};
  }

  void add_text(std::vector<std::unique_ptr<Node>>& out, std::string_view text, bool trim_end) const {
    constexpr std::string_view kSpaces = " \t\r\n";
    if (trim_next_) text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
    if (trim_end) text = text.substr(0, text.find_last_not_of(kSpaces) + 1);
    if (text.empty()) return;
    auto node = std::make_unique<Node>();
    node->kind = Node::Kind::text;
    node->text = text;
    out.push_back(std::move(node));
  }

  std::string_view rest_;
  bool trim_next_ = false;
};

class TemplateRun {
 public:
  using Node = Template::Node;
  explicit TemplateRun(json::Value root) : root_(item_of(root)) {}

  Result<> run(const std::vector<std::unique_ptr<Node>>& nodes, const Item& dot) {
    const std::size_t known = variables_.size();
    for (const auto& node : nodes) TRY(run(*node, dot));
    variables_.resize(known);
    return {};
  }
  std::string take() { return std::move(out_); }

 private:
  Result<> run(const Node& node, const Item& dot) {
    lenient_ = node.kind != Node::Kind::print && node.kind != Node::Kind::assign;
    action_ = node.text;
    switch (node.kind) {
      case Node::Kind::text:
        out_ += node.text;
        return {};
      case Node::Kind::list:
        return run(node.children, dot);
      case Node::Kind::print: {
        const Item item = TRY(evaluate(node.pipeline, dot));
        if (!std::holds_alternative<std::monostate>(item)) out_ += plain(item);
        return {};
      }
      case Node::Kind::assign:
        variables_.emplace_back(node.value, TRY(evaluate(node.pipeline, dot)));
        return {};
      case Node::Kind::range:
        return run_range(node, dot);
      case Node::Kind::condition:
      case Node::Kind::with:
        break;
    }
    const Item item = TRY(evaluate(node.pipeline, dot));
    if (!truth(item)) return run(node.otherwise, dot);
    const std::size_t known = variables_.size();
    if (!node.value.empty()) variables_.emplace_back(node.value, item);
    TRY(run(node.children, node.kind == Node::Kind::with ? item : dot));
    variables_.resize(known);
    return {};
  }

  Result<> run_range(const Node& node, const Item& dot) {
    const Item over = TRY(evaluate(node.pipeline, dot));
    if (!truth(over)) return run(node.otherwise, dot);
    const auto step = [&](Item key, const Item& value) -> Result<> {
      const std::size_t known = variables_.size();
      if (!node.key.empty()) variables_.emplace_back(node.key, std::move(key));
      if (!node.value.empty()) variables_.emplace_back(node.value, value);
      TRY(run(node.children, value));
      variables_.resize(known);
      return {};
    };
    std::int64_t index = 0;
    if (const auto* list = std::get_if<std::vector<std::string>>(&over)) {
      for (const std::string& each : *list) TRY(step(index++, each));
      return {};
    }
    const auto* value = std::get_if<json::Value>(&over);
    if (value == nullptr || value->is(json::Type::number))
      return fail(wrong(node.text, "that is neither a list nor a map"));
    if (value->is(json::Type::array)) {
      for (const json::Value element : value->elements()) TRY(step(index++, item_of(element)));
      return {};
    }
    std::vector<std::pair<std::string_view, json::Value>> members;
    for (const auto [key, member] : value->members()) members.emplace_back(key, member);
    std::ranges::sort(members, {}, [](const auto& member) { return member.first; });  // as Go does
    for (const auto& [key, member] : members) TRY(step(std::string(key), item_of(member)));
    return {};
  }

  Result<Item> evaluate(const Pipeline& pipeline, const Item& dot) {
    Item last;
    for (std::size_t i = 0; i < pipeline.size(); ++i) {
      std::vector<Item> arguments;
      for (const Operand& operand : pipeline[i].operands) arguments.push_back(TRY(evaluate(operand, dot)));
      if (i > 0) arguments.push_back(std::move(last));
      if (pipeline[i].function.empty()) {
        last = std::move(arguments.front());
        continue;
      }
      auto result = call_function(pipeline[i].function, arguments);
      if (!result) return fail(wrong(action_, result.error().message()));
      last = *std::move(result);
    }
    return last;
  }

  Result<Item> evaluate(const Operand& operand, const Item& dot) {
    switch (operand.kind) {
      case Operand::Kind::constant:
        return operand.value;
      case Operand::Kind::pipeline:
        return descend(TRY(evaluate(operand.stages, dot)), operand.path);
      case Operand::Kind::variable:
        return descend(TRY(variable(operand.name)), operand.path);
      case Operand::Kind::field:
        break;
    }
    return descend(dot, operand.path);
  }

  Result<Item> variable(std::string_view name) const {
    if (name == "$") return root_;
    for (auto each = variables_.rbegin(); each != variables_.rend(); ++each)
      if (each->first == name) return each->second;
    return fail(wrong(action_, cat("there is no variable ", name)));
  }

  Result<Item> descend(Item item, const std::vector<std::string>& path) const {
    for (const std::string& name : path) {
      const auto* value = std::get_if<json::Value>(&item);
      const auto member =
          value != nullptr && value->is(json::Type::object) ? value->find(name) : std::nullopt;
      if (!member && lenient_) return Item();
      if (!member) return fail(wrong(action_, cat("there is no field ", quote(name))));
      item = item_of(*member);
    }
    return item;
  }

  Item root_;
  std::string out_;
  std::string_view action_;
  bool lenient_ = false;  // a condition may ask for what is not there
  std::vector<std::pair<std::string, Item>> variables_;
};

Template::Template(std::unique_ptr<Node> root) : root_(std::move(root)) {}
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;
Template::~Template() = default;

Result<Template> Template::parse(std::string_view text) { return TemplateParser(text).parse(); }

Result<std::string> Template::expand(json::Value root) const {
  TemplateRun run(root);
  TRY(run.run(root_->children, item_of(root)));
  return run.take();
}

}  // namespace masu::manager
