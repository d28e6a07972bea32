// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Layers that require credentials. Needs the library `anode-web`.

#include <anode/detail/export.hpp>
#include <anode/web/authorization.hpp>
#include <anode/web/router.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace anode::web {

/// Who sent a request, stored by the layers of this header: `c.get<web::user>()`.
struct user {
  std::string name{};  ///< as the client has sent it
};

/// Returns a layer that requires Basic authentication (RFC 7617). It answers 401 with a challenge
/// otherwise, and stores `user` with the name.
/// @param realm is shown to the user.
/// @param check returns whether name and password are right. Compare with `equal_constant_time`, do
///   the same work for unknown names, and store passwords only as hashes of a function that is slow
///   on purpose.
/// @throws exception with `error::invalid_arg_value` if the realm has a control byte.
ANODE_EXPORT layer basic_auth(std::string_view realm,
                              std::function<bool(std::string_view, std::string_view)> check);

/// Returns a layer that requires a Bearer token (RFC 6750). It answers 401 with a challenge
/// otherwise, and stores the user.
/// @param realm names the set of resources.
/// @param check returns the user of a token; nothing if it is not valid.
/// @throws exception with `error::invalid_arg_value` if the realm has a control byte.
ANODE_EXPORT layer bearer_auth(std::string_view realm,
                               std::function<std::optional<user>(std::string_view)> check);

}  // namespace anode::web
