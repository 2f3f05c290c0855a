rw_fuzz(sigma DEPS rw_front_ends rw_detect)
