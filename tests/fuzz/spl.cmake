rw_fuzz(spl DEPS rw_detect)
