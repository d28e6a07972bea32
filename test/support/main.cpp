// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#define CATCH_CONFIG_RUNNER  // v2 compiles its main here; v3 is precompiled and ignores this
#include "support/catch.hpp"

#include <csignal>

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c): cannot fail for a known signal
  return Catch::Session().run(argc, argv);
}
