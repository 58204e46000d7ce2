//! A bootstrap for any program: a script, a COBOL program, whatever can be executed. The module `barelambda::exec` says how it is run.
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]

barelambda::entry!(init = barelambda::exec::Program::from_environment);
