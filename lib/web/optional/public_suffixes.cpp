// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/web/public_suffixes.hpp>

#include <libpsl.h>
#include <memory>
#include <stdexcept>
#include <string>

namespace anode::web {

std::function<bool(std::string_view domain)> public_suffixes() {
  // The argument could name another file; psl_free ignores the list in libpsl itself.
  std::shared_ptr<psl_ctx_t const> const list(
      psl_latest(nullptr), [](psl_ctx_t const* p) { psl_free(const_cast<psl_ctx_t*>(p)); });
  if (!list) {
    throw std::runtime_error("libpsl has no list of public suffixes");
  }
  return [list](std::string_view domain) {
    return psl_is_public_suffix(list.get(), std::string(domain).c_str()) == 1;
  };
}

}  // namespace anode::web
