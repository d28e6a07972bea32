// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/routing/canonical_path.hpp"
#include "web/routing/route_tree.hpp"

#include <array>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A router that tries each route, and shares no code with the tree: it splits and decodes paths by
/// itself. Used by a unit test and a fuzz target, which compare it with the tree.
namespace naive {

struct route {
  std::string method;  // empty: any
  std::string pattern;
};

struct result {
  bool refused = false;
  std::size_t route = 0;
  bool found = false;
  bool path_found = false;
  std::vector<std::string> values{};

  bool operator==(result const&) const = default;
};

inline std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    auto const digit = [&](std::size_t at) {
      if (at >= text.size()) {
        return 16;
      }
      char const c = text[at];
      return c >= '0' && c <= '9'   ? c - '0'
             : c >= 'a' && c <= 'f' ? c - 'a' + 10
             : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                    : 16;
    };
    if (digit(i + 1) == 16 || digit(i + 2) == 16) {
      return std::nullopt;
    }
    out += static_cast<char>(digit(i + 1) * 16 + digit(i + 2));
    i += 2;
  }
  return out;
}

inline std::vector<std::string> split(std::string_view text, std::string_view marks) {
  std::vector<std::string> out{""};
  for (char const c : text) {
    if (marks.find(c) != std::string_view::npos) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

/// Returns the decoded segments of a path; nothing if it must be refused.
inline std::optional<std::vector<std::string>> segments(std::string_view path) {
  if (path.empty() || path[0] != '/') {
    return std::nullopt;
  }
  std::vector<std::string> out;
  for (std::string const& raw : split(path.substr(1), "/")) {
    auto const decoded = decode(raw);
    if (!decoded) {
      return std::nullopt;
    }
    for (char const c : *decoded) {
      if (static_cast<unsigned char>(c) < 32 || c == 127) {
        return std::nullopt;
      }
    }
    for (std::string const& part : split(*decoded, "/\\")) {
      if (part == "." || part == "..") {
        return std::nullopt;
      }
    }
    out.push_back(*decoded);
  }
  return out;
}

/// The kinds of the segments in the order of preference, then how well the method fits.
using preference = std::vector<int>;

inline std::optional<preference> match(std::vector<std::string> const& path, route const& r,
                                       std::vector<std::string>& values) {
  std::vector<std::string> const wanted = split(std::string_view(r.pattern).substr(1), "/");
  preference out;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    std::string const& w = wanted[i];
    if (w.ends_with("...}")) {
      if (i >= path.size()) {
        return std::nullopt;
      }
      std::string rest;
      for (std::size_t j = i; j < path.size(); ++j) {
        rest += (j == i ? "" : "/") + path[j];
      }
      values.push_back(rest);
      out.push_back(2);
      return out;
    }
    if (i >= path.size()) {
      return std::nullopt;
    }
    if (w.starts_with("{")) {
      if (path[i].empty()) {
        return std::nullopt;
      }
      values.push_back(path[i]);
      out.push_back(1);
    } else if (path[i] == *decode(w)) {
      out.push_back(0);
    } else {
      return std::nullopt;
    }
  }
  return wanted.size() == path.size() ? std::optional(out) : std::nullopt;
}

inline result find(std::vector<route> const& routes, std::string_view method,
                   std::string_view path) {
  result best;
  auto const split_path = segments(path);
  if (!split_path) {
    best.refused = true;
    return best;
  }
  preference least;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    std::vector<std::string> values;
    auto order = match(*split_path, routes[i], values);
    if (!order) {
      continue;
    }
    best.path_found = true;
    std::string const& m = routes[i].method;
    if (m == method) {
      order->push_back(0);
    } else if (method == "HEAD" && m == "GET") {
      order->push_back(1);
    } else if (m.empty()) {
      order->push_back(2);
    } else {
      continue;
    }
    if (!best.found || *order < least) {
      least = *order;
      best.found = true;
      best.route = i;
      best.values = values;
    }
  }
  return best;
}

/// Returns the path of a target that begins with one.
inline std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find_first_of("?#"));
}

/// The same by the tree, for a target.
inline result find(anode::web::route_tree const& tree, std::string_view method,
                   std::string_view target) {
  result out;
  std::array<anode::web::detail::path_value, anode::web::most_parameters> values;
  anode::web::route_match m = tree.find_plain(target, method, values.data());
  std::string canonical;
  if (m.route == anode::web::no_route) {
    if (!anode::web::canonical_path(path_of(target), canonical)) {
      out.refused = true;
      return out;
    }
    m = tree.find(canonical, method, values.data());
  }
  out.path_found = m.path_found;
  out.found = m.route != anode::web::no_route;
  if (out.found) {
    out.route = m.route;
    for (std::size_t i = 0; i < m.count; ++i) {
      anode::web::append_decoded(out.values.emplace_back(), values[i].view());
    }
  }
  return out;
}

/// Adds routes to a tree, and removes those that the tree refuses.
inline void fill(anode::web::route_tree& tree, std::vector<route>& routes) {
  std::vector<route> kept;
  for (route const& r : routes) {
    auto const id = static_cast<anode::web::route_id>(kept.size());
    if (tree.add(anode::web::parse_pattern(r.pattern), r.method, id) == anode::web::no_route) {
      kept.push_back(r);
    }
  }
  tree.finish();
  routes = kept;
}

}  // namespace naive
