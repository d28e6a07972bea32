// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Marks the symbols that a shared library exports; all others are hidden. Empty on Windows, where
/// only a static library is supported.
#if defined(__GNUC__) && !defined(_WIN32)
#define ANODE_EXPORT __attribute__((visibility("default")))
#else
#define ANODE_EXPORT
#endif
