// What the daemon gives up before anything comes in, so that whoever takes it over from outside has little of it:
// starting programs, writing to files outside its data directory, and calls of the kernel that no server needs. Reading
// stays: certificates, detections and secrets are read again when they change.
#pragma once

#include <string>
#include <vector>

namespace rw::cli {

// For this thread and all that it starts from now on: to be called before there are others. `data_dir` is there. Twice
// is once. Returns what this kernel does not offer, one text for each; nothing is an error, since the daemon works as
// well without. Builds with sanitizers keep the calls, which they need.
std::vector<std::string> enter_sandbox(const std::string& data_dir);

}  // namespace rw::cli
