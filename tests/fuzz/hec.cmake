rw_fuzz(hec DEPS rw_hec)
