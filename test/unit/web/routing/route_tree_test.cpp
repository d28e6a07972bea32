// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/routing/route_tree.hpp"

#include "fuzz/naive_router.hpp"
#include "support/catch.hpp"
#include "unit/web/table.hpp"

#include <random>

namespace unit_web_routing_route_tree {

namespace web = anode::web;

namespace {

std::string methods_of(std::vector<naive::route> routes, std::string_view path) {
  web::route_tree tree;
  naive::fill(tree, routes);
  bool any = false;
  std::string out;
  for (std::string const& m : tree.methods(path, any)) {
    out += m + " ";
  }
  return out + (any ? "any" : "");
}

/// Makes routes and requests of few words, therefore many of them meet.
class generator {
public:
  explicit generator(unsigned seed) : random_(seed) {}

  std::string method(bool any) {
    static std::vector<std::string> const all{"GET", "HEAD", "POST", "QUERY", ""};
    return all[number(any ? 5 : 4)];
  }

  std::string pattern() {
    static std::vector<std::string> const words{"a", "b", "ab", "abc", "", "a%2Fb", "%25", "c d"};
    std::string out;
    std::size_t const count = 1 + number(4);
    for (std::size_t i = 0; i < count; ++i) {
      std::size_t const what = number(10);
      if (what < 6) {
        out += "/" + words[number(words.size())];
      } else if (what < 9 || i + 1 < count) {
        out += "/{p" + std::to_string(i) + "}";
      } else {
        out += "/{p" + std::to_string(i) + "...}";
      }
    }
    return out;
  }

  std::string path() {
    static std::vector<std::string> const words{"a",     "b",      "ab",  "abc",   "",
                                                "a%2fb", "%61",    "%25", "%2525", "c%20d",
                                                "..",    "%2E%2e", "a%",  "x"};
    std::string out;
    std::size_t const count = 1 + number(5);
    for (std::size_t i = 0; i < count; ++i) {
      out += "/" + words[number(number(6) == 0 ? words.size() : 9)];
    }
    return out;
  }

  std::size_t number(std::size_t below) { return random_() % below; }

private:
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("Routes are found as the table says", "[web][routing]") {
  std::vector<naive::route> routes;
  std::optional<web::route_tree> tree;
  std::size_t requests = 0;
  for (auto const& row : test_web::read_table("routes.tsv")) {
    if (row[0] == "tree") {
      routes.clear();
      tree.reset();
    } else if (row[0] == "route") {
      routes.push_back({row[1] == "any" ? "" : row[1], row[2]});
    } else {
      if (!tree) {
        tree.emplace();
        std::size_t const count = routes.size();
        naive::fill(*tree, routes);
        CHECK(routes.size() == count);
      }
      ++requests;
      CAPTURE(row[0], row[1]);
      naive::result const got = naive::find(*tree, row[0], row[1]);
      std::string pattern = got.path_found ? "405" : "-";
      if (got.found) {
        naive::route const& r = routes[got.route];
        pattern = r.method.empty() ? r.pattern : r.method + " " + r.pattern;
      }
      CHECK(pattern == row[2]);
      CHECK(got.values == std::vector<std::string>(row.begin() + 3, row.end()));
      CHECK(naive::find(routes, row[0], row[1]) == got);
    }
  }
  CHECK(requests > 60);
}

TEST_CASE("The tree finds what a router finds that tries each route", "[web][routing]") {
  std::size_t matched = 0;
  std::size_t refused = 0;
  for (unsigned seed = 1; seed <= 400; ++seed) {
    generator make(seed);
    std::vector<naive::route> routes;
    for (std::size_t i = 1 + make.number(30); i > 0; --i) {
      std::string const method = make.method(true);
      routes.push_back({method, make.pattern()});
    }
    web::route_tree tree;
    naive::fill(tree, routes);
    for (int i = 0; i < 100; ++i) {
      std::string const method = make.method(false);
      std::string const path = make.path();
      naive::result const expected = naive::find(routes, method, path);
      for (std::string const& target : {path, path + "?a=/b/..", path + "#", path + "?"}) {
        naive::result const got = naive::find(tree, method, target);
        if (got != expected) {
          CAPTURE(seed, method, target);
          CHECK(got == expected);
        }
      }
      matched += expected.found ? 1 : 0;
      refused += expected.refused ? 1 : 0;
    }
  }
  CHECK(matched > 8000);
  CHECK(refused > 1000);
}

TEST_CASE("A mark in a pattern is not the mark that begins a query", "[web][routing]") {
  std::vector<naive::route> routes{
      {"GET", "/a%3Fb"}, {"POST", "/a"}, {"GET", "/{x}/c"}, {"GET", "/{x}/d%23"}};
  web::route_tree tree;
  naive::fill(tree, routes);
  CHECK_FALSE(naive::find(tree, "GET", "/a?b").found);
  CHECK(naive::find(tree, "GET", "/a%3Fb").route == 0);
  CHECK(naive::find(tree, "POST", "/a?b").route == 1);
  CHECK(naive::find(tree, "GET", "/a%3Fb/c?d").values == std::vector<std::string>{"a?b"});
  CHECK_FALSE(naive::find(tree, "GET", "/a/d#").found);
  CHECK(naive::find(tree, "GET", "/a/d%23#").found);
}

TEST_CASE("A route of the same shape and method is refused and named", "[web][routing]") {
  web::route_tree tree;
  auto const add = [&](std::string_view pattern, std::string_view method, web::route_id id) {
    return tree.add(web::parse_pattern(pattern), method, id);
  };
  CHECK(add("/a/{x}", "GET", 1) == web::no_route);
  CHECK(add("/a/{y}", "GET", 2) == 1);
  CHECK(add("/a/{y}", "POST", 3) == web::no_route);
  CHECK(add("/a/{y}", "", 4) == web::no_route);
  CHECK(add("/a/{z}", "", 5) == 4);
  CHECK(add("/a/{x...}", "GET", 6) == web::no_route);
  CHECK(add("/a/{z...}", "GET", 7) == 6);
  CHECK(add("/a/b", "LOCK", 8) == web::no_route);
  CHECK(add("/a/%62", "LOCK", 9) == 8);
  CHECK(add("/a", "GET", 10) == web::no_route);
  CHECK(add("/a/", "GET", 11) == web::no_route);
}

TEST_CASE("The methods of a path are those of all routes that match it", "[web][routing]") {
  std::vector<naive::route> const routes{
      {"GET", "/a/{x}"}, {"POST", "/a/b"}, {"LOCK", "/a/{x...}"}, {"ACL", "/a/b"},
      {"", "/c"},        {"HEAD", "/d"},   {"LOCK", "/a/{y}"},    {"PUT", "/e"}};
  CHECK(methods_of(routes, "/a/b") == "GET HEAD POST ACL LOCK ");
  CHECK(methods_of(routes, "/a/z") == "GET HEAD LOCK ");
  CHECK(methods_of(routes, "/a/z/y") == "LOCK ");
  CHECK(methods_of(routes, "/c") == "any");
  CHECK(methods_of(routes, "/d") == "HEAD ");
  CHECK(methods_of(routes, "/e") == "PUT ");
  CHECK(methods_of(routes, "/f") == "");
}

TEST_CASE("A thousand routes are found, with nodes of many children", "[web][routing]") {
  std::vector<naive::route> routes;
  for (int i = 0; i < 1000; ++i) {
    std::string const first(1, static_cast<char>('a' + i % 26));
    routes.push_back({"GET", "/api/" + first + "/resource" + std::to_string(i) + "/{id}/edit"});
  }
  web::route_tree tree;
  naive::fill(tree, routes);
  CHECK(routes.size() == 1000);
  for (int i = 0; i < 1000; ++i) {
    std::string path = routes[static_cast<std::size_t>(i)].pattern;
    path.replace(path.find("{id}"), 4, "42");
    naive::result const got = naive::find(tree, "GET", path);
    CHECK(got.route == static_cast<std::size_t>(i));
    CHECK(got.values == std::vector<std::string>{"42"});
  }
  CHECK_FALSE(naive::find(tree, "GET", "/api/a/resource1/42/edit").found);
}

}  // namespace unit_web_routing_route_tree
