//! A bootstrap that runs any executable as the handler: a script, a COBOL program. The module
//! `barelambda::exec` has the details.
#![cfg_attr(all(target_env = "musl", not(feature = "std"), not(test)), no_std, no_main)]

barelambda::entry!(init = barelambda::exec::Program::from_environment);
