// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#ifdef __linux__

#include <cerrno>
#include <ctime>
#include <signal.h>

namespace anode::transport {

/// Suppresses SIGPIPE in its scope, because splice and sendfile have no MSG_NOSIGNAL: a write to a
/// closed socket would terminate the process. Keeps `errno`.
class no_sigpipe {
public:
  no_sigpipe() noexcept {
    sigset_t pending;
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  no_sigpipe(no_sigpipe const&) = delete;
  no_sigpipe& operator=(no_sigpipe const&) = delete;

  ~no_sigpipe() {
    int const error = errno;
    if (error == EPIPE && !was_pending_) {
      timespec const now{};
      while (sigtimedwait(&pipe_, nullptr, &now) < 0 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
  }

private:
  sigset_t pipe_;
  sigset_t before_;
  bool was_pending_ = false;
};

}  // namespace anode::transport

#endif
