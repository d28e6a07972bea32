// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Precompiled header of the tests of the layers that do not use Asio.
#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>
