// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/web/part_head.hpp>

#include <string_view>

namespace anode::web {

/// Reads the headers of a part.
/// @param lines the lines, each with its CR LF, without the empty line. A line that begins with a
///   space or tab continues the one before.
/// @return false if a line is not a header, a value contains a control byte, or Content-Disposition
///   is malformed or repeated.
bool parse_part_head(std::string_view lines, part_head& head);

/// Returns the last component of a file name that a client sent, behind `/` and `\`. Control bytes
/// become `_`. `.` and `..` become empty.
std::string base_name(std::string_view file_name);

}  // namespace anode::web
