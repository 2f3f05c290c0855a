rw_fuzz(hec DEPS rw_hec)
rw_fuzz(elastic_bulk DEPS rw_hec)
rw_fuzz(json_objects DEPS rw_hec)
