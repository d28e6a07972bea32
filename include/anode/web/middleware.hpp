// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Layers for routers: includes all of them. Needs the library `anode-web`.

#include <anode/web/access_log.hpp>
#include <anode/web/authentication.hpp>
#include <anode/web/compress.hpp>
#include <anode/web/limits.hpp>
#include <anode/web/map_error.hpp>
#include <anode/web/router.hpp>
#include <anode/web/security.hpp>
