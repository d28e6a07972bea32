// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/tls.hpp>

#include <cstdint>
#include <string>

namespace anode::tls {

/// What a client's context adds to the names in an agent's pool: the fields of Node's
/// `https.Agent.getName`, in its order.
struct agent_name {
  std::string before;  ///< the fields before the name of the server
  std::string behind;  ///< the fields behind it
  std::string id;      ///< one field more: the number of the context
};

/// Makes the parts of the names.
///
/// A name has digests in place of certificates and revocation lists, and no key. Names are compared
/// for each request, and they are printed.
/// @param id  the number of the context. Contexts with equal options have equal fields, but share
/// no
///   connections.
agent_name make_agent_name(client_options const& options, std::uint64_t id);

}  // namespace anode::tls
