// Many rows by one statement, and the ids they got.
#include "storage/sqlite/row_feed.h"

#include <string>
#include <vector>

#include "tests/unit/storage/database.h"

namespace rw::storage::test {
namespace {

using sqlite::Connection;
using sqlite::RowFeed;
using Ids = std::vector<std::int64_t>;

Ids ids_of(const RowFeed& feed) { return {feed.ids().begin(), feed.ids().end()}; }

class FeedTable {
 public:
  FeedTable() : connection_(must(Connection::open(folder_.database(), Connection::Mode::kReadWrite))) {
    must(connection_.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name, amount, UNIQUE (name))"));
    must(RowFeed::enable(connection_));
  }
  RowFeed feed(std::string_view columns, RowFeed::Conflict conflict) {
    RowFeed feed;
    must(feed.prepare(connection_, "item", columns, conflict));
    return feed;
  }
  std::vector<std::string> rows() {
    return rows_of(connection_, "SELECT id, ifnull(name, 'null'), ifnull(amount, 'null') FROM item");
  }

 private:
  Folder folder_;
  Connection connection_;
};

}  // namespace

TEST_CASE("rows of a feed get ids, those in the way are skipped") {
  FeedTable table;
  RowFeed feed = table.feed("name, amount", RowFeed::Conflict::kSkip);
  must(feed.insert());
  CHECK(feed.ids().empty());

  feed.add("a");
  feed.add(std::int64_t{-7});
  feed.add_null();
  feed.add("text");
  feed.add("a");  // as the first
  feed.add_null();
  feed.add("b");
  feed.add(std::int64_t{1} << 60);
  must(feed.insert());
  CHECK(ids_of(feed) == Ids{1, 2, 0, 3});

  feed.add("b");
  feed.add_null();
  must(feed.insert());
  CHECK(ids_of(feed) == Ids{0});
  CHECK(table.rows() == std::vector<std::string>{"1|a|-7", "2|null|text", "3|b|1152921504606846976"});
}

TEST_CASE("the first id of a feed may be that of the last row elsewhere") {
  FeedTable table;
  RowFeed first = table.feed("id, name", RowFeed::Conflict::kFail);
  first.add(std::int64_t{4});
  first.add("a");
  must(first.insert());
  CHECK(ids_of(first) == Ids{4});
  RowFeed second = table.feed("id, name", RowFeed::Conflict::kSkip);
  for (const std::string_view name : {"a", "b"}) {
    second.add(std::int64_t{4});
    second.add(name);
  }
  second.add(std::int64_t{5});
  second.add("c");
  must(second.insert());
  CHECK(ids_of(second) == Ids{0, 0, 5});
}

TEST_CASE("a feed that must not meet rows in its way fails, and goes on") {
  FeedTable table;
  RowFeed feed = table.feed("name", RowFeed::Conflict::kFail);
  feed.add("a");
  must(feed.insert());
  feed.add("b");
  feed.add("a");
  CHECK_FALSE(feed.insert().ok());
  feed.add("c");
  feed.clear();
  feed.add("d");
  must(feed.insert());
  CHECK(table.rows() == std::vector<std::string>{"1|a|null", "2|d|null"});
}

TEST_CASE("a feed tells when it has enough rows") {
  FeedTable table;
  RowFeed feed = table.feed("name, amount", RowFeed::Conflict::kFail);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < RowFeed::kEnoughRows; ++i) names.push_back(std::to_string(i));
  for (const std::string& name : names) {
    CHECK_FALSE(feed.is_full());
    feed.add(name);
    feed.add_null();
  }
  CHECK(feed.is_full());
  must(feed.insert());
  CHECK_FALSE(feed.is_full());
  CHECK(feed.ids().size() == RowFeed::kEnoughRows);
  CHECK(feed.ids().back() == static_cast<std::int64_t>(RowFeed::kEnoughRows));
}

}  // namespace rw::storage::test
