// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/routing/method.hpp"
#include "web/routing/pattern.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::web {

/// The number of a route, chosen by the user of the tree.
using route_id = std::uint32_t;
inline constexpr route_id no_route = std::numeric_limits<route_id>::max();

/// The result of a search.
struct route_match {
  route_id route = no_route;
  bool path_found = false;  ///< whether a route has the path, of any method
  std::size_t count = 0;    ///< of the values of the parameters, if there is a route
};

/// A radix tree over the canonical texts of patterns.
///
/// The leftmost segment in which two matching patterns differ decides between them: a literal is
/// preferred to `{name}`, and `{name}` to `{rest...}`. The order is total, therefore the order of
/// registration does not matter. Only patterns that accept the method are compared. A search visits
/// each node at most once, and reads each byte of the path at most once for each node with
/// parameters on the way.
class route_tree {
public:
  route_tree();

  /// Adds a route.
  /// @param method empty: any method for which the pattern has no route of its own.
  /// @return `no_route`; or the route with this method and a pattern of the same shape, and then
  ///   nothing is added.
  route_id add(pattern const& p, std::string_view method, route_id id);

  /// Builds the tables that `find` needs. No route can be added afterwards.
  void finish();

  /// Finds the route of a method and a canonical path. HEAD finds a route of GET if the pattern has
  /// none of its own.
  /// @param values has room for `most_parameters` views of `path`: the values of the parameters.
  route_match find(std::string_view path, std::string_view method,
                   detail::path_value* values) const;

  /// Finds the route of a target as received, if its path is canonical for certain: the values of
  /// the parameters are plain, and the rest of the path consists of literals, which are canonical.
  /// Finds nothing if a literal contains a `?` or `#`.
  route_match find_plain(std::string_view target, std::string_view method,
                         detail::path_value* values) const;

  /// Returns the methods of all routes with this path, each once: the known ones in the order of
  /// `method_id`, with HEAD if there is GET, then the others by name. Sets `any` if a route takes
  /// any method.
  std::vector<std::string> methods(std::string_view path, bool& any) const;

private:
  using node_index = std::uint32_t;
  static constexpr node_index no_node = std::numeric_limits<node_index>::max();

  /// The routes of one pattern.
  struct leaf {
    std::array<route_id, known_methods> known;
    route_id any = no_route;
    std::vector<std::pair<std::string, route_id>> others;  // sorted

    leaf() { known.fill(no_route); }
    bool empty() const noexcept;
  };

  struct node {
    std::string prefix;                                 // the bytes that lead here
    std::vector<std::pair<char, node_index>> children;  // by the first byte of their prefix, sorted
    node_index parameter = no_node;                     // `{name}` begins here
    std::uint32_t end = no_node;                        // the leaf of paths that end here
    std::uint32_t rest = no_node;                       // the leaf of `{rest...}` that begins here
    std::uint32_t table = no_node;  // in `tables_`, of a node with many children
  };

  /// What a search looks for, and what it has found.
  template <class Text>
  struct search;
  struct collection;

  node_index literal(node_index from, std::string_view text);
  node_index add_node(std::string_view prefix);
  route_id& slot(std::uint32_t& at, std::string_view method);
  node_index child(node const& n, char c) const noexcept;
  template <class Visitor>
  bool walk(node_index at, std::string_view path, std::size_t pos, Visitor& visitor) const;
  template <class Visitor>
  bool visit_end(node const& n, std::string_view path, std::size_t pos, Visitor& visitor) const;

  std::vector<node> nodes_;
  std::vector<leaf> leaves_;
  std::vector<std::array<node_index, 256>> tables_;
  bool has_marks_ = false;  // whether a literal contains a `?` or `#`
};

}  // namespace anode::web
