// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"

#include <anode/proxy/client_limit.hpp>

#include <utility>

namespace unit_proxy_rules_client_limit {

namespace proxy = anode::proxy;
using proxy::client_limit;

TEST_CASE("client limit: copies and moved handles count together", "[proxy]") {
  client_limit limit(2);
  client_limit copy = limit;
  client_limit moved = std::move(limit);
  client_limit assigned(9);
  assigned = std::move(copy);
  client_limit::permit first = limit.begin("10.0.0.1");
  client_limit::permit second = moved.begin("10.0.0.1");
  CHECK(static_cast<bool>(first));
  CHECK(static_cast<bool>(second));
  CHECK_FALSE(static_cast<bool>(copy.begin("10.0.0.1")));
  CHECK_FALSE(static_cast<bool>(assigned.begin("10.0.0.1")));
  CHECK(static_cast<bool>(assigned.begin("10.0.0.2")));
  first = client_limit::permit();
  client_limit::permit third = copy.begin("10.0.0.1");
  CHECK(static_cast<bool>(third));
  second = std::move(third);
  CHECK_FALSE(static_cast<bool>(third));
  CHECK(limit.clients() == 1);
}

TEST_CASE("client limit: a permit may outlive the limit", "[proxy]") {
  client_limit::permit permit;
  {
    client_limit limit(1);
    permit = limit.begin("::1");
  }
  CHECK(static_cast<bool>(permit));
  permit = client_limit::permit();
  CHECK_FALSE(static_cast<bool>(permit));
}

}  // namespace unit_proxy_rules_client_limit
