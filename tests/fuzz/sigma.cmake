rw_fuzz(sigma DEPS rw_detect)
