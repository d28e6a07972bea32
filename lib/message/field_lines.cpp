// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/field_lines.hpp>

namespace anode::http {

void field_lines::append(std::string_view name, std::string_view value) {
  std::size_t const at = append_bytes(name);
  append_bytes(value);
  append_place(at, name.size(), at + name.size(), value.size());
}

std::size_t field_lines::append_bytes(std::string_view bytes) {
  std::size_t const at = bytes_.size();
  bytes_.append(bytes);
  return at;
}

}  // namespace anode::http
