// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Precompiled for the tests that drive real sockets or coroutines.
#include "support/catch.hpp"

#include <boost/asio.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
