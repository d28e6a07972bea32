// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/web/coding.hpp>

#include <memory>

namespace anode::web {

/// Returns an encoder of gzip.
/// @param level 1 to 9.
/// @throws std::bad_alloc
std::unique_ptr<encoder> make_gzip_encoder(int level);

}  // namespace anode::web
