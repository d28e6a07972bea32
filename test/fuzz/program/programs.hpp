// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <string_view>

namespace anode::test {

// Each function runs the program that the bytes describe, in memory, and aborts if an invariant is
// broken. The fuzz targets of the same names call them; the tests replay their corpora.

void run_server_program(std::string_view bytes);
void run_client_program(std::string_view bytes);
void run_reverse_proxy_program(std::string_view bytes);
void run_server_tls_program(std::string_view bytes);
void run_client_tls_program(std::string_view bytes);
void run_tls_program(std::string_view bytes);

}  // namespace anode::test
