// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/error.hpp>
#include <anode/tls.hpp>

#include <string>
#include <string_view>

namespace anode::tls {

/// Makes the code of a failed verification from an X509_V_ERR_* value. Its name is Node's, for
/// example "CERT_HAS_EXPIRED".
boost::system::error_code verify_error(long value) noexcept;

/// Makes the code of an OpenSSL error, as `ERR_peek_error` returns it. Its name is Node's, for
/// example "ERR_SSL_WRONG_VERSION_NUMBER" or "ERR_OSSL_PEM_NO_START_LINE".
boost::system::error_code openssl_error(unsigned long packed) noexcept;

/// Returns whether a code is one that `openssl_error` has made.
bool is_openssl_error(boost::system::error_code const& ec) noexcept;

/// Returns the oldest error of this thread's queue and clears the queue. `fallback` if it is empty.
boost::system::error_code take_error(boost::system::error_code fallback) noexcept;

/// Returns the text of a code as Node writes it in messages, for example
/// "error:0A00010B:SSL routines::wrong version number".
std::string openssl_text(boost::system::error_code const& ec);

/// Throws the oldest error of this thread's queue, with `what` ("cert", "key", "ciphers") in the
/// message.
[[noreturn]] void throw_error(std::string_view what);

}  // namespace anode::tls
