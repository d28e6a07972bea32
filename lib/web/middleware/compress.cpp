// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/body/coding_decision.hpp"
#include "web/middleware/encoding_filter.hpp"

#include <anode/web/compress.hpp>
#include <anode/web/conditional.hpp>
#include <anode/web/file_type.hpp>
#include <anode/web/media_type.hpp>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace anode::web {
namespace {

/// The mark of a response that is not encoded.
struct not_compressed {};

struct compress_settings {
  codings known;
  compress_options options;
};

/// A response whose head is about to be made.
class coded_response {
public:
  coded_response(context& c, compress_settings const& s)
      : c_(c), settings_(s), type_(header("Content-Type")) {}

  /// Adds the headers and the filter of the coding.
  void prepare(std::optional<std::uint64_t> length) {
    std::string const method(c_.method());
    std::string const encoding = header("Content-Encoding");
    std::string const range = header("Content-Range");
    std::string const cache = header("Cache-Control");
    codable_response response;
    response.method = method;
    response.status = c_.res().status_code();
    response.content_type = type_;
    response.content_encoding = encoding;
    response.content_range = range;
    response.cache_control = cache;
    response.length = length;
    coding_effect const effect =
        effect_of(response, settings_.options.smallest(), is_encoded_type());
    if (effect == coding_effect::none || has_digest()) {
      return;
    }
    c_.vary("Accept-Encoding");
    if (effect == coding_effect::tag) {
      weaken_known_tag();
    } else if (effect != coding_effect::vary) {
      encode(effect == coding_effect::body);
    }
  }

private:
  std::string header(std::string_view name) const {
    auto const value = c_.res().get_header(name);
    return value ? value->text() : std::string();
  }

  void remove(std::string_view name) {
    if (c_.res().has_header(name)) {
      c_.res().remove_header(name);
    }
  }

  bool is_events() const { return is_media_type(type_, "text/event-stream"); }

  bool is_encoded_type() const {
    auto const& encodes = settings_.options.types();
    return is_events() ? settings_.options.events()
           : encodes   ? encodes(type_)
                       : is_compressible(type_);
  }

  /// Returns whether a header has a digest, which would not be that of the encoded content.
  bool has_digest() const {
    constexpr std::array<std::string_view, 4> names{"Content-Digest", "Repr-Digest", "Digest",
                                                    "Content-MD5"};
    for (std::string_view const name : names) {
      if (c_.res().has_header(name)) {
        return true;
      }
    }
    return false;
  }

  void encode(bool has_body) {
    coding const* const chosen = settings_.known.choose(c_.header("accept-encoding"));
    if (chosen == nullptr) {
      return;
    }
    if (has_body) {
      c_.res().set_body_filter(std::make_unique<encoding_filter>(
          anode::detail::ptr<context>(&c_), chosen->make_encoder(is_events())));
      c_.set("Content-Encoding", chosen->name());
    } else {
      // The length of the response to GET is not known.
      remove("Content-Length");
    }
    if (std::string const tag = header("ETag"); !tag.empty()) {
      c_.set("ETag", weakened(tag));
    }
    // A range would be one of the bytes that are not encoded.
    remove("Accept-Ranges");
  }

  /// Gives a 304 response the weak tag that the client has of an encoded response. A cache would
  /// not find its response by a strong tag (RFC 9111 section 4.3.4).
  void weaken_known_tag() {
    std::string const tag = header("ETag");
    std::string const weak = weakened(tag);
    if (!tag.empty() && c_.header("if-none-match").find(weak) != std::string_view::npos) {
      c_.set("ETag", weak);
    }
  }

  context& c_;
  compress_settings const& settings_;
  std::string type_;
};

}  // namespace

layer compress(codings known, compress_options options) {
  bool offers = false;
  for (coding const& c : known) {
    offers = offers || c.can_encode();
  }
  if (!offers) {
    return [](context&, next rest) -> net::awaitable<void> { return rest(); };
  }
  auto const shared = std::make_shared<compress_settings const>(
      compress_settings{std::move(known), std::move(options)});
  return [shared](context& c, next rest) -> net::awaitable<void> {
    c.res().on_head(
        [shared, self = anode::detail::ptr<context>(&c)](std::optional<std::uint64_t> length) {
          if (self->get<not_compressed>() == nullptr) {
            coded_response(*self, *shared).prepare(length);
          }
        });
    return rest();
  };
}

void no_compress(context& c) { c.emplace<not_compressed>(); }

}  // namespace anode::web
