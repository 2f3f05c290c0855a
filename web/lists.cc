#include "web/lists.h"

#include <optional>
#include <string>
#include <utility>

#include "web/cursor.h"

namespace rw::web {

Answer answer_list(const Context& context, const http::Request& request, const ListSpec& spec, FinishItem finish) {
  RW_TRY(const storage::ListRequest list,
         parse_list_request(request, spec, context.sources.clock.now(), context.sources.zone));
  RW_TRY(ReaderPool::Lease reader, context.readers.take());
  RW_TRY(storage::ListPage page, reader->list(list));
  for (std::string& column : page.table.columns) {
    if (column != "time") continue;
    column = spec.time_name;
    page.time_columns.emplace_back(spec.time_name);
  }

  std::vector<Json> items = render_items(page);
  if (finish != nullptr) {
    for (Json& item : items) finish(item);
  }
  std::optional<std::string> next_cursor;
  if (page.next_before) next_cursor = encode_cursor(spec.name, *page.next_before);
  return list_response(std::move(items), next_cursor);
}

}  // namespace rw::web
