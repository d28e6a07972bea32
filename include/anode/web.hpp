// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Includes the library `anode-web`.

#include <anode/web/query.hpp>
