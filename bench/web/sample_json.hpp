// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <string>

namespace bench {

/// Returns 64 KiB of JSON.
inline std::string const& sample_json() {
  static std::string const text = [] {
    std::string out = "[";
    for (unsigned i = 0; out.size() < 65536; ++i) {
      out += R"({"id":)" + std::to_string(i) + R"(,"name":"item )" +
             std::to_string(i * 7919U % 1000U) + R"(","price":)" +
             std::to_string(i * 104729U % 99991U) + R"(,"tags":["a","b"]},)";
    }
    out.resize(65535);
    return out + "]";
  }();
  return text;
}

}  // namespace bench
