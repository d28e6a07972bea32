// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
// fails: incomplete type
#include "common.hpp"

http::client_request use(anode::client::client_exchange& exchange) {
  return anode::detail::access::make<http::client_request>(exchange);
}
