// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The program that each consumer builds against an installed or embedded anode, and runs.
#include <anode/error.hpp>

#include <iostream>

int main() {
  std::cout << anode::http::code_name(anode::http::error::headers_sent) << '\n';
}
