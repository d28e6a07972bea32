// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
// fails: anode needs RTTI
// flags: -fno-rtti
#include "common.hpp"
