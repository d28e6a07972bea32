// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Includes the library `anode-web`.

#include <anode/web/authorization.hpp>
#include <anode/web/client_address.hpp>
#include <anode/web/context.hpp>
#include <anode/web/cookie.hpp>
#include <anode/web/cookie_jar.hpp>
#include <anode/web/error.hpp>
#include <anode/web/fetch.hpp>
#include <anode/web/json.hpp>
#include <anode/web/media_type.hpp>
#include <anode/web/middleware.hpp>
#include <anode/web/query.hpp>
#include <anode/web/router.hpp>
