// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace samples {

/// The requests of a route: those for one of its hosts whose path is below its prefix.
struct route_rule {
  std::vector<std::string> hosts{};  ///< of `host_pattern`; empty: every host
  std::string path = "/";            ///< of `path_pattern`
};

/// Returns a host of a route in the form in which it is compared: "a.test", "*.test" for all names
/// below "test", "[::1]"; in lower case, without the dot at the end. Nothing if it has another
/// form, for example a port.
std::optional<std::string> host_pattern(std::string_view text);

/// Returns a prefix of a path in the form in which it is compared: without a slash at the end, "/"
/// for all paths. Nothing if it does not begin with a slash, or has a query, a dot segment, a
/// backslash, or an escape.
std::optional<std::string> path_pattern(std::string_view text);

/// Returns whether a path is a prefix, or below it: a segment is compared as a whole, so "/api" has
/// "/api/x", and not "/apix".
/// @param prefix of `path_pattern`
/// @param path without a query
bool is_below(std::string_view prefix, std::string_view path);

/// Returns the host of an authority, without its port, in the form of `host_pattern`; empty for an
/// empty authority. Nothing if the authority is malformed.
std::optional<std::string> host_of(std::string_view authority);

/// Returns a path in normal form (RFC 3986 section 6.2.2): no dot segments, no escapes of
/// characters that need none, the others in upper case. Slashes stay as they are.
/// @param path without a query
std::string normal_path(std::string_view path);

/// What a request asks for.
struct asked_place {
  std::string_view authority{};  ///< of the target if it has one, otherwise of Host
  std::string_view path{};       ///< without a query; "*" of OPTIONS for the whole server
};

/// Returns the place that a request asks for. The authority of an absolute target overrides Host
/// (RFC 9112 section 3.2.2).
asked_place asked_by(std::string_view target, std::string_view host);

/// Chooses the route of a request.
///
/// The most specific host decides first: a name itself, then the longest "*.name", then every host;
/// of the routes for it that match, the longest prefix.
class route_table {
public:
  /// How a search has ended.
  enum class result : std::uint8_t {
    found,    ///< there is a route
    no_path,  ///< the host has routes, but none for the path: 404
    no_host,  ///< there is no route for the host: 421
    unclear,  ///< a malformed host, or a path that another server may read as one outside: 400
  };

  /// The end of a search.
  struct match {
    result end = result::no_host;
    std::size_t route = 0;  ///< the number of the route, from 0

    bool operator==(match const&) const = default;
  };

  /// Adds a route. Two routes for the same host and path are a mistake, see `duplicate_of`.
  void add(route_rule rule) { rules_.push_back(std::move(rule)); }

  /// Returns the route that has the same path and one of the same hosts already.
  std::optional<std::size_t> duplicate_of(route_rule const& rule) const;

  /// Returns the route of a request.
  ///
  /// Paths are passed on as they are, therefore the path as it is and its normal form must choose
  /// the same route. A route with a prefix must also be that of the path with all escapes decoded,
  /// and refuses what some servers read as a separator or an end: a backslash, NUL, a line end, a
  /// dot segment with parameters. A table whose only route is that of all hosts and paths judges
  /// nothing.
  match find(asked_place const& asked) const;

private:
  match find(std::string_view host, std::string_view path) const;

  std::vector<route_rule> rules_;
};

}  // namespace samples
