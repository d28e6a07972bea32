// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Access to OpenSSL below `anode-tls`, for settings that anode has no option for.

#include <anode/detail/export.hpp>
#include <anode/socket.hpp>
#include <anode/tls_context.hpp>

// OpenSSL's own names of SSL and SSL_CTX.
struct ssl_st;
struct ssl_ctx_st;

namespace anode::tls {

/// The side of a connection.
enum class side : unsigned char {
  client,  ///< connects
  server,  ///< accepts
};

/// Makes a context from an `SSL_CTX`, which must not change afterwards. The result owns a
/// reference. Its verification, callbacks and protocols are those of the `SSL_CTX`; the name of a
/// server is checked too if its verification mode is SSL_VERIFY_PEER.
/// @throws http::exception with `tls::error::invalid_context` for a null pointer.
ANODE_EXPORT context from_ssl_ctx(ssl_ctx_st* native, side of);

/// Makes a context from an `asio::ssl::context`, as `from_ssl_ctx` does.
template <class Context>
  requires requires(Context& c) { c.native_handle(); }
context from_asio(Context& c, side of) {
  return from_ssl_ctx(c.native_handle(), of);
}

/// Returns the `SSL` of a connection; null for a plain or closed one. Valid as long as the
/// connection is open. Do not read, write or shut down with it.
ANODE_EXPORT ssl_st* native_handle(anode::socket const& s);

}  // namespace anode::tls
