//! The C library, and programs in C and COBOL.

mod cobol;
mod conformance;
mod examples;
mod library;
mod own_main;
mod misuse;
