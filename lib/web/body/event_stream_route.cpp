// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/web/context.hpp>
#include <anode/web/event_stream.hpp>

namespace anode::web {

event_stream::event_stream(context& c, event_stream_options const& options)
    : event_stream(c.req(), c.res(), options) {}

}  // namespace anode::web
