#include "web/lists.h"

#include <optional>
#include <string>
#include <utility>

#include "web/cursor.h"

namespace rw::web {

storage::ListPage with_time_name(storage::ListPage page, std::string_view time_name) {
  for (std::string& column : page.table.columns) {
    if (column != "time") continue;
    column = time_name;
    page.time_columns.emplace_back(time_name);
  }
  return page;
}

Answer answer_list(const Context& context, const http::Request& request, const ListSpec& spec, FinishItem finish) {
  RW_TRY(const storage::ListRequest list,
         parse_list_request(request, spec, context.sources.clock.now(), context.sources.zone));
  RW_TRY(ReaderPool::Lease reader, context.readers.take());
  RW_TRY(storage::ListPage found, reader->list(list));
  const storage::ListPage page = with_time_name(std::move(found), spec.time_name);
  std::vector<Json> items = render_items(page);
  if (finish != nullptr) {
    for (Json& item : items) finish(item);
  }
  std::optional<std::string> next_cursor;
  if (page.next_before) next_cursor = encode_cursor(spec.name, *page.next_before);
  return list_response(std::move(items), next_cursor);
}

}  // namespace rw::web
