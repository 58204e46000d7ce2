//! The C library, and programs in C and COBOL.

mod cobol;
mod conformance;
mod examples;
mod library;
mod misuse;
mod own_main;
