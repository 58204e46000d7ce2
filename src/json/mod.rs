//! JSON, read in place and written without an allocator.
