// Numbers that look random and are the same in every run.
#pragma once

#include <cmath>
#include <cstdint>

namespace rw::bench {

// splitmix64: independent numbers from one.
inline std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// 0 … n-1, small numbers far more often (about one over rank).
inline std::uint64_t hot(std::uint64_t random, std::uint64_t n) {
  const double u = static_cast<double>(random >> 11) * 0x1.0p-53;
  return static_cast<std::uint64_t>(std::pow(static_cast<double>(n), u)) - 1;
}

}  // namespace rw::bench
