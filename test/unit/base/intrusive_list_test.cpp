// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/intrusive_list.hpp"

#include "support/catch.hpp"

#include <memory>
#include <vector>

namespace unit_base_intrusive_list {

using namespace anode::base;

namespace {

struct item : list_link {
  explicit item(int n) : number(n) {}
  int number;
};

using items = intrusive_list<item>;

std::vector<int> numbers(items& list) {
  std::vector<int> all;
  list.visit([&](item const& i) {
    all.push_back(i.number);
    return true;
  });
  return all;
}

}  // namespace

TEST_CASE("intrusive list: objects are inserted at both ends and removed", "[intrusive-list]") {
  items list;
  CHECK(list.empty());
  CHECK(numbers(list).empty());
  item a(1);
  item b(2);
  item c(3);
  list.push_back(a);
  list.push_back(b);
  list.push_front(c);
  CHECK_FALSE(list.empty());
  CHECK(numbers(list) == std::vector{3, 1, 2});
  CHECK(list.front().number == 3);

  items::remove(a);
  CHECK(numbers(list) == std::vector{3, 2});
  items::remove(a);  // without effect
  CHECK(numbers(list) == std::vector{3, 2});
  list.push_back(a);
  items::remove(c);
  CHECK(numbers(list) == std::vector{2, 1});
  items::remove(b);
  items::remove(a);
  CHECK(list.empty());
}

TEST_CASE("intrusive list: an object moves from list to list", "[intrusive-list]") {
  items one;
  items other;
  item a(1);
  item b(2);
  one.push_back(a);
  one.push_back(b);
  items::remove(a);
  other.push_back(a);
  CHECK(numbers(one) == std::vector{2});
  CHECK(numbers(other) == std::vector{1});
  items::remove(a);
  items::remove(b);
}

TEST_CASE("intrusive list: a visit ends when its function says so", "[intrusive-list]") {
  items list;
  item a(1);
  item b(2);
  list.push_back(a);
  list.push_back(b);
  int calls = 0;
  list.visit([&](item&) { return ++calls == 0; });
  CHECK(calls == 1);
  items::remove(a);
  items::remove(b);
}

TEST_CASE("intrusive list: a visit may remove, destroy and append objects", "[intrusive-list]") {
  items list;
  std::vector<std::unique_ptr<item>> all;
  for (int i = 0; i < 3; ++i) {
    all.push_back(std::make_unique<item>(i));
    list.push_back(*all.back());
  }
  std::vector<int> visited;
  list.visit([&](item& i) {
    int const number = i.number;
    visited.push_back(number);
    items::remove(i);
    if (number == 1) {
      all[1].reset();
    } else {
      list.push_back(i);
    }
    return true;
  });
  CHECK(visited == std::vector{0, 1, 2});
  CHECK(numbers(list) == std::vector{0, 2});
  items::remove(*all[0]);
  items::remove(*all[2]);
}

}  // namespace unit_base_intrusive_list
