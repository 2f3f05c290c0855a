rw_fuzz(yaml DEPS rw_yaml)
