// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Boost.JSON's compiled part, for the tests' data: here and nowhere else.
#include <boost/json/src.hpp>
