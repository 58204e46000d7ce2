//! What the sources and the documents have to keep: layers between modules, and commands that run.

mod documents;
mod imports;
mod layers;
