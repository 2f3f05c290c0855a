// A progress bar on stderr, where that is a terminal; elsewhere nothing.
#pragma once

#include <chrono>
#include <cstdint>

namespace rw::cli {

class Progress {
 public:
  explicit Progress(std::int64_t total_bytes);
  ~Progress();  // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Bytes read of the current file.
  void show(std::int64_t bytes);
  // What was shown last is done; counting starts at zero for the next file.
  void next_file();

 private:
  const std::int64_t total_bytes_;
  const bool terminal_;
  std::int64_t done_bytes_ = 0;
  std::int64_t current_bytes_ = 0;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace rw::cli
