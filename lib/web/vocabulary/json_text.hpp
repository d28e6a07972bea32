// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <string>
#include <string_view>

namespace anode::web {

/// Appends `text` as a JSON string. Text that is not UTF-8 is repaired. `<`, `>` and `&` are
/// escaped too, therefore the string is harmless inside of HTML.
void append_json_string(std::string& out, std::string_view text);

}  // namespace anode::web
