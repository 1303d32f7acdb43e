//! The `ocop` program.

fn main() {}
