// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Includes Catch2 of either major version: v2 is one header, v3 is a library.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
