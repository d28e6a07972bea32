// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Compares the tree of routes with a router that tries each route. The input is a list of lines: a
// route is `METHOD PATTERN` and begins with a letter or a space (any method), a request is
// `>METHOD TARGET`.
#include "fuzz/naive_router.hpp"

#include <anode/error.hpp>

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const input(reinterpret_cast<char const*>(data), size);
  std::vector<naive::route> routes;
  std::vector<naive::route> requests;
  for (std::string const& line : naive::split(input, "\n")) {
    bool const request = line.starts_with('>');
    std::string const text = request ? line.substr(1) : line;
    std::size_t const space = text.find(' ');
    if (space == std::string::npos) {
      continue;
    }
    naive::route const r{text.substr(0, space), text.substr(space + 1)};
    if (request) {
      requests.push_back(r);
      continue;
    }
    try {
      anode::web::parse_pattern(r.pattern);
      routes.push_back(r);
    } catch (anode::http::exception const&) {
    }
  }
  anode::web::route_tree tree;
  naive::fill(tree, routes);
  for (naive::route const& r : requests) {
    if (naive::find(routes, r.method, naive::path_of(r.pattern)) !=
        naive::find(tree, r.method, r.pattern)) {
      std::abort();
    }
  }
  return 0;
}
