// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
// fails: private
#include "common.hpp"

bool use(anode::socket const& s) { return s.impl() != nullptr; }
