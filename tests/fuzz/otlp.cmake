rw_fuzz(otlp DEPS rw_hec simdjson::simdjson)
