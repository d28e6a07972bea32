// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Precompiled for the tests of the pure layers: no Asio, as in the code they test.
#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>
