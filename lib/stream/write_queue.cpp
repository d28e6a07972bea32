// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "stream/write_queue.hpp"

#include <algorithm>
#include <utility>

namespace anode::stream {
namespace {

// Spare buffers of this thread. A connection without output owns no buffer.
constexpr std::size_t spare_count = 8;
constexpr std::size_t new_capacity = 2048;
constexpr std::size_t spare_capacity_most = 256 * 1024;

// The most bytes of a file that are in memory at a time, for each file that is being sent.
constexpr std::size_t file_read_size = 64 * 1024;

std::vector<std::unique_ptr<std::string>>& spares() {
  thread_local std::vector<std::unique_ptr<std::string>> all;
  return all;
}

}  // namespace

void write_queue::recycle_buffer(std::unique_ptr<std::string> s) {
  std::vector<std::unique_ptr<std::string>>& all = spares();
  if (s->capacity() <= spare_capacity_most && all.size() < spare_count) {
    s->clear();
    all.push_back(std::move(s));
  }
}

std::unique_ptr<std::string> write_queue::take_buffer() {
  std::vector<std::unique_ptr<std::string>>& all = spares();
  std::unique_ptr<std::string> buffer;
  if (all.empty()) {
    buffer = std::make_unique<std::string>();
    buffer->reserve(new_capacity);
  } else {
    buffer = std::move(all.back());
    all.pop_back();
  }
  return buffer;
}

std::string& write_queue::acquire_buffer() {
  buffer_ = take_buffer();
  return *buffer_;
}

// Turns the bytes of the buffer into a segment, because another segment must follow them.
void write_queue::seal() {
  if (std::size_t const size = buffered(); size > 0) {
    if (segments_.empty()) {
      segment_done_ = buffer_done_;
    }
    segments_size_ += size;
    std::size_t const whole = buffer_->size();
    segments_.push_back({nullptr, whole, 0, std::move(buffer_)});
  }
  buffer_done_ = 0;
}

write_queue::position write_queue::borrow(std::string_view bytes) {
  seal();
  segments_size_ += bytes.size();
  position const at = sent_ + segments_size_;
  segments_.push_back({bytes.data(), bytes.size(), at, {}});
  return at;
}

write_queue::position write_queue::borrow_file(native_handle_type descriptor, std::uint64_t offset,
                                               std::size_t bytes) {
  auto file = std::make_unique<file_part>(descriptor, offset);
  seal();
  segments_size_ += bytes;
  position const at = sent_ + segments_size_;
  segments_.push_back({nullptr, bytes, at, {}, std::move(file)});
  return at;
}

bool write_queue::has_file() const noexcept {
  return std::ranges::any_of(segments_, [](segment const& p) { return p.file != nullptr; });
}

std::size_t write_queue::load_file(error_code& ec) {
  segment& file = segments_.front();
  file.file->skip(segment_done_);
  file.size -= std::exchange(segment_done_, 0);
  std::unique_ptr<std::string> bytes = take_buffer();
  read_file(file.file->descriptor(), file.file->offset(), std::min(file.size, file_read_size),
            *bytes, ec);
  std::size_t const n = bytes->size();
  if (n == 0) {
    recycle_buffer(std::move(bytes));
    return 0;
  }
  if (n == file.size) {
    file = segment{nullptr, n, 0, std::move(bytes)};
  } else {
    file.file->skip(n);
    file.size -= n;
    segments_.insert(segments_.begin(), segment{nullptr, n, 0, std::move(bytes)});
  }
  return n;
}

void write_queue::detach_copy(position borrowed) {
  if (borrowed <= sent_) {
    return;
  }
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    segment& p = segments_[i];
    if (p.file && p.end == borrowed) {
      p.file->own();
      return;
    }
    if (p.data != nullptr && p.end == borrowed) {
      std::size_t const done = i == 0 ? std::exchange(segment_done_, 0) : 0;
      p.owned = std::make_unique<std::string>(p.data + done, p.size - done);
      p.size -= done;
      p.data = nullptr;
      return;
    }
  }
}

void write_queue::splice(write_queue& other) {
  if (other.segments_.empty()) {
    if (other.buffer_) {
      append(std::string_view(*other.buffer_).substr(other.buffer_done_));
    }
  } else {
    seal();
    other.seal();
    for (std::size_t i = 0; i < other.segments_.size(); ++i) {
      segment& p = other.segments_[i];
      std::size_t const done = i == 0 ? other.segment_done_ : 0;
      if (p.file) {
        p.file->own();
        p.file->skip(done);
        segments_size_ += p.size - done;
        segments_.push_back({nullptr, p.size - done, 0, {}, std::move(p.file)});
        continue;
      }
      std::string_view const rest = std::string_view(p.bytes(), p.size).substr(done);
      if (segments_.empty()) {
        segment_done_ = 0;
      }
      segments_size_ += rest.size();
      segments_.push_back({nullptr, rest.size(), 0, std::make_unique<std::string>(rest)});
    }
  }
  other.clear();
}

std::size_t write_queue::gather(std::span<net::const_buffer> buffers) const {
  std::size_t n = 0;
  for (segment const& p : segments_) {
    if (n == buffers.size() || p.file) {
      return n;
    }
    std::size_t const done = n == 0 ? segment_done_ : 0;
    buffers[n++] = net::const_buffer(p.bytes() + done, p.size - done);
  }
  if (n < buffers.size() && buffered() > 0) {
    buffers[n++] = net::const_buffer(buffer_->data() + buffer_done_, buffered());
  }
  return n;
}

void write_queue::append_to(std::string& to) const {
  std::size_t done = segment_done_;
  for (segment const& p : segments_) {
    char const* const data = p.bytes();
    to.append(data + done, p.size - done);
    done = 0;
  }
  if (buffer_) {
    to.append(*buffer_, buffer_done_);
  }
}

void write_queue::consume(std::size_t bytes) {
  sent_ += bytes;
  if (segments_.empty() && bytes == buffered() && buffer_) {
    buffer_done_ = 0;
    recycle_buffer(std::move(buffer_));
    return;
  }
  std::size_t gone = 0;
  while (bytes > 0 && gone < segments_.size()) {
    segment& p = segments_[gone];
    std::size_t const left = p.size - segment_done_;
    std::size_t const n = std::min(left, bytes);
    bytes -= n;
    segments_size_ -= n;
    segment_done_ += n;
    if (n == left) {
      if (p.owned) {
        recycle_buffer(std::move(p.owned));
      }
      segment_done_ = 0;
      ++gone;
    }
  }
  if (gone > 0) {
    segments_.erase(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(gone));
  }
  buffer_done_ += bytes;
  if (buffer_ && buffered() == 0) {
    buffer_done_ = 0;
    recycle_buffer(std::move(buffer_));
  }
}

void write_queue::release() {
  segments_.clear();
  if (buffer_) {
    recycle_buffer(std::move(buffer_));
  }
  buffer_done_ = 0;
  segment_done_ = 0;
  segments_size_ = 0;
}

}  // namespace anode::stream
