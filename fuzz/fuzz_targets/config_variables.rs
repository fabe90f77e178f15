#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cambio_fuzz::eaters::config_variables(data));
