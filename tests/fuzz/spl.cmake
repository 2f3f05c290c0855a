rw_fuzz(spl DEPS rw_front_ends rw_detect)
