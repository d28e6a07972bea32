// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/event.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>

namespace unit_runtime_event {

using anode::runtime::event;

TEST_CASE(
    "event: listeners are called in the order of registration, new ones from the next emit on") {
  event<int> e;
  std::string calls;
  e.add([&](int n) {
    calls += "a" + std::to_string(n);
    if (n == 1) {
      e.add([&](int m) { calls += "c" + std::to_string(m); });
    }
  });
  e.add([&](int n) { calls += "b" + std::to_string(n); });
  e.emit(1);
  CHECK(calls == "a1b1");
  e.emit(2);
  CHECK(calls == "a1b1a2b2c2");
}

TEST_CASE("event: listeners cleared during an emit are still called, and live until then") {
  event<> e;
  std::string calls;
  std::weak_ptr<int> of_first;
  {
    auto const kept = std::make_shared<int>(1);
    of_first = kept;
    e.add([&, kept] {
      e.clear();
      e.add([&] { calls += "new "; });
      calls += of_first.expired() ? "gone " : "first ";
    });
  }
  e.add([&] { calls += of_first.expired() ? "second " : "kept "; });
  e.emit();
  CHECK(calls == "first second ");
  e.emit();
  CHECK(calls == "first second new ");
}

TEST_CASE("event: clears any number of listeners, and moves with them") {
  constexpr int many = 3000;
  int calls = 0;
  event<> first;
  for (int i = 0; i < many; ++i) {
    first.add([&] { ++calls; });
  }
  event<> second = std::move(first);
  CHECK(first.empty());
  second.emit();
  CHECK(calls == many);
  second.clear();
  CHECK(second.empty());
  second.emit();
  CHECK(calls == many);
}

}  // namespace unit_runtime_event
