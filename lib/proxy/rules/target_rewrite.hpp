// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <string>
#include <string_view>

namespace anode::proxy::rules {

/// The parts of a request target, as the client has written them.
struct target_parts {
  std::string_view scheme{};     ///< of a target in absolute form, without the colon
  std::string_view authority{};  ///< of a target in absolute form, without userinfo
  std::string_view path{};       ///< with the query; "*" for OPTIONS of a whole server
};

/// Splits a target. The bytes of path and query stay as they are, because only the other side knows
/// their meaning (RFC 9112 section 3.2.2).
/// @param changed owns the path if it is not a part of the target
target_parts split_request_target(std::string_view method, std::string_view target,
                                  std::string& changed);

/// Returns whether a path could leave a prefix that it is appended to, in the view of some server:
/// a dot segment, written plainly, encoded, or with parameters, a separator other than "/", or an
/// encoded NUL or line end.
bool may_leave_prefix(std::string_view path);

/// Returns the path to send for a target: the prefix of the upstream, and the path of the target
/// without its own prefix.
/// @param prefix begins with a slash and does not end with one, or is empty
/// @param strip removed from the beginning of the path, where a segment ends; empty: nothing
/// @param out receives the path
/// @return false if the path is not below `strip`, or may leave a prefix
bool rewrite_path(std::string_view path, std::string_view prefix, std::string_view strip,
                  std::string& out);

}  // namespace anode::proxy::rules
