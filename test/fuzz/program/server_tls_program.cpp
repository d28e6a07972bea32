// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "programs.hpp"
#include "server_program.hpp"
#include "tls_link_layer.hpp"

namespace anode::test {

void run_server_tls_program(std::string_view bytes) {
  tls_link_layer const tls(bytes.size() % 4 == 0);
  server_program(bytes, tls).run();
}

}  // namespace anode::test
