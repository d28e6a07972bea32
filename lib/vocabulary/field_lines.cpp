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

void field_lines::append_place(std::size_t name, std::size_t name_size, std::size_t value,
                               std::size_t value_size) {
  places_.push_back({static_cast<std::uint32_t>(name), static_cast<std::uint32_t>(name_size),
                     static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value_size)});
}

}  // namespace anode::http
