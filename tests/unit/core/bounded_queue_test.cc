#include "daemon/core/bounded_queue.h"

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace rw::core {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kNoWait{0};
constexpr milliseconds kLong{10'000};  // a deadline that a passing test never reaches

bool push(BoundedQueue<std::string>& queue, std::string text) {
  const std::size_t bytes = text.size();
  return queue.try_push(text, bytes);
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a queue gives items back in order and counts their bytes", "[bounded_queue]") {
  BoundedQueue<std::string> queue(10);
  CHECK(queue.empty());
  CHECK(queue.limit_bytes() == 10);
  CHECK(push(queue, "abc"));
  CHECK(push(queue, "defg"));
  CHECK(queue.used_bytes() == 7);
  CHECK_FALSE(queue.empty());
  CHECK(queue.pop_all(100, kNoWait) == Texts{"abc", "defg"});
  CHECK(queue.used_bytes() == 0);
  CHECK(queue.empty());
}

TEST_CASE("a full queue leaves the item with the caller", "[bounded_queue]") {
  BoundedQueue<std::unique_ptr<int>> queue(10);
  auto first = std::make_unique<int>(1);
  auto second = std::make_unique<int>(2);
  CHECK(queue.try_push(first, 8));
  CHECK(first == nullptr);
  CHECK_FALSE(queue.try_push(second, 3));
  REQUIRE(second != nullptr);
  CHECK(*second == 2);
  CHECK(queue.try_push(second, 2));  // exactly full
  CHECK(queue.used_bytes() == 10);
}

TEST_CASE("an item over the limit is taken by an empty queue only", "[bounded_queue]") {
  BoundedQueue<std::string> queue(4);
  CHECK(push(queue, "a"));
  CHECK_FALSE(push(queue, "longer than four"));
  CHECK(queue.pop_all(100, kNoWait) == Texts{"a"});
  CHECK(push(queue, "longer than four"));
  CHECK_FALSE(push(queue, "b"));
}

TEST_CASE("pop_all takes up to max_bytes, and at least one item", "[bounded_queue]") {
  BoundedQueue<std::string> queue(100);
  for (const char* text : {"aaaa", "bb", "cc", "dddd"}) CHECK(push(queue, text));
  CHECK(queue.pop_all(1, kNoWait) == Texts{"aaaa"});
  CHECK(queue.pop_all(7, kNoWait) == Texts{"bb", "cc"});
  CHECK(queue.used_bytes() == 4);
  CHECK(queue.pop_all(7, kNoWait) == Texts{"dddd"});
  CHECK(queue.pop_all(7, kNoWait).empty());
}

TEST_CASE("a closed queue takes nothing and can be drained", "[bounded_queue]") {
  BoundedQueue<std::string> queue(100);
  CHECK(push(queue, "a"));
  CHECK_FALSE(queue.closed());
  queue.close();
  CHECK(queue.closed());
  CHECK_FALSE(push(queue, "b"));
  std::string text = "c";
  CHECK_FALSE(queue.push_until(text, 1, steady_clock::now() + kLong));
  CHECK(text == "c");
  CHECK(queue.pop_all(100, kLong) == Texts{"a"});
  CHECK(queue.pop_all(100, kLong).empty());
}

TEST_CASE("push_until gives up at the deadline", "[bounded_queue]") {
  BoundedQueue<std::string> queue(1);
  CHECK(push(queue, "a"));
  std::string text = "b";
  CHECK_FALSE(queue.push_until(text, 1, steady_clock::now() + milliseconds{5}));
  CHECK(text == "b");
  CHECK(queue.used_bytes() == 1);
}

TEST_CASE("push_until waits for room", "[bounded_queue]") {
  BoundedQueue<std::string> queue(1);
  CHECK(push(queue, "a"));
  bool pushed = false;
  std::thread producer([&] {
    std::string text = "b";
    pushed = queue.push_until(text, 1, steady_clock::now() + kLong);
  });
  Texts popped = queue.pop_all(1, kLong);
  for (auto& text : queue.pop_all(1, kLong)) popped.push_back(text);
  producer.join();
  CHECK(pushed);
  CHECK(popped == Texts{"a", "b"});
}

TEST_CASE("close wakes who waits to push and who waits to pop", "[bounded_queue]") {
  BoundedQueue<std::string> full(1);
  BoundedQueue<std::string> empty(1);
  CHECK(push(full, "a"));
  bool pushed = true;
  Texts popped = {"unset"};
  const auto start = steady_clock::now();
  std::thread producer([&] {
    std::string text = "b";
    pushed = full.push_until(text, 1, start + kLong);
  });
  std::thread consumer([&] { popped = empty.pop_all(1, kLong); });
  full.close();
  empty.close();
  producer.join();
  consumer.join();
  CHECK_FALSE(pushed);
  CHECK(popped.empty());
  CHECK(steady_clock::now() - start < kLong);
}

TEST_CASE("nothing is lost or doubled between threads", "[bounded_queue]") {
  constexpr int kProducers = 3;
  constexpr int kEach = 2000;
  BoundedQueue<int> queue(64);
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([&queue, p] {
      for (int i = 0; i < kEach; ++i) {
        int item = p * kEach + i;
        while (!queue.push_until(item, 1 + static_cast<std::size_t>(i % 7), steady_clock::now() + kLong)) {
        }
      }
    });
  }
  std::vector<int> seen(kProducers * kEach, 0);
  std::vector<int> last(kProducers, -1);
  bool in_order = true;
  for (int count = 0; count < kProducers * kEach;) {
    const std::vector<int> items = queue.pop_all(16, kLong);
    if (items.empty()) break;
    for (const int item : items) {
      ++seen[static_cast<std::size_t>(item)];
      int& previous = last[static_cast<std::size_t>(item / kEach)];
      in_order = in_order && item > previous;
      previous = item;
      ++count;
    }
  }
  for (auto& producer : producers) producer.join();
  CHECK(seen == std::vector<int>(kProducers * kEach, 1));
  CHECK(in_order);
  CHECK(queue.used_bytes() == 0);
}

}  // namespace rw::core
