// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/routing/route_tree.hpp"

#include "web/routing/canonical_path.hpp"

#include <algorithm>
#include <cstring>

namespace anode::web {
namespace {

/// A node with more children has a table of 256 entries.
constexpr std::size_t few_children = 6;

/// Compares as many bytes as a number has.
template <class Number>
bool equal_words(char const* a, char const* b) noexcept {
  Number x{};
  Number y{};
  std::memcpy(&x, a, sizeof x);
  std::memcpy(&y, b, sizeof y);
  return x == y;
}

/// Compares texts of one length, most of which are short.
bool equal_bytes(char const* a, char const* b, std::size_t size) noexcept {
  for (; size > 8; size -= 8, a += 8, b += 8) {
    if (!equal_words<std::uint64_t>(a, b)) {
      return false;
    }
  }
  // The last bytes as two numbers that may overlap.
  if (size >= 4) {
    std::size_t const last = size - 4;
    return equal_words<std::uint32_t>(a, b) && equal_words<std::uint32_t>(a + last, b + last);
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) {
      return false;
    }
  }
  return true;
}

std::size_t common_prefix(std::string_view a, std::string_view b) noexcept {
  auto const end = std::ranges::mismatch(a, b);
  return static_cast<std::size_t>(end.in1 - a.begin());
}

bool has_mark(std::string_view text) noexcept {
  return text.find_first_of("?#") != std::string_view::npos;
}

/// Reads a canonical path.
struct canonical_text {
  static bool at_end(std::string_view path, std::size_t at) noexcept { return at == path.size(); }
  static std::size_t segment_end(std::string_view path, std::size_t at) noexcept {
    return std::min(path.find('/', at), path.size());
  }
  static std::size_t path_end(std::string_view path, std::size_t /*at*/) noexcept {
    return path.size();
  }
};

/// Reads the path at the front of a target.
struct plain_text {
  static bool at_end(std::string_view target, std::size_t at) noexcept {
    return at == target.size() || target[at] == '?' || target[at] == '#';
  }
  static std::size_t segment_end(std::string_view target, std::size_t at) noexcept {
    return plain_segment_end(target, at);
  }
  static std::size_t path_end(std::string_view target, std::size_t at) noexcept {
    return plain_path_end(target, at);
  }
};

}  // namespace

bool route_tree::leaf::empty() const noexcept {
  return any == no_route && others.empty() &&
         std::ranges::all_of(known, [](route_id id) { return id == no_route; });
}

/// Accepts the first pattern that has the method.
template <class Text>
struct route_tree::search : Text {
  std::string_view method;
  method_id number;
  detail::path_value* values;
  route_match out{};

  void enter(char const* begin, std::size_t size) noexcept { values[out.count++] = {begin, size}; }
  std::size_t count() const noexcept { return out.count; }
  void leave(std::size_t count) noexcept { out.count = count; }

  bool visit(leaf const& l) noexcept {
    out.route = find(l);
    out.path_found = true;
    return out.route != no_route;
  }

private:
  route_id find(leaf const& l) const noexcept {
    if (number != method_id::other) {
      route_id id = l.known[static_cast<std::size_t>(number)];
      if (id == no_route && number == method_id::head) {
        id = l.known[static_cast<std::size_t>(method_id::get)];
      }
      return id != no_route ? id : l.any;
    }
    for (auto const& [name, id] : l.others) {
      if (name == method) {
        return id;
      }
    }
    return l.any;
  }
};

/// Collects the methods of all patterns.
struct route_tree::collection : canonical_text {
  std::array<bool, known_methods> known{};
  std::vector<std::string> others;
  bool any = false;

  static void enter(char const* /*begin*/, std::size_t /*size*/) noexcept {}
  static std::size_t count() noexcept { return 0; }
  static void leave(std::size_t /*count*/) noexcept {}

  bool visit(leaf const& l) {
    for (std::size_t i = 0; i < known_methods; ++i) {
      known[i] = known[i] || l.known[i] != no_route;
    }
    for (auto const& [name, id] : l.others) {
      others.push_back(name);
    }
    any = any || l.any != no_route;
    return false;
  }
};

route_tree::route_tree() { add_node({}); }

route_id route_tree::add(pattern const& p, std::string_view method, route_id id) {
  node_index at = 0;
  std::string text;
  std::uint32_t node::* where = &node::end;
  for (pattern_segment const& s : p.segments) {
    text += '/';
    if (s.what == pattern_segment::kind::literal) {
      text += s.text;
      has_marks_ = has_marks_ || has_mark(s.text);
      continue;
    }
    at = literal(at, text);
    text.clear();
    if (s.what == pattern_segment::kind::rest) {
      where = &node::rest;
      break;
    }
    if (nodes_[at].parameter == no_node) {
      node_index const made = add_node({});
      nodes_[at].parameter = made;
    }
    at = nodes_[at].parameter;
  }
  at = literal(at, text);
  route_id& to = slot(nodes_[at].*where, method);
  if (to != no_route) {
    return to;
  }
  to = id;
  return no_route;
}

/// Returns the node that is reached from `from` by `text`; makes it, and splits nodes, as needed.
route_tree::node_index route_tree::literal(node_index from, std::string_view text) {
  while (!text.empty()) {
    auto& children = nodes_[from].children;
    auto const it =
        std::ranges::lower_bound(children, text[0], {}, &std::pair<char, node_index>::first);
    if (it == children.end() || it->first != text[0]) {
      auto const where = it - children.begin();
      node_index const made = add_node(text);
      auto& again = nodes_[from].children;
      again.insert(again.begin() + where, {text[0], made});
      return made;
    }
    node_index const next = it->second;
    std::size_t const common = common_prefix(nodes_[next].prefix, text);
    if (common < nodes_[next].prefix.size()) {
      // The node becomes the front part of its prefix, and a new one takes over the rest.
      node_index const tail = add_node({});
      node& front = nodes_[next];
      std::string prefix = front.prefix.substr(0, common);
      std::string behind = front.prefix.substr(common);
      char const first = behind[0];
      nodes_[tail] = std::exchange(front, node{});
      nodes_[tail].prefix = std::move(behind);
      front.prefix = std::move(prefix);
      front.children.emplace_back(first, tail);
    }
    text.remove_prefix(common);
    from = next;
  }
  return from;
}

route_tree::node_index route_tree::add_node(std::string_view prefix) {
  node& made = nodes_.emplace_back();
  made.prefix = prefix;
  return static_cast<node_index>(nodes_.size() - 1);
}

/// Returns the place of a method's route in a leaf, which it makes if needed.
route_id& route_tree::slot(std::uint32_t& at, std::string_view method) {
  if (at == no_node) {
    at = static_cast<std::uint32_t>(leaves_.size());
    leaves_.emplace_back();
  }
  leaf& l = leaves_[at];
  if (method.empty()) {
    return l.any;
  }
  method_id const number = method_of(method);
  if (number != method_id::other) {
    return l.known[static_cast<std::size_t>(number)];
  }
  auto const it =
      std::ranges::lower_bound(l.others, method, {}, &std::pair<std::string, route_id>::first);
  if (it != l.others.end() && it->first == method) {
    return it->second;
  }
  return l.others.emplace(it, std::string(method), no_route)->second;
}

void route_tree::finish() {
  for (node& n : nodes_) {
    if (n.children.size() > few_children && n.table == no_node) {
      n.table = static_cast<std::uint32_t>(tables_.size());
      tables_.emplace_back().fill(no_node);
      for (auto const& [c, index] : n.children) {
        tables_.back()[static_cast<unsigned char>(c)] = index;
      }
    }
  }
}

route_tree::node_index route_tree::child(node const& n, char c) const noexcept {
  if (n.table != no_node) {
    return tables_[n.table][static_cast<unsigned char>(c)];
  }
  for (auto const& [first, index] : n.children) {
    if (first == c) {
      return index;
    }
  }
  return no_node;
}

/// Visits the patterns that match, in the order of preference, until the visitor accepts one, or
/// its text is not plain. If it returns false, the visitor may have values to leave.
template <class Visitor>
bool route_tree::walk(node_index at, std::string_view path, std::size_t pos,
                      Visitor& visitor) const {
  for (;;) {
    node const& n = nodes_[at];
    std::size_t const length = n.prefix.size();
    // The first byte has led here.
    if (length > 1 && (path.size() - pos < length ||
                       !equal_bytes(path.data() + pos + 1, n.prefix.data() + 1, length - 1))) {
      return false;
    }
    pos += length;
    node_index const next = pos == path.size() ? no_node : child(n, path[pos]);
    if (n.parameter == no_node && n.rest == no_node) {
      if (next == no_node) {
        return visit_end(n, path, pos, visitor);
      }
      at = next;
      continue;
    }
    std::size_t const count = visitor.count();
    if (next == no_node ? visit_end(n, path, pos, visitor) : walk(next, path, pos, visitor)) {
      return true;
    }
    visitor.leave(count);
    if (n.parameter != no_node) {
      std::size_t const end = visitor.segment_end(path, pos);
      if (end == not_plain) {
        return true;
      }
      if (end != pos) {
        visitor.enter(path.data() + pos, end - pos);
        if (n.rest == no_node) {
          at = n.parameter;
          pos = end;
          continue;
        }
        if (walk(n.parameter, path, end, visitor)) {
          return true;
        }
        visitor.leave(count);
      }
    }
    if (n.rest == no_node) {
      return false;
    }
    std::size_t const end = visitor.path_end(path, pos);
    if (end == not_plain) {
      return true;
    }
    visitor.enter(path.data() + pos, end - pos);
    return visitor.visit(leaves_[n.rest]);
  }
}

/// Visits the pattern that ends at a node, if the path ends there.
template <class Visitor>
bool route_tree::visit_end(node const& n, std::string_view path, std::size_t pos,
                           Visitor& visitor) const {
  return n.end != no_node && visitor.at_end(path, pos) && visitor.visit(leaves_[n.end]);
}

route_match route_tree::find(std::string_view path, std::string_view method,
                             detail::path_value* values) const {
  search<canonical_text> s{{}, method, method_of(method), values};
  walk(0, path, 0, s);
  return s.out;
}

route_match route_tree::find_plain(std::string_view target, std::string_view method,
                                   detail::path_value* values) const {
  search<plain_text> s{{}, method, method_of(method), values};
  if (!has_marks_) {
    walk(0, target, 0, s);
  }
  return s.out;
}

std::vector<std::string> route_tree::methods(std::string_view path, bool& any) const {
  collection all;
  walk(0, path, 0, all);
  any = all.any;
  auto const at = [&all](method_id m) -> bool& { return all.known[static_cast<std::size_t>(m)]; };
  at(method_id::head) = at(method_id::head) || at(method_id::get);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < known_methods; ++i) {
    if (all.known[i]) {
      out.emplace_back(method_names[i]);
    }
  }
  std::ranges::sort(all.others);
  auto const twice = std::ranges::unique(all.others);
  all.others.erase(twice.begin(), twice.end());
  std::ranges::move(all.others, std::back_inserter(out));
  return out;
}

}  // namespace anode::web
