// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

namespace anode::detail {

/// Opens the private parts of the public classes to the library, which alone defines it.
struct access;

}  // namespace anode::detail
