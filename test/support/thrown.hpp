// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/error.hpp>

#include <string>

namespace support {

/// Returns the code and the message of the exception that `f` throws, as in "ERR_INVALID_CHAR:
/// Invalid character in ...". For errors other than anode's own, returns only the code; returns
/// "nothing" if `f` throws nothing.
template <class F>
std::string thrown(F&& f) {
  try {
    f();
  } catch (anode::http::exception const& e) {
    return std::string(e.code_name()) + ": " + e.what();
  } catch (boost::system::system_error const& e) {
    return std::string(anode::http::code_name(e.code()));
  }
  return "nothing";
}

}  // namespace support
