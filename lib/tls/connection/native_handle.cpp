// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// What programs ask of OpenSSL about a connection.

#include "tls/certificate/identity.hpp"
#include "tls/connection/tls_stream.hpp"
#include "tls/context/errors.hpp"

#include <anode/error.hpp>
#include <anode/openssl.hpp>

#include <openssl/err.h>

namespace anode::tls {

ssl_st* native_handle(anode::socket const& s) {
  auto* const stream = dynamic_cast<tls_stream*>(s.stream());
  return stream != nullptr && stream->is_open() ? stream->state().native() : nullptr;
}

certificate peer_certificate(anode::socket const& s) {
  SSL* const ssl = native_handle(s);
  return ssl != nullptr ? peer_certificate_of(ssl) : certificate();
}

std::string export_keying_material(anode::socket const& s, std::size_t size, std::string_view label,
                                   std::optional<std::string_view> context) {
  SSL* const ssl = native_handle(s);
  if (ssl == nullptr || s.secure() == nullptr) {
    throw http::exception(error::invalid_context, "The connection is not encrypted");
  }
  std::string bytes(size, '\0');
  std::string_view const with = context.value_or(std::string_view());
  ERR_clear_error();
  if (SSL_export_keying_material(
          ssl, reinterpret_cast<unsigned char*>(bytes.data()), size, label.data(), label.size(),
          reinterpret_cast<unsigned char const*>(with.data()), with.size(), context ? 1 : 0) != 1) {
    throw_error("label");
  }
  return bytes;
}

}  // namespace anode::tls
