// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
// fails: use of deleted function|call to deleted
#include "common.hpp"

void use(anode::socket& s) { s.write({"a", "b"}); }
