// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Compiles Boost.JSON for the tests. It is included in no other source file.
#include <boost/json/src.hpp>
