// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Media types of files. Needs the library `anode-web`.

#include <anode/detail/export.hpp>

#include <string>
#include <string_view>

namespace anode::web {

/// Returns the media type of a file by the extension of its name, for example "text/html" for
/// "a/index.html". The case of the extension does not matter.
/// @return an empty view for an unknown extension and for a name without one. A name that begins
///   with its only dot has no extension.
ANODE_EXPORT std::string_view media_type_of(std::string_view file_name) noexcept;

/// Returns the value of Content-Type for a file: its media type, with `; charset=utf-8` if it is a
/// text, or "application/octet-stream".
ANODE_EXPORT std::string content_type_of(std::string_view file_name);

/// Returns whether bodies of this type usually become smaller when they are compressed: texts,
/// JSON, XML, scripts, SVG, uncompressed images and fonts, WebAssembly.
/// @param content_type the value of Content-Type; parameters are ignored.
ANODE_EXPORT bool is_compressible(std::string_view content_type) noexcept;

}  // namespace anode::web
