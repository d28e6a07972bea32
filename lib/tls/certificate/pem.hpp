// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "tls/context/openssl_ptr.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace anode::tls {

/// Returns the name of an element of a list option in messages: "ca[2]", or "ca" if the list has
/// only one element.
std::string element_name(std::string_view option, std::size_t index, std::size_t size);

/// Returns a certificate as PEM text; empty if there is no memory for it.
std::string pem_of(X509* certificate);

/// Opens a text for reading, which must outlive the result.
/// @throws http::exception with `option` in the message
bio_ptr open_text(std::string_view text, std::string_view option);

/// Opens a file for reading.
/// @throws http::exception with `option` and `name` in the message
bio_ptr open_file(std::string const& name, std::string_view option);

/// Reads the first certificate.
/// @throws http::exception with `option` in the message
x509_ptr read_certificate(BIO* from, std::string_view option);

/// Reads all certificates, at least one.
/// @throws http::exception with `option` in the message
std::vector<x509_ptr> read_certificates(BIO* from, std::string_view option);

/// Reads all revocation lists, at least one.
/// @throws http::exception with `option` in the message
std::vector<crl_ptr> read_revocation_lists(BIO* from, std::string_view option);

/// Reads a private key. An encrypted key is decrypted with `passphrase`; the terminal is never
/// asked.
/// @throws http::exception with `option` in the message
key_ptr read_key(BIO* from, std::string const& passphrase, std::string_view option);

}  // namespace anode::tls
