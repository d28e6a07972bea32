// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace anode::web {

/// Appends an event of an event stream (HTML standard, section "Server-sent events").
///
/// Each line of `data` becomes a `data` line; lines end with CR LF, CR or LF.
/// @param event its type; empty: `message`. Line breaks are dropped.
/// @param id its id; empty: none. Line breaks are dropped; an id with NUL is omitted, because
///   clients ignore it.
void append_event(std::string& out, std::string_view data, std::string_view event,
                  std::string_view id);

/// Appends a comment, which clients ignore. Each line of `text` becomes a line.
void append_event_comment(std::string& out, std::string_view text);

/// Appends the time that a client waits before it connects again.
void append_event_retry(std::string& out, std::chrono::milliseconds time);

}  // namespace anode::web
